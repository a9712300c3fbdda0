// SPDX-License-Identifier: Apache-2.0

import Dialects
import Gateway
import Store
import VideoDocuments

/// Callers' keys as people read them.
enum TokenText {
  /// `alice (k3v8…)`.
  static func title(_ key: CallerKeyRecord) -> String {
    key.name == key.id ? key.id : "\(Sanitized.line(key.name)) (\(key.id))"
  }

  /// One line of `filmgate tokens list`.
  static func row(_ report: CallerKeyReport) -> [String] {
    let key = report.key
    let name = key.name == key.id ? "-" : Sanitized.line(key.name)
    var facts: [String] = []
    if key.isAdministrator { facts.append("may administer") }
    if !key.modelPatterns.isEmpty { facts.append("models \(Sanitized.line(key.modelPatterns.joined(separator: ",")))") }
    if let money = money(report) { facts.append(money) }
    if let jobs = jobs(report) { facts.append(jobs) }
    if key.revokedAtSeconds == nil, let expiry = key.expiresAtSeconds { facts.append("until \(time(expiry))") }
    return [key.id, name, report.state.rawValue, facts.isEmpty ? "no limits" : facts.joined(separator: "; ")]
  }

  /// The page of `filmgate tokens show`, and of `create` with the secrets.
  static func page(_ report: CallerKeyReport) -> String {
    let key = report.key
    var rows = [["name", Sanitized.line(key.name)], ["state", report.state.rawValue]]
    if let secrets = report.secrets {
      rows += [["bearer token", secrets.bearer], ["access key", key.id], ["secret key", secrets.secret]]
      if !secrets.webhook.isEmpty { rows.append(["webhook secret", secrets.webhook]) }
    } else {
      rows.append(["access key", key.id])
    }
    rows += [
      ["models", key.modelPatterns.isEmpty ? "all" : Sanitized.line(key.modelPatterns.joined(separator: ", "))],
      ["budget", money(report) ?? "no limit"], ["jobs", jobs(report) ?? "no limit"],
    ]
    if key.isAdministrator { rows.append(["administers", "the gateway's keys, webhooks and configuration"]) }
    rows += [["created", time(key.createdAtSeconds)], ["expires", key.expiresAtSeconds.map(time) ?? "never"]]
    if let revoked = key.revokedAtSeconds { rows.append(["revoked", time(revoked)]) }
    return TextTable.render(rows)
  }

  /// Nil: no limit, and nothing spent.
  private static func money(_ report: CallerKeyReport) -> String? {
    if let budget = report.key.budget {
      let spent = Price(currency: "", amountMicros: report.spent.sumMicros(comparableWith: budget))
      return "\(spent.decimal) of \(budget.decimal) \(budget.currency) spent or promised"
    }
    let sums = report.spent.filter { $0.amountMicros != 0 }.map { "\($0.decimal) \($0.currency)" }
    return sums.isEmpty ? nil : "\(sums.joined(separator: " and ")) spent or promised"
  }

  /// Nil: no limit, and none under way.
  private static func jobs(_ report: CallerKeyReport) -> String? {
    if let limit = report.key.parallelLimit { return "\(report.liveJobCount) of \(limit) jobs under way" }
    return report.liveJobCount == 0 ? nil : "\(report.liveJobCount) jobs under way"
  }

  private static func time(_ seconds: Int64) -> String { Timestamp.text(milliseconds: seconds * 1_000) }
}
