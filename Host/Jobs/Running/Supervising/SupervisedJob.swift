// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Store

/// What a supervisor remembers of a live job between two turns; the record itself is in the store.
@LoopActor final class SupervisedJob {
  /// What it does right now.
  enum Stage {
    /// Until its time has come; `timer` wakes it.
    case sleeping
    /// In the line of its account.
    case inLine
    /// For a token of its account.
    case awaitingToken
    /// For one of the places for looks or downloads.
    case ready
    /// In a turn.
    case running
    /// Another process drives it.
    case elsewhere
  }

  let id: String
  let account: String
  let callerKeyID: String
  /// Of the record that `effect` was decided for.
  var revision: Int64
  /// The newest that this process has heard of, by its own writes or by looking.
  var heardRevision: Int64
  var stage: Stage = .sleeping
  /// What comes next.
  var effect: JobEffect
  /// Whether the lease is ours.
  var isClaimed = false
  /// Whether only a person can help.
  var isPaused = false
  /// Somebody asked for a look while a turn was on.
  var isLookWanted = false
  var lookedAtMilliseconds: Int64 = 0
  var timer: Task<Void, Never>?
  var turn: Task<Void, Never>?

  init(_ job: JobRecord, effect: JobEffect) {
    id = job.id
    account = job.account
    callerKeyID = job.callerKeyID
    revision = job.revision
    heardRevision = job.revision
    self.effect = effect
  }
}

extension JobState {
  /// Whether the job is at the vendor, or may be on its way there.
  var isInFlight: Bool { self == .submitting || self == .watching }
  /// Whether the vendor's word on the purchase is still to come.
  var isUndecided: Bool { self == .planned || self == .submitting }
}
