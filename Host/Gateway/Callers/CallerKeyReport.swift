// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import OrderedJSON
public import Store
public import VideoDocuments

/// A key with what its jobs have come to, and its secrets where they are to be shown.
///
/// JSON: the record's members and `{"state", "spent", "jobs_under_way", "access_key", "secret_key"?, "bearer_token"?,
/// "webhook_secret"?}`.
public struct CallerKeyReport: Sendable {
  public enum State: String, Sendable, Hashable {
    case active
    case revoked
    case expired
  }

  public var key: CallerKeyRecord
  public var state: State
  /// What its jobs cost, or may cost, in each currency.
  public var spent: [Price]
  public var liveJobCount: Int
  /// What its holder is given, with the secret of its webhooks.
  public var secrets: (bearer: String, secret: String, webhook: String)?

  public init(
    _ key: CallerKeyRecord, nowSeconds: Int64, spent: [Price] = [], liveJobCount: Int = 0,
    secrets: (bearer: String, secret: String, webhook: String)? = nil
  ) {
    self.key = key
    state = key.revokedAtSeconds != nil ? .revoked : key.isUsable(atSeconds: nowSeconds) ? .active : .expired
    self.spent = spent
    self.liveJobCount = liveJobCount
    self.secrets = secrets
  }

  /// Reads what a gateway tells.
  public init(_ json: JSON) throws(DocumentFailure) {
    key = try CallerKeyRecord(json)
    let reader = try DocumentReader(json, at: "key")
    state = (try reader.optionalText("state")).flatMap { State(rawValue: $0) } ?? .active
    spent = try reader.documents("spent")
    liveJobCount = try reader.optionalInteger("jobs_under_way") ?? 0
    if let bearer = try reader.optionalText("bearer_token") {
      secrets = (
        bearer, try reader.optionalText("secret_key") ?? "", try reader.optionalText("webhook_secret") ?? ""
      )
    }
  }

  public var json: JSON {
    var object = key.json.object ?? JSONObject()
    object.add("state", state.rawValue)
    object["spent"] = .array(spent.map { $0.json })
    object.add("jobs_under_way", liveJobCount)
    object.add("access_key", key.id)
    object.add("secret_key", secrets?.secret)
    object.add("bearer_token", secrets?.bearer)
    object.add("webhook_secret", secrets?.webhook)
    return .object(object)
  }
}

extension CallerKeyReport {
  /// The key with what the store knows of its jobs.
  @LoopActor public static func make(
    _ key: CallerKeyRecord, _ store: any CallerKeyStore, nowSeconds: Int64
  ) async throws(Failure) -> CallerKeyReport {
    CallerKeyReport(
      key, nowSeconds: nowSeconds, spent: try await store.spending(of: key.id, since: nil).sums,
      liveJobCount: try await store.liveJobsOfCallers(keyID: key.id)[key.id]?.count ?? 0)
  }

  /// All keys, oldest first.
  @LoopActor public static func all(
    _ store: any CallerKeyStore, nowSeconds: Int64
  ) async throws(Failure) -> [CallerKeyReport] {
    let live = try await store.liveJobsOfCallers(keyID: nil)
    var reports: [CallerKeyReport] = []
    for key in try await store.callerKeys().keys {
      let spent = try await store.spending(of: key.id, since: nil).sums
      reports.append(
        CallerKeyReport(key, nowSeconds: nowSeconds, spent: spent, liveJobCount: live[key.id]?.count ?? 0))
    }
    return reports
  }

  /// The same key with what its holder is given.
  @LoopActor public func showingSecrets(_ keys: CallerKeys) -> CallerKeyReport {
    var report = self
    let credentials = keys.credentials(of: key)
    report.secrets = (credentials.bearer, credentials.secret, keys.webhookSecrets.secret(of: key.id) ?? "")
    return report
  }
}

extension CallerKeyList {
  /// By id, or by a name that one key has; a key that still works goes before those that do not.
  public func find(_ text: String, nowSeconds: Int64) throws(Failure) -> CallerKeyRecord {
    if let key = keys.first(where: { $0.id == text }) { return key }
    let shown = String(
      String.UnicodeScalarView(text.unicodeScalars.prefix(80).filter { $0.value >= 0x20 && $0.value != 0x7F }))
    let named = keys.filter { $0.name == text }
    let usable = named.filter { $0.isUsable(atSeconds: nowSeconds) }
    let candidates = usable.isEmpty ? named : usable
    guard let key = candidates.first else {
      throw Failure(
        .notFound, "There is no key of the id or name \"\(shown)\".", field: "ID",
        advice: "`filmgate tokens list` lists the keys")
    }
    guard candidates.count == 1 else {
      throw Failure(
        .invalid, "\(candidates.count) keys have the name \"\(shown)\".", field: "ID",
        advice: "give the id: \(candidates.map { $0.id }.joined(separator: ", "))")
    }
    return key
  }
}
