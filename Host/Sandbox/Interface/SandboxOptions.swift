// SPDX-License-Identifier: Apache-2.0

/// How a sandbox behaves. Tests and the command line set their own values.
public struct SandboxOptions: Sendable {
  /// The loopback port; 0 takes any that is free.
  public var port: UInt16 = 0
  /// From the acceptance of a task to its success. The first 30 % it is queued, then it runs; a clip that takes longer
  /// to render takes longer.
  public var delayMilliseconds: Int64 = 2_000
  /// Whether the prompt is drawn into the picture. Without it, clips of one size and length are rendered once.
  public var drawsPrompt = true
  /// Tasks kept at once; the oldest finished ones make room.
  public var maximumTasks = 1_000
  /// A request's body with its inline media.
  public var maximumBodyBytes = 64 << 20
  /// What remains of a body once its inline media are in files.
  public var maximumDocumentBytes = 1 << 20
  /// Renderings under way at once.
  public var maximumRenderings = 1
  /// Where the temporary folder is made; nil: `$TMPDIR`, else `/tmp`.
  public var directory: String?

  public init() {}
}
