// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Store
import VideoDocuments

/// What other processes do with the same store.
extension JobSupervisor {
  func glance() async {
    let before = Set(jobs.keys)
    guard let live = try? await runner.store.liveRevisions() else { return }
    for (id, revision) in live {
      guard let job = jobs[id] else {
        if let record = try? await runner.store.job(id), isServing { takeUp(record) }
        continue
      }
      guard job.stage != .running, revision > job.heardRevision || job.stage == .elsewhere,
        let record = try? await runner.store.job(id)
      else { continue }
      renew(job, record)
    }
    // What was there before and is live no more was settled elsewhere.
    for id in before where live[id] == nil {
      guard let job = jobs[id], job.stage != .running else { continue }
      guard let record = try? await runner.store.job(id) else { continue }
      renew(job, record)
    }
  }

  /// Passes on what another process wrote.
  func tellOfOthers(_ job: SupervisedJob, _ record: JobRecord) {
    guard record.revision > job.heardRevision else { return }
    job.heardRevision = record.revision
    runner.feed?.publish(record, [])
  }

  private func renew(_ job: SupervisedJob, _ record: JobRecord) {
    guard isServing, jobs[job.id] === job, job.stage != .running else { return }
    let isNews = record.revision > job.heardRevision
    tellOfOthers(job, record)
    if isNews {
      if !record.state.isUndecided, !record.state.isInFlight { admission.leave(record.id) }
      if record.state.isInFlight { admission.occupy(record.id, record.account) }
    }
    if record.state == .unknown { lookUp(record) }
    guard record.state.isLive else { return forget(job) }
    if job.stage == .elsewhere {
      job.revision = record.revision
      jobs[job.id] = nil
      takeUp(record)
    } else if isNews {
      follow(job, record, [nextEffect(record)])
    }
  }
}
