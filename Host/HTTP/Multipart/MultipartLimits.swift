// SPDX-License-Identifier: Apache-2.0

/// What a multipart body may hold. The body's whole size is the server's limit, not one of these.
public struct MultipartLimits: Sendable, Hashable {
  /// Parts, fields and files together.
  public var parts = 128
  /// The header lines of one part with their line ends.
  public var partHeadBytes = 8 * 1024
  /// Header fields of one part.
  public var partFields = 16
  /// What `MultipartPart.text()` takes.
  public var textBytes = 1024 * 1024

  public init() {}
}
