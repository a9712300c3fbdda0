// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// How a command ended, for scripts. The one place that turns failures into exit codes.
public enum ExitCode: Int32, Sendable, CaseIterable {
  case done = 0
  case unexpected = 1
  case providerFailed = 2
  case refused = 3
  case authentication = 4
  case unreachable = 5
  case money = 6
  case plugin = 7
  case stillRunning = 8
  case unknownOutcome = 9
  case usage = 64
  case interrupted = 130

  /// One line for `filmgate help exit-codes`.
  public var meaning: String {
    switch self {
    case .done: return "done"
    case .unexpected: return "unexpected: a defect of Filmgate or of this machine (disk full, database damaged)"
    case .providerFailed: return "the provider says that the task failed, expired or was cancelled"
    case .refused: return "refused by content policy"
    case .authentication: return "key missing or rejected"
    case .unreachable: return "unreachable, rate-limited or out of order; safe to retry, nothing was bought"
    case .money: return "budget or balance: over --max-cost, or no money left with the provider"
    case .plugin: return "plugin missing, incompatible or quarantined"
    case .stillRunning: return "still running; the job goes on"
    case .unknownOutcome: return "outcome unknown: it may have been bought; do not submit it again"
    case .usage: return "usage, or a value that the model does not accept"
    case .interrupted: return "interrupted; the job goes on"
    }
  }

  /// The code for a failure.
  public init(_ failure: Failure) {
    switch failure.kind {
    case .invalid, .unsupported, .notFound, .limit: self = .usage
    case .refusedPrompt, .refusedInput, .refusedOutput: self = .refused
    case .authentication, .permission: self = .authentication
    case .balance: self = .money
    case .rateLimited, .unreachable: self = .unreachable
    case .upstream: self = failure.charged == .no && failure.isRetryable ? .unreachable : .providerFailed
    case .drift, .expired, .cancelled: self = .providerFailed
    case .unknownOutcome: self = .unknownOutcome
    case .plugin: self = .plugin
    case .internal: self = .unexpected
    }
  }
}
