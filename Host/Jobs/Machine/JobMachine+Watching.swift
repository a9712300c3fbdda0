// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Store
import VideoDocuments

/// From the vendor's acceptance to its verdict.
extension JobMachine {
  var schedule: PollSchedule { PollSchedule(policy: policy) }

  func looked(_ job: JobRecord, _ update: TaskUpdate, _ state: JSON?, _ moment: JobMoment) -> JobDecision {
    switch job.state {
    case .watching: return watched(job, update, state, moment)
    case .collecting: return refreshed(job, update, state, moment)
    case .unknown:
      // Somebody found it at the vendor after all.
      guard update.phase != .unknown else { return .ignored(job) }
      return accepted(job, update, state, moment)
    case .failed, .cancelled, .expired:
      // A late success was paid for, so it is brought home. No other answer takes a verdict back.
      guard update.phase == .succeeded, job.acceptedAtMilliseconds != nil else { return .ignored(job) }
      return succeeded(job, update, state, moment)
    case .done: return relinked(job, update, state, moment)
    case .planned, .submitting: return .ignored(job)
    }
  }

  private func watched(_ job: JobRecord, _ update: TaskUpdate, _ state: JSON?, _ moment: JobMoment) -> JobDecision {
    switch update.phase {
    case .succeeded: return succeeded(job, update, state, moment)
    case .failed, .cancelled, .expired: return ended(job, update, state, moment)
    case .queued, .running, .unknown: break
    }
    var changed = job
    keepState(state, in: &changed)
    merge(update, into: &changed, moment)
    changed.lookFailures = 0
    changed.trouble = nil
    let at = moment.nowMilliseconds + schedule.nextLook(changed, update, moment)
    changed.nextActionAtMilliseconds = at
    var entries: [JobLogEntry] = []
    if changed.task.phase != job.task.phase || changed.task.rawStatus != job.task.rawStatus || job.trouble != nil {
      var detail = JSONObject()
      detail.add("phase", changed.task.phase.rawValue)
      detail.add("raw_status", changed.task.rawStatus)
      detail.add("progress_percent", changed.task.progressPercent)
      entries.append(note("looked", moment, detail))
    }
    return JobDecision(changed, effects: [.look(atMilliseconds: at)], entries: entries)
  }

  private func succeeded(
    _ job: JobRecord, _ update: TaskUpdate, _ state: JSON?, _ moment: JobMoment
  ) -> JobDecision {
    var job = job
    job.state = .collecting
    job.lookFailures = 0
    job.collectFailures = 0
    job.abandonedOutputs = []
    job.trouble = nil
    job.isCancelWanted = false
    keepState(state, in: &job)
    merge(update, into: &job, moment)
    job.task.failure = nil
    job.nextActionAtMilliseconds = moment.nowMilliseconds
    var detail = JSONObject()
    detail.add("outputs", job.task.outputs.count)
    detail.add("raw_status", update.rawStatus)
    detail.add("cost", update.cost)
    let entry = note("succeeded", moment, detail)
    guard !job.task.outputs.isEmpty else {
      var decision = linksMissing(job, moment)
      decision.entries.insert(entry, at: 0)
      return decision
    }
    return collected(job, moment, [entry])
  }

  private func ended(_ job: JobRecord, _ update: TaskUpdate, _ state: JSON?, _ moment: JobMoment) -> JobDecision {
    var job = job
    let wasCancelWanted = job.isCancelWanted
    keepState(state, in: &job)
    merge(update, into: &job, moment)
    let (jobState, failure): (JobState, Failure) =
      switch update.phase {
      case .cancelled:
        (
          .cancelled,
          Failure(.cancelled, wasCancelWanted ? "The job was cancelled." : "The job was cancelled at the provider.")
        )
      case .expired:
        (
          .expired,
          Failure(.expired, "The provider gave the job up because it took too long.", advice: "Submit it again.")
        )
      default:
        (.failed, Failure(.upstream, "The provider says that the job failed, without a reason.", isRetryable: false))
      }
    return settled(
      job, jobState, update.phase, update.failure ?? failure, moment,
      entry: note(update.phase.rawValue, update.failure ?? failure, moment))
  }

