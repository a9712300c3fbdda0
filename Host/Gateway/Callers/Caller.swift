// SPDX-License-Identifier: Apache-2.0

/// Whoever sent a request, proven by a key of the gateway's own.
public struct Caller: Sendable, Hashable {
  /// The key's id; the jobs that it makes are its own.
  public var keyID: String
  /// The name that the operator gave the key, for logs.
  public var name: String
  /// Patterns of the models that it may use; empty: all.
  public var modelPatterns: [String]
  /// Whether it may look after the gateway itself.
  public var isAdministrator: Bool

  public init(keyID: String, name: String, modelPatterns: [String] = [], isAdministrator: Bool = false) {
    self.isAdministrator = isAdministrator
    self.keyID = keyID
    self.name = name
    self.modelPatterns = modelPatterns
  }
}
