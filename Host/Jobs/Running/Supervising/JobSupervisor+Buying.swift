// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Store
import VideoDocuments

/// The way of a new job to the vendor.
extension JobSupervisor {
  /// Writes the job down and, when nobody stands before it, buys it right away: then intent and job are one write.
  func buy(_ draft: JobDraft, _ wait: SubmissionWait) async {
    let record = runner.newRecord(draft)
    let isPassing = admission.passAtOnce(record.id, record.account)
    let job = SupervisedJob(record, effect: .prepare(atMilliseconds: record.task.createdAtMilliseconds))
    job.isClaimed = true
    job.stage = .running
    jobs[record.id] = job
    runner.driven.insert(record.id)
    waits[record.id] = [wait]
    let manner = manner(for: record.id)
    do throws(Failure) {
      switch try await runner.begin(record, isPassing: isPassing, manner, limits: draft.limits) {
      case .exists(let other):
        waits[record.id] = nil
        forget(job)
        await join(wait, other)
      case .waiting(let written):
        if isPassing { admission.leave(record.id) }
        wait.take(written)
        job.stage = .sleeping
        follow(job, written, [nextEffect(written)])
      case .over(let written):
        wait.take(written)
        forget(job)
      case .intended(let intent, let step):
        wait.take(intent)
        let decision = try await runner.send(intent, step, manner)
        if decision.job.state == .planned { admission.leave(record.id) }
        job.stage = .sleeping
        follow(job, decision.job, decision.isIgnored ? [] : decision.effects)
      }
    } catch {
      waits[record.id] = nil
      forget(job)
      wait.fail(error)
    }
  }

  /// A request that was sent twice waits for the same word.
  private func join(_ wait: SubmissionWait, _ other: JobRecord) async {
    // Where the job stands now, after this wait is sure to hear of changes; the first of them may end it.
    wait.isReplay = true
    waits[other.id, default: []].append(wait)
    let current = (try? await runner.store.job(other.id)) ?? other
    wait.take(current)
    guard wait.isOver else { return }
    waits[other.id]?.removeAll { $0 === wait }
    if waits[other.id]?.isEmpty == true { waits[other.id] = nil }
  }

  /// A server has time: an outcome is offered to the store until it takes it.
  func manner(for id: String) -> PurchaseManner {
    PurchaseManner(
      isWorthWriting: { [weak self] _ in self?.isGraceOver == false },
      isAnswered: { [weak self] in (self?.waits[id] ?? []).reduce(false) { $1.hold() || $0 } })
  }
}