  func lookFailed(_ job: JobRecord, _ failure: Failure, _ moment: JobMoment) -> JobDecision {
    switch job.state {
    case .watching, .collecting: break
    case .planned, .submitting, .done, .failed, .cancelled, .expired, .unknown: return .ignored(job)
    }
    var changed = job
    // In a row and of one kind: three different troubles are bad weather, three times the same may be for good.
    let isNews = job.trouble?.kind != failure.kind
    changed.lookFailures = isNews ? 1 : job.lookFailures + 1
    changed.trouble = failure
    let wait = schedule.backoff(
      policy.lookBackoffMilliseconds, failures: changed.lookFailures, failure, moment.jitter)
    let at = moment.nowMilliseconds + wait
    changed.nextActionAtMilliseconds = at
    let entries = isNews ? [note("look_failed", failure, moment)] : []
    if failure.kind == .notFound {
      if isForgotten(changed, moment) { return forgotten(changed, failure, moment) }
    } else if isHopeless(changed, failure) {
      return JobDecision(changed, effects: [.pause(failure)], entries: entries)
    }
    return JobDecision(changed, effects: [.look(atMilliseconds: at)], entries: entries)
  }

  func lookDeferred(_ job: JobRecord, _ milliseconds: Int64, _ moment: JobMoment) -> JobDecision {
    switch job.state {
    case .watching, .collecting: break
    case .planned, .submitting, .done, .failed, .cancelled, .expired, .unknown: return .ignored(job)
    }
    var job = job
    let at = moment.nowMilliseconds + schedule.vendorWait(milliseconds)
    job.nextActionAtMilliseconds = at
    return JobDecision(job, effects: [.look(atMilliseconds: at)])
  }

  /// Whether a failed look needs a person: a rejected key at once, what else time does not heal after some tries.
  private func isHopeless(_ job: JobRecord, _ failure: Failure) -> Bool {
    switch failure.kind {
    case .authentication, .permission, .unsupported: return true
    default: return !failure.isRetryable && job.lookFailures >= policy.hopelessLooks
    }
  }

  /// Whether "not found" has been said so often and so late that the vendor has surely dropped the task.
  private func isForgotten(_ job: JobRecord, _ moment: JobMoment) -> Bool {
    let accepted = job.acceptedAtMilliseconds ?? job.task.createdAtMilliseconds
    return job.lookFailures >= policy.notFoundLooks
      && moment.nowMilliseconds - accepted > policy.notFoundGraceMilliseconds
  }

  private func forgotten(_ job: JobRecord, _ failure: Failure, _ moment: JobMoment) -> JobDecision {
    var failure = failure
    failure.charged = job.state == .collecting ? .yes : .unknown
    failure.advice =
      failure.advice ?? "The provider no longer knows the task; see its console, and whether the account is the same."
    return settled(job, .expired, .expired, failure, moment, entry: note("forgotten", failure, moment))
  }

  /// Takes over what an answer says, but never backwards: answers can overtake each other on their way.
  func merge(_ update: TaskUpdate, into job: inout JobRecord, _ moment: JobMoment) {
    var update = update
    let known = job.task.phase
    if update.phase == .unknown || (known == .running && update.phase == .queued)
      || (known == .succeeded && update.phase != .succeeded)
    {
      update.phase = known
    }
    if let progress = update.progressPercent {
      update.progressPercent = min(max(progress, job.task.progressPercent ?? 0, 0), 100)
    }
    if let task = update.vendorTask, task.serialized().count > policy.maximumVendorTaskBytes {
      update.vendorTask = nil
    }
    job.task.apply(update, nowMilliseconds: moment.nowMilliseconds)
  }
}
