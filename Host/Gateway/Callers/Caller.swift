// SPDX-License-Identifier: Apache-2.0

import Jobs
import VideoDocuments

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

extension Caller {
  /// Throws, with kind `permission`, for a model that the key is not for; by its id as planned.
  func checkModel(_ model: String) throws(Failure) {
    guard !modelPatterns.isEmpty, !modelPatterns.contains(where: { NamePattern($0).matches(model) }) else { return }
    throw Failure(
      .permission, "This key may not use the model \(model).", field: "model",
      advice: "It may use \(modelPatterns.joined(separator: ", ")).")
  }
}
