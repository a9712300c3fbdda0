// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Store
import VideoDocuments

/// What a plugin makes of a purchase before anything is written or sent.
enum Preparation: Sendable {
  case ready(Step, ledger: [LedgerEntry], warnings: [String])
  case refused(Failure)
  /// It wants to be asked again.
  case wait(milliseconds: Int64)

  /// What the machine is told; a wait tells it nothing.
  var event: JobEvent {
    switch self {
    case .ready(let step, let ledger, let warnings):
      return .submissionBegins(state: step.state, ledger: ledger, warnings: warnings)
    case .refused(let failure): return .refused(failure)
    case .wait(let milliseconds): return .lookDeferred(milliseconds: milliseconds)
    }
  }
}

/// How a purchase is carried through.
struct PurchaseManner: Sendable {
  /// Whether an outcome is offered once more to a store that has refused it so often.
  var isWorthWriting: @LoopActor @Sendable (_ attempts: Int) -> Bool = { $0 < 6 }
  /// Asked when the outcome is about to be written: whether the caller still waits for it and will be answered with it.
  var isAnswered: @LoopActor @Sendable () -> Bool = { false }
}

/// How a new job stands in the store.
enum Beginning: Sendable {
  /// Not at all: the caller's idempotency key belongs to this one.
  case exists(JobRecord)
  /// Planned, until it may pass.
  case waiting(JobRecord)
  /// Refused before anything was sent.
  case over(JobRecord)
  /// With the intent to send this.
  case intended(JobRecord, Step)
}
