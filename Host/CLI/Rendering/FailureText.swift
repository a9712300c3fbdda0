// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// Failures as people read them: what, the vendor's words, and what to do next. The one place that does so.
enum FailureText {
  /// Several lines without a final newline; the first begins with `error:`.
  static func render(_ failure: Failure, style: TextStyle) -> String {
    var lines = ["\(style.error("error:")) \(sentence(failure))"]
    if let vendor = vendorLine(failure) { lines.append("  \(style.dim(vendor))") }
    switch failure.charged {
    case .yes: lines.append("  The provider has charged for it.")
    case .unknown where failure.kind != .unknownOutcome: lines.append("  Whether it was charged is not known.")
    case .no, .unknown: break
    }
    lines.append("  \(style.accent("next:")) \(advice(failure))")
    return lines.joined(separator: "\n")
  }

  static func render(_ failure: UsageFailure, of command: [String], style: TextStyle) -> String {
    render(failure.failure(of: command), style: style)
  }

  static func sentence(_ failure: Failure) -> String {
    let message = Sanitized.line(failure.message)
    guard !message.isEmpty else { return "Something failed without a message (\(failure.kind.rawValue))." }
    guard let last = message.last, !".!?".contains(last), !message.hasSuffix(".)") else { return message }
    return message + "."
  }

  private static func vendorLine(_ failure: Failure) -> String? {
    var parts: [String] = []
    if let code = failure.vendorCode { parts.append("code \(code)") }
    if let message = failure.vendorMessage, !failure.message.holds(message) { parts.append("\"\(message)\"") }
    if let request = failure.vendorRequestID { parts.append("request \(request)") }
    guard !parts.isEmpty else { return nil }
    return Sanitized.line("provider: " + parts.joined(separator: ", "))
  }

  /// Every error ends with what to do next, as a sentence: the failure's own advice, or the usual one for its kind.
  static func advice(_ failure: Failure) -> String {
    let own = failure.advice.flatMap { $0.isEmpty ? nil : Sanitized.line($0) }
    let text = own ?? usualAdvice(failure)
    let isWord = text.first.map { $0.isASCII && $0.isLowercase } ?? false
    let capital = isWord ? text.prefix(1).uppercased() + text.dropFirst() : text
    return capital.last.map { ".!?".contains($0) } ?? true ? capital : capital + "."
  }

  private static func usualAdvice(_ failure: Failure) -> String {
    switch failure.kind {
    case .invalid: return "change the value; `filmgate models show MODEL` lists what the model accepts"
    case .unsupported: return "leave it out, or pass --lenient to go on without it"
    case .refusedPrompt: return "change the prompt"
    case .refusedInput: return "change the input"
    case .refusedOutput: return "change the prompt, or try again: outputs differ"
    case .authentication: return "check the key with `filmgate keys test`, or set it with `filmgate keys set`"
    case .permission: return "open the model for this account in the provider's console"
    case .balance: return "top up the account, or raise --max-cost"
    case .rateLimited:
      guard let milliseconds = failure.retryAfterMilliseconds else { return "wait a little and try again" }
      return "wait \(DurationText.text(milliseconds: milliseconds)) and try again"
    case .unreachable: return "check the network and try again; nothing was bought"
    case .upstream: return "try again later"
    case .drift: return "update the plugin; the provider's API seems to have changed"
    case .unknownOutcome: return "do not submit it again; `filmgate show JOB` tells what is known"
    case .expired: return "start a new job with `filmgate again JOB`"
    case .cancelled: return "start a new job with `filmgate again JOB`"
    case .notFound: return "`filmgate jobs` lists what there is"
    case .plugin: return "`filmgate plugins list` shows every plugin and its state"
    case .limit: return "make the request smaller"
    case .internal: return "`filmgate doctor` checks this machine"
    }
  }
}
