// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Store
import VideoDocuments

/// From the plan to the vendor's answer: the part where money is spent.
extension JobMachine {
  func submissionBegins(
    _ job: JobRecord, _ state: JSON?, _ ledger: [LedgerEntry], _ warnings: [String], _ moment: JobMoment
  ) -> JobDecision {
    // The one door to a purchase: from no other state does `submit` follow.
    guard job.state == .planned else { return .ignored(job) }
    var job = job
    job.state = .submitting
    job.submitAttempts += 1
    job.trouble = nil
    job.nextActionAtMilliseconds = nil
    if !ledger.isEmpty { job.ledger = ledger }
    for warning in warnings { warn(warning, &job) }
    keepState(state, in: &job)
    job.task.updatedAtMilliseconds = moment.nowMilliseconds
    let entry = note("submitting", moment, ["attempt": .number(JSONNumber(job.submitAttempts))])
    return JobDecision(job, effects: [.submit], entries: [entry])
  }

  func heldUp(_ job: JobRecord, _ failure: Failure, _ moment: JobMoment) -> JobDecision {
    guard job.state == .planned, job.trouble != failure else { return .ignored(job) }
    var job = job
    job.trouble = failure
    return JobDecision(
      job, effects: [.prepare(atMilliseconds: moment.nowMilliseconds)], entries: [note("held_up", failure, moment)])
  }

  func accepted(_ job: JobRecord, _ update: TaskUpdate, _ state: JSON?, _ moment: JobMoment) -> JobDecision {
    var detail = JSONObject()
    detail.add("upstream_id", update.upstreamID)
    detail.add("raw_status", update.rawStatus)
    switch job.state {
    case .watching, .collecting, .done:
      // It has an accepted purchase already; a second one would be a defect worth seeing.
      return .ignored(job, entries: [note("accepted_again", moment, detail)])
    case .planned, .submitting, .unknown, .failed, .cancelled, .expired: break
    }
    // "Accepted" from a plugin that knows neither id nor phase settles nothing.
    if update.phase == .unknown, update.upstreamID == nil, state == nil {
      return becomeUnknown(
        job,
        Failure(
          .unknownOutcome, "The provider answered without saying whether it took the job.",
          advice: "Look for it in the provider's console; do not submit it again before."), moment)
    }
    var job = job
    job.state = .watching
    job.acceptedAtMilliseconds = moment.nowMilliseconds
    job.lookFailures = 0
    job.task.phase = .queued
    job.task.failure = nil
    job.task.finishedAtMilliseconds = nil
    var decision = looked(job, update, state, moment)
    decision.entries.insert(note("accepted", moment, detail), at: 0)
    if decision.job.state == .watching, decision.job.isCancelWanted { decision.effects.insert(.cancel, at: 0) }
    return decision
  }

  func refused(_ job: JobRecord, _ failure: Failure, _ moment: JobMoment) -> JobDecision {
    switch job.state {
    // A definite no may come late, when another process has called the outcome unknown already.
    case .planned, .submitting, .unknown: break
    case .watching, .collecting, .done, .failed, .cancelled, .expired: return .ignored(job)
    }
    return settled(job, .failed, .failed, failure, moment, entry: note("refused", failure, moment))
  }

  func notSent(_ job: JobRecord, _ failure: Failure, _ moment: JobMoment) -> JobDecision {
    switch job.state {
    case .submitting: break
    // Good news for the purse, but what was called unknown stays out of reach of a second submission.
    case .unknown:
      return settled(job, .failed, .failed, failure, moment, entry: note("not_sent", failure, moment))
    case .planned, .watching, .collecting, .done, .failed, .cancelled, .expired: return .ignored(job)
    }
    let entry = note("not_sent", failure, moment)
    if job.isCancelWanted { return cancelledBeforeSubmission(job, moment, entries: [entry]) }
    guard job.submitAttempts < policy.maximumSubmitAttempts else {
      return settled(job, .failed, .failed, failure, moment, entry: entry)
    }
    var job = job
    job.state = .planned
    job.trouble = failure
    let wait = schedule.backoff(
      policy.submitBackoffMilliseconds, failures: job.submitAttempts, failure, moment.jitter)
    let at = moment.nowMilliseconds + wait
    job.nextActionAtMilliseconds = at
    job.task.updatedAtMilliseconds = moment.nowMilliseconds
    return JobDecision(job, effects: [.prepare(atMilliseconds: at)], entries: [entry])
  }

  func outcomeUnknown(_ job: JobRecord, _ failure: Failure, _ moment: JobMoment) -> JobDecision {
    switch job.state {
    case .planned, .submitting: return becomeUnknown(job, failure, moment)
    case .watching, .collecting, .done, .failed, .cancelled, .expired, .unknown: return .ignored(job)
    }
  }

  func cancelRequested(_ job: JobRecord, _ moment: JobMoment) -> JobDecision {
    switch job.state {
    case .planned: return cancelledBeforeSubmission(job, moment, entries: [])
    case .submitting, .watching:
      var job = job
      job.isCancelWanted = true
      return JobDecision(
        job, effects: job.state == .watching ? [.cancel] : [], entries: [note("cancel_requested", moment)])
    case .collecting, .done, .failed, .cancelled, .expired, .unknown: return .ignored(job)
    }
  }

  func cancelFailed(_ job: JobRecord, _ failure: Failure, _ moment: JobMoment) -> JobDecision {
    guard job.state == .watching, job.isCancelWanted else { return .ignored(job) }
    var job = job
    job.isCancelWanted = false
    return JobDecision(
      job, effects: nextEffects(job, moment), entries: [note("cancel_failed", failure, moment)])
  }

  private func cancelledBeforeSubmission(
    _ job: JobRecord, _ moment: JobMoment, entries: [JobLogEntry]
  ) -> JobDecision {
    let failure = Failure(.cancelled, "The job was cancelled before it was submitted; nothing was bought.")
    var decision = settled(job, .cancelled, .cancelled, failure, moment, entry: note("cancelled", moment))
    decision.entries = entries + decision.entries
    return decision
  }
}
