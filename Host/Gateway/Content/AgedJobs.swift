// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Store
import VideoDocuments

/// Finds callers' jobs that have been over for some time, each once: a search goes on where the last one ended, so that
/// a large store is read through once and not every hour.
@LoopActor final class AgedJobs {
  private static let pageSize = 200

  private let store: any Store
  private let ageMilliseconds: Int64
  /// Every job up to this id was looked at.
  private var seenThrough: String?
  /// Of those, the ones that were not old enough yet, or not over.
  private var postponed: Set<String> = []

  init(_ store: any Store, ageMilliseconds: Int64) {
    self.store = store
    self.ageMilliseconds = ageMilliseconds
  }

  /// Hands over, a few at a time, the jobs that have come of age since the last call. A job that `body` throws for comes
  /// again the next time.
  func visit(
    nowMilliseconds now: Int64, _ body: @LoopActor (JobRecord) async throws(Failure) -> Void
  ) async throws(Failure) {
    let bound = now - ageMilliseconds
    for id in postponed.sorted() {
      guard let job = try await store.job(id) else {
        postponed.remove(id)
        continue
      }
      guard Self.isOver(job, since: bound) else { continue }
      try await body(job)
      postponed.remove(id)
    }
    // An id begins with the time when its job was made.
    let before = JobID.first(atMilliseconds: bound)
    while true {
      let filter = JobFilter(before: before, after: seenThrough, isAscending: true, limit: Self.pageSize)
      let page = try await store.jobs(filter)
      for job in page {
        if job.caller != nil {
          if Self.isOver(job, since: bound) { try await body(job) } else { postponed.insert(job.id) }
        }
        seenThrough = job.id
      }
      guard page.count == Self.pageSize, !Task.isCancelled else { return }
    }
  }

  private static func isOver(_ job: JobRecord, since bound: Int64) -> Bool {
    !job.state.isLive && (job.task.finishedAtMilliseconds ?? job.task.updatedAtMilliseconds) <= bound
  }
}
