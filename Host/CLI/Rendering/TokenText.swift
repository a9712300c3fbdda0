// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import Gateway
import OrderedJSON
import Store
import VideoDocuments

/// What a key's jobs have come to.
struct TokenUse {
  /// What they cost, or may cost, in each currency.
  var spent: [Price]
  var liveJobs: Int
}

/// What the holder of a key is given.
struct TokenSecrets {
  var credentials: CallerCredentials
  /// What the gateway signs webhooks to the key's holder with.
  var webhookSecret: String?

  @LoopActor init(_ key: CallerKeyRecord, _ keys: CallerKeys) {
    credentials = keys.credentials(of: key)
    webhookSecret = keys.webhookSecrets.secret(of: key.id)
  }
}

/// Callers' keys as people and scripts read them.
enum TokenText {
  /// `alice (k3v8…)`.
  static func title(_ key: CallerKeyRecord) -> String {
    key.name == key.id ? key.id : "\(Sanitized.line(key.name)) (\(key.id))"
  }

  static func quoted(_ text: String) -> String { "\"\(Sanitized.line(text))\"" }

  static func state(_ key: CallerKeyRecord, now: Int64) -> String {
    if key.revokedAtSeconds != nil { return "revoked" }
    return key.isUsable(atSeconds: now) ? "active" : "expired"
  }

  /// One line of `filmgate tokens list`.
  static func row(_ key: CallerKeyRecord, _ use: TokenUse, now: Int64) -> [String] {
    let name = key.name == key.id ? "-" : Sanitized.line(key.name)
    var facts: [String] = []
    if !key.modelPatterns.isEmpty { facts.append("models \(key.modelPatterns.joined(separator: ","))") }
    if let money = money(key, use) { facts.append(money) }
    if let jobs = jobs(key, use) { facts.append(jobs) }
    if key.revokedAtSeconds == nil, let expiry = key.expiresAtSeconds { facts.append("until \(time(expiry))") }
    return [key.id, name, state(key, now: now), facts.isEmpty ? "no limits" : facts.joined(separator: "; ")]
  }

  /// The page of `filmgate tokens show`, and of `create` with the secrets.
  static func page(
    _ key: CallerKeyRecord, _ use: TokenUse, _ secrets: TokenSecrets?, now: Int64
  ) -> String {
    var rows = [["name", Sanitized.line(key.name)], ["state", state(key, now: now)]]
    if let secrets {
      rows += [
        ["bearer token", secrets.credentials.bearer], ["access key", key.id],
        ["secret key", secrets.credentials.secret],
      ]
      if let secret = secrets.webhookSecret { rows.append(["webhook secret", secret]) }
    } else {
      rows.append(["access key", key.id])
    }
    rows += [
      ["models", key.modelPatterns.isEmpty ? "all" : key.modelPatterns.joined(separator: ", ")],
      ["budget", money(key, use) ?? "no limit"], ["jobs", jobs(key, use) ?? "no limit"],
      ["created", time(key.createdAtSeconds)],
      ["expires", key.expiresAtSeconds.map(time) ?? "never"],
    ]
    if let revoked = key.revokedAtSeconds { rows.append(["revoked", time(revoked)]) }
    return TextTable.render(rows)
  }

  /// The record, and what follows from it.
  static func json(
    _ key: CallerKeyRecord, _ use: TokenUse, _ secrets: TokenSecrets?, now: Int64
  ) -> JSONObject {
    var object = key.json.object ?? JSONObject()
    object.add("state", state(key, now: now))
    object["spent"] = .array(use.spent.map { $0.json })
    object.add("jobs_under_way", use.liveJobs)
    object.add("access_key", key.id)
    object.add("secret_key", secrets?.credentials.secret)
    object.add("bearer_token", secrets?.credentials.bearer)
    object.add("webhook_secret", secrets?.webhookSecret)
    return object
  }

  /// Nil: no limit, and nothing spent.
  private static func money(_ key: CallerKeyRecord, _ use: TokenUse) -> String? {
    if let budget = key.budget {
      let spent = Price(currency: "", amountMicros: use.spent.sumMicros(comparableWith: budget))
      return "\(spent.decimal) of \(budget.decimal) \(budget.currency) spent or promised"
    }
    let sums = use.spent.filter { $0.amountMicros != 0 }.map { "\($0.decimal) \($0.currency)" }
    return sums.isEmpty ? nil : "\(sums.joined(separator: " and ")) spent or promised"
  }

  /// Nil: no limit, and none under way.
  private static func jobs(_ key: CallerKeyRecord, _ use: TokenUse) -> String? {
    if let limit = key.parallelLimit { return "\(use.liveJobs) of \(limit) jobs under way" }
    return use.liveJobs == 0 ? nil : "\(use.liveJobs) jobs under way"
  }

  private static func time(_ seconds: Int64) -> String { Timestamp.text(milliseconds: seconds * 1_000) }
}
