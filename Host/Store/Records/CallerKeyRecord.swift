// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// What is kept of a key that callers of a gateway prove themselves with. Its secret is derived and stands nowhere.
///
/// JSON: `{"id", "name", "created_at", "expires_at"?, "revoked_at"?, "models"?, "budget"?, "parallel"?,
/// "admin"?}`; times in unix seconds.
public struct CallerKeyRecord: JSONDocument {
  public var id: String
  /// What the operator calls it, for logs and lists.
  public var name: String
  public var createdAtSeconds: Int64
  /// The first second in which it no longer works; nil: it works until it is revoked.
  public var expiresAtSeconds: Int64?
  public var revokedAtSeconds: Int64?
  /// Patterns of the models that it may use; empty: all.
  public var modelPatterns: [String]
  /// What all its jobs together may cost; nil: any amount.
  public var budget: Price?
  /// How many of its jobs may be under way at once; nil: any number.
  public var parallelLimit: Int?
  /// Whether it may also look after the gateway: its keys, webhooks and configuration.
  public var isAdministrator: Bool

  public init(
    id: String, name: String, createdAtSeconds: Int64, expiresAtSeconds: Int64? = nil, modelPatterns: [String] = [],
    budget: Price? = nil, parallelLimit: Int? = nil, isAdministrator: Bool = false
  ) {
    self.id = id
    self.name = name
    self.createdAtSeconds = createdAtSeconds
    self.expiresAtSeconds = expiresAtSeconds
    self.modelPatterns = modelPatterns
    self.budget = budget
    self.parallelLimit = parallelLimit
    self.isAdministrator = isAdministrator
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    id = try reader.text("id")
    name = try reader.optionalText("name") ?? ""
    createdAtSeconds = try reader.optionalInteger64("created_at") ?? 0
    expiresAtSeconds = try reader.optionalInteger64("expires_at")
    revokedAtSeconds = try reader.optionalInteger64("revoked_at")
    modelPatterns = try reader.texts("models")
    budget = try reader.optionalDocument("budget")
    parallelLimit = try reader.optionalInteger("parallel")
    isAdministrator = try reader.optionalFlag("admin") ?? false
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("id", id)
    object.add("name", name)
    object.add("created_at", createdAtSeconds)
    object.add("expires_at", expiresAtSeconds)
    object.add("revoked_at", revokedAtSeconds)
    object.add("models", modelPatterns)
    object.add("budget", budget)
    object.add("parallel", parallelLimit)
    if isAdministrator { object.add("admin", true) }
    return .object(object)
  }

  /// Whether the key works in that second.
  public func isUsable(atSeconds now: Int64) -> Bool {
    revokedAtSeconds == nil && expiresAtSeconds.map { now < $0 } ?? true
  }
}
