// SPDX-License-Identifier: Apache-2.0

import Dialects
import Network
import Store
import VideoDocuments

/// Webhooks as people and scripts read them.
enum WebhookText {
  /// One line of `filmgate webhooks list`.
  static func row(_ message: WebhookMessage, nowMilliseconds: Int64) -> [String] {
    [
      message.id, message.state.rawValue, message.event.rawValue, address(message),
      summary(message, nowMilliseconds: nowMilliseconds),
    ]
  }

  /// The page of `filmgate webhooks show`.
  static func page(_ message: WebhookMessage, nowMilliseconds: Int64) -> String {
    var rows = [
      ["state", message.state.rawValue], ["event", message.event.rawValue], ["job", message.jobID],
      ["key", message.keyID], ["address", Sanitized.line(message.url)],
      ["written", Timestamp.text(milliseconds: message.createdAtMilliseconds)],
    ]
    if let next = message.nextAttemptAtMilliseconds {
      rows.append(["next attempt", wait(next - nowMilliseconds)])
      rows.append(["until", Timestamp.text(milliseconds: message.expiresAtMilliseconds)])
    }
    var text = TextTable.render(rows)
    if !message.attempts.isEmpty {
      let attempts = message.attempts.map { [Timestamp.text(milliseconds: $0.atMilliseconds), answer($0)] }
      text += "\n\nAttempts:\n" + TextTable.render(attempts.map { ["  \($0[0])", $0[1]] })
    }
    return text
  }

  /// What one attempt came to.
  static func answer(_ attempt: WebhookAttempt) -> String {
    let words = attempt.problem.map { Sanitized.line($0) } ?? "The server answered \(attempt.status ?? 0)."
    return "\(words) (\(attempt.elapsedMilliseconds) ms)"
  }

  static func lastProblem(_ message: WebhookMessage) -> String {
    Sanitized.line(message.attempts.last?.problem ?? "No attempt was made.")
  }

  /// Queries may hold what only the server is to know.
  private static func address(_ message: WebhookMessage) -> String {
    Sanitized.line((try? HTTPURL(message.url))?.withoutQuery ?? message.lane.host)
  }

  private static func summary(_ message: WebhookMessage, nowMilliseconds: Int64) -> String {
    switch message.state {
    case .delivered:
      let at = message.attempts.last?.atMilliseconds ?? message.createdAtMilliseconds
      return "\(DurationText.text(milliseconds: max(nowMilliseconds - at, 0))) ago"
    case .pending:
      let next = message.nextAttemptAtMilliseconds.map { wait($0 - nowMilliseconds) } ?? "now"
      return message.failures == 0 ? next : "\(next); \(lastProblem(message))"
    case .stopped, .abandoned: return lastProblem(message)
    }
  }

  private static func wait(_ milliseconds: Int64) -> String {
    milliseconds <= 0 ? "now" : "in \(DurationText.text(milliseconds: milliseconds))"
  }
}
