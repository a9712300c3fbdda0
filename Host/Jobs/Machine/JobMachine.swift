// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import Store
import VideoDocuments

/// Decides what becomes of a job. Pure: it does nothing, knows no time and no chance, and one event on one job always
/// gives one answer.
///
///     planned ──► submitting ──► watching ──► collecting ──► done
///        ▲  │         │  │           │             │
///        └──┼─ unsent ┘  └► unknown  └► failed, cancelled, expired
///           └► failed, cancelled
///
/// The rules about money: the intent is written before the purchase is sent; who finds the intent without the process
/// that wrote it calls the outcome unknown; what is unknown is never sent again; a success always wins over any other
/// verdict, because the clip was paid for.
public struct JobMachine: Sendable, Hashable {
  public let policy: JobPolicy

  public init(policy: JobPolicy = JobPolicy()) { self.policy = policy }

  /// The answer to one event. Write `job` and `entries` first; then, and only then, carry the effects out.
  public func advance(_ job: JobRecord, _ event: JobEvent, _ moment: JobMoment) -> JobDecision {
    switch event {
    case .submissionBegins(let state, let ledger, let warnings):
      return submissionBegins(job, state, ledger, warnings, moment)
    case .heldUp(let failure): return heldUp(job, failure, moment)
    case .accepted(let update, let state): return accepted(job, update, state, moment)
    case .refused(let failure): return refused(job, failure, moment)
    case .notSent(let failure): return notSent(job, failure, moment)
    case .outcomeUnknown(let failure): return outcomeUnknown(job, failure, moment)
    case .found(let update, let state, let upstreamID): return found(job, upstreamID, update, state, moment)
    case .notBought: return notBought(job, moment)
    case .ownerDied: return ownerDied(job, moment)
    case .looked(let update, let state): return looked(job, update, state, moment)
    case .lookFailed(let failure): return lookFailed(job, failure, moment)
    case .lookDeferred(let milliseconds): return lookDeferred(job, milliseconds, moment)
    case .cancelRequested: return cancelRequested(job, moment)
    case .cancelFailed(let failure): return cancelFailed(job, failure, moment)
    case .archived(let file): return archived(job, file, moment)
    case .collectFailed(let index, let trouble): return collectFailed(job, index, trouble, moment)
    }
  }

  /// What is to be done next for a job as it stands: for whoever takes it up.
  public func nextEffects(_ job: JobRecord, _ moment: JobMoment) -> [JobEffect] {
    let at = job.nextActionAtMilliseconds ?? moment.nowMilliseconds
    switch job.state {
    case .planned: return [.prepare(atMilliseconds: at)]
    // Its process is sending, or it is gone and `ownerDied` has to say so first.
    case .submitting: return []
    case .watching: return job.isCancelWanted ? [.cancel, .look(atMilliseconds: at)] : [.look(atMilliseconds: at)]
    case .collecting:
      return job.task.outputs.isEmpty ? [.look(atMilliseconds: at)] : [.collect(atMilliseconds: at)]
    case .done, .failed, .cancelled, .expired, .unknown: return [.settle]
    }
  }

  private func ownerDied(_ job: JobRecord, _ moment: JobMoment) -> JobDecision {
    var job = job
    job.lease = nil
    guard job.state == .submitting else {
      return JobDecision(job, effects: nextEffects(job, moment))
    }
    return becomeUnknown(
      job,
      Failure(
        .unknownOutcome, "Filmgate was stopped while it submitted the job, so nobody knows whether it was bought.",
        advice: "Look for it in the provider's console; do not submit it again before.", charged: .unknown),
      moment)
  }

  // MARK: Common to all states

  /// Puts the job into a state in which nothing is left to do.
  func settled(
    _ job: JobRecord, _ state: JobState, _ phase: TaskPhase, _ failure: Failure?, _ moment: JobMoment,
    entry: JobLogEntry
  ) -> JobDecision {
    var job = job
    job.state = state
    job.task.phase = phase
    job.task.failure = failure
    job.task.updatedAtMilliseconds = moment.nowMilliseconds
    if phase.isTerminal {
      job.task.finishedAtMilliseconds = job.task.finishedAtMilliseconds ?? moment.nowMilliseconds
    }
    job.nextActionAtMilliseconds = nil
    job.trouble = nil
    job.isCancelWanted = false
    job.lease = nil
    return JobDecision(job, effects: [.settle], entries: [entry])
  }

  func becomeUnknown(_ job: JobRecord, _ failure: Failure, _ moment: JobMoment) -> JobDecision {
    var failure = failure
    failure.kind = .unknownOutcome
    failure.isRetryable = false
    failure.charged = .unknown
    return settled(
      job, .unknown, .unknown, failure, moment, entry: note("outcome_unknown", failure, moment))
  }

  func note(_ kind: String, _ moment: JobMoment, _ detail: JSONObject = JSONObject()) -> JobLogEntry {
    JobLogEntry(kind, atMilliseconds: moment.nowMilliseconds, detail: detail)
  }

  func note(_ kind: String, _ failure: Failure, _ moment: JobMoment) -> JobLogEntry {
    note(kind, moment, ["failure": failure.json])
  }

  /// Keeps a plugin's new state unless it is larger than agreed: then the old one stays, and a warning says so. The
  /// job goes on either way, for it may have been paid.
  func keepState(_ state: JSON?, in job: inout JobRecord) {
    guard let state else { return }
    guard state.serialized().count <= JobRecord.maximumPluginStateBytes else {
      return warn(
        "The plugin's state is larger than \(JobRecord.maximumPluginStateBytes) bytes; it was not kept.", &job)
    }
    job.pluginState = state
  }

  func warn(_ sentence: String, _ job: inout JobRecord) {
    if !job.warnings.contains(sentence) { job.warnings.append(sentence) }
  }
}
