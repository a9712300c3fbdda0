// SPDX-License-Identifier: Apache-2.0
import OrderedJSON
import VideoDocuments

/// Something that goes wrong because the request asks for it: by `sandbox:WORD` in the prompt or a shot's prompt, or by
/// WORD in an option named `sandbox`.
public enum SandboxFault: String, Sendable, Hashable, CaseIterable {
  case fail
  case refuse
  case refuseInput = "refuse-input"
  case refuseOutput = "refuse-output"
  case slow
  case stuck
  case drop
  case tooManyRequests = "429"
  case serverError = "500"
  case noLink = "no-link"
  case short

  /// What stands before the word in a prompt.
  public static let prefix = "sandbox:"
  /// The option that names faults without touching the prompt.
  public static let optionName = "sandbox"
  /// How many times longer a slow task takes.
  static let slowFactor: Int64 = 10

  /// For people: what happens.
  public var meaning: String {
    switch self {
    case .fail: "the task is accepted and fails while it runs"
    case .refuse: "content policy refuses the prompt at once"
    case .refuseInput: "content policy refuses the images, videos or sounds at once"
    case .refuseOutput: "the task is accepted; content policy refuses what it made"
    case .slow: "the task takes \(Self.slowFactor) times as long"
    case .stuck: "the task runs and never ends"
    case .drop: "the task is accepted, but the connection closes without an answer"
    case .tooManyRequests: "too many requests: refused at once, with the wish to wait a second"
    case .serverError: "the provider's server fails; no task is made"
    case .noLink: "the task succeeds without a link to its clip"
    case .short: "the clip's transfer ends half-way, every time"
    }
  }

  /// The faults that a request asks for. Throws for a word that is none, so that a slip of the pen does not pass for a
  /// request without faults.
  static func asked(by request: VideoRequest) throws(Failure) -> Set<SandboxFault> {
    var words: [Substring] = []
    for text in [request.prompt ?? ""] + request.shots.map({ $0.prompt }) {
      var rest = text[...]
      while let found = rest.firstOccurrence(of: prefix) {
        rest = rest[found.upperBound...]
        words.append(rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") })
      }
    }
    let option = request.options[optionName]?.lenientString ?? ""
    words += option.split { $0 == "," || $0 == " " }
    var faults: Set<SandboxFault> = []
    for word in words {
      guard let fault = SandboxFault(rawValue: word.lowercased()) else {
        let known = allCases.map { $0.rawValue }.joined(separator: ", ")
        throw Failure(
          .invalid, "The sandbox has no fault \"\(word.prefix(40))\"; it has \(known).", field: "prompt",
          advice: "Write one of them after `\(prefix)`.")
      }
      faults.insert(fault)
    }
    return faults
  }

  /// The refusal that answers the request instead of a task; nil when one is made.
  var refusal: Failure? {
    switch self {
    case .refuse: Failure(.refusedPrompt, "Content policy refuses the prompt (asked for by sandbox:refuse).")
    case .refuseInput: Failure(.refusedInput, "Content policy refuses an input (asked for by sandbox:refuse-input).")
    case .tooManyRequests:
      Failure(.rateLimited, "Too many requests (asked for by sandbox:429).", retryAfterMilliseconds: 1_000)
    case .serverError: Failure(.upstream, "The server failed (asked for by sandbox:500).")
    case .fail, .refuseOutput, .slow, .stuck, .drop, .noLink, .short: nil
    }
  }

  /// Why a task that was accepted fails; nil when it does not.
  var verdict: Failure? {
    switch self {
    case .fail:
      Failure(.upstream, "The task failed (asked for by sandbox:fail).", isRetryable: false)
    case .refuseOutput:
      Failure(.refusedOutput, "Content policy refuses the clip (asked for by sandbox:refuse-output).")
    default: nil
    }
  }
}
