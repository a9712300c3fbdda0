// SPDX-License-Identifier: Apache-2.0

/// Whoever sent a request, proven by a key of the gateway's own.
public struct Caller: Sendable, Hashable {
  /// The key's id; the jobs that it makes are its own.
  public var keyID: String
  /// The name that the operator gave the key, for logs.
  public var name: String
  /// Patterns of the models that it may use; empty: all.
  public var modelPatterns: [String]

  public init(keyID: String, name: String, modelPatterns: [String] = []) {
    self.keyID = keyID
    self.name = name
    self.modelPatterns = modelPatterns
  }
}
