// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Store
import VideoDocuments

/// From the verdict "succeeded" to files on disk. A clip that was paid for is given up only when its link is surely
/// gone.
extension JobMachine {
  /// A look while collecting: only fresh links matter, the verdict stands.
  func refreshed(_ job: JobRecord, _ update: TaskUpdate, _ state: JSON?, _ moment: JobMoment) -> JobDecision {
    guard update.phase == .succeeded else {
      // The vendor takes its word back, or lags behind it. Fresh links may still come.
      return waitForLinks(job, moment)
    }
    var job = job
    keepState(state, in: &job)
    merge(update, into: &job, moment)
    job.lookFailures = 0
    guard !job.task.outputs.isEmpty else { return linksMissing(job, moment) }
    // The vendor may name fewer outputs than before, all of them on disk.
    return collected(job, moment, [])
  }

  /// A look at a job that is done: somebody wants what is not on disk, and its link has died.
  func relinked(_ job: JobRecord, _ update: TaskUpdate, _ state: JSON?, _ moment: JobMoment) -> JobDecision {
    // Files on disk are known by their place among the outputs.
    guard update.phase == .succeeded, job.filesRemovedAtMilliseconds == nil, update.outputs != job.task.outputs,
      update.outputs.map(\.kind) == job.task.outputs.map(\.kind)
    else { return .ignored(job) }
    var job = job
    keepState(state, in: &job)
    job.task.outputs = update.outputs
    job.task.expiresAt = update.expiresAt ?? job.task.expiresAt
    return JobDecision(job, effects: [.settle], entries: [note("relinked", moment)])
  }

  /// Whether somebody will need the output as a file.
  private func isWanted(_ job: JobRecord) -> Bool {
    policy.isArchiving || job.caller == nil || job.outputPath != nil
  }

  private func waitForLinks(_ job: JobRecord, _ moment: JobMoment) -> JobDecision {
    var job = job
    job.lookFailures += 1
    let at = moment.nowMilliseconds + collectBackoff(job.lookFailures, nil, moment)
    job.nextActionAtMilliseconds = at
    return JobDecision(
      job, effects: job.task.outputs.isEmpty ? [.look(atMilliseconds: at)] : [.collect(atMilliseconds: at)])
  }

  /// The vendor says "succeeded" and names no output.
  func linksMissing(_ job: JobRecord, _ moment: JobMoment) -> JobDecision {
    var job = job
    job.collectFailures += 1
    let failure = Failure(
      .drift, "The provider says that the job succeeded, but names no clip.",
      advice: "Run `filmgate wait \(job.id)` later; if it stays so, the plugin needs an update.", charged: .yes)
    let at = moment.nowMilliseconds + collectBackoff(job.collectFailures, nil, moment)
    job.nextActionAtMilliseconds = at
    let isNews = job.trouble == nil
    job.trouble = failure
    return JobDecision(
      job,
      effects: job.collectFailures >= policy.hopelessCollects ? [.pause(failure)] : [.look(atMilliseconds: at)],
      entries: isNews ? [note("links_missing", failure, moment)] : [])
  }

  func archived(_ job: JobRecord, _ file: ArchivedFile, _ moment: JobMoment) -> JobDecision {
    guard job.state == .collecting else {
      return .ignored(job)
    }
    var job = job
    job.archived.removeAll { $0.outputIndex == file.outputIndex }
    job.archived.append(file)
    job.abandonedOutputs.removeAll { $0 == file.outputIndex }
    job.collectFailures = 0
    job.trouble = nil
    let entry = note("archived", moment, file.json.object ?? JSONObject())
    return collected(job, moment, [entry])
  }

  func collectFailed(
    _ job: JobRecord, _ index: Int, _ trouble: CollectTrouble, _ moment: JobMoment
  ) -> JobDecision {
    guard job.state == .collecting else { return .ignored(job) }
    var changed = job
    changed.collectFailures += 1
    changed.trouble = trouble.failure
    let at = moment.nowMilliseconds + collectBackoff(changed.collectFailures, trouble.failure, moment)
    changed.nextActionAtMilliseconds = at
    let isNews = job.trouble?.kind != trouble.failure.kind
    let entries = isNews ? [note("collect_failed", trouble.failure, moment)] : []
    let isClip = job.task.outputs.indices.contains(index) && job.task.outputs[index].kind == "video"
    if !isClip, changed.collectFailures >= policy.sideOutputAttempts {
      return abandon(index, in: changed, trouble.failure, moment, entries)
    }
    switch trouble {
    case .disk(let failure): return JobDecision(changed, effects: [.pause(failure)], entries: entries)
    case .linkGone(let failure):
      if changed.collectFailures >= policy.goneLinks { return abandon(index, in: changed, failure, moment, entries) }
      return JobDecision(changed, effects: [.look(atMilliseconds: at)], entries: entries)
    case .invalidContent(let failure):
      if changed.collectFailures >= policy.hopelessCollects {
        return JobDecision(changed, effects: [.pause(failure)], entries: entries)
      }
      return JobDecision(changed, effects: [.look(atMilliseconds: at)], entries: entries)
    case .unreachable:
      // Every other time with a fresh link: the old one may point at a server that is gone.
      let isLookDue = changed.collectFailures % 2 == 0
      return JobDecision(
        changed, effects: isLookDue ? [.look(atMilliseconds: at)] : [.collect(atMilliseconds: at)], entries: entries)
    }
  }

  private func abandon(
    _ index: Int, in job: JobRecord, _ failure: Failure, _ moment: JobMoment, _ entries: [JobLogEntry]
  ) -> JobDecision {
    var job = job
    job.collectFailures = 0
    if !job.abandonedOutputs.contains(index) { job.abandonedOutputs.append(index) }
    let kind = job.task.outputs.indices.contains(index) ? job.task.outputs[index].kind : "output"
    warn("Output \(index + 1) (\(kind)) could not be fetched: \(failure.message)", &job)
    job.trouble = failure
    return collected(job, moment, entries + [note("abandoned", failure, moment)])
  }

  /// Goes on with the next output, or ends the job when each is on disk or given up.
  func collected(_ job: JobRecord, _ moment: JobMoment, _ entries: [JobLogEntry]) -> JobDecision {
    guard isWanted(job) else {
      var decision = settled(job, .done, .succeeded, nil, moment, entry: note("done", moment))
      decision.entries = entries + decision.entries
      return decision
    }
    let isComplete = job.task.outputs.indices.allSatisfy { index in
      job.abandonedOutputs.contains(index) || job.archived.contains { $0.outputIndex == index }
    }
    guard isComplete else {
      var job = job
      job.nextActionAtMilliseconds = moment.nowMilliseconds
      return JobDecision(job, effects: [.collect(atMilliseconds: moment.nowMilliseconds)], entries: entries)
    }
    var decision: JobDecision
    if job.archived.isEmpty {
      var failure =
        job.trouble ?? Failure(.expired, "The links to the clip are dead.", advice: "See the provider's console.")
      failure.kind = .expired
      failure.isRetryable = false
      failure.charged = .yes
      decision = settled(job, .expired, .expired, failure, moment, entry: note("links_gone", failure, moment))
    } else {
      decision = settled(job, .done, .succeeded, nil, moment, entry: note("done", moment))
    }
    decision.entries = entries + decision.entries
    return decision
  }

  private func collectBackoff(_ failures: Int, _ failure: Failure?, _ moment: JobMoment) -> Int64 {
    schedule.backoff(policy.collectBackoffMilliseconds, failures: failures, failure, moment.jitter)
  }
}
