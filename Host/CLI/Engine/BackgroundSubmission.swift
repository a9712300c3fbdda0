// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import Store
import VideoDocuments

/// Buys in the background and waits for the provider's word.
@LoopActor final class BackgroundSubmission {
  private let runner: JobRunner
  private let feed: JobFeed

  init(runner: JobRunner, feed: JobFeed) {
    self.runner = runner
    self.feed = feed
  }

  func submit(_ draft: JobDraft, waitMilliseconds: Int64) async throws(Failure) -> Submission {
    let job = try await runner.submit(draft)
    let isReplay = job.revision > 0
    if !isReplay {
      let runner = runner
      let id = job.id
      Task { @LoopActor in _ = try? await runner.drive(id) }
    }
    let watch = feed.watch(job.id)
    defer { watch.end() }
    var current = try await runner.show(job.id)
    while current.state == .planned || current.state == .submitting {
      guard let next = await watch.next(after: current.revision, timeoutMilliseconds: waitMilliseconds) else { break }
      current = next
    }
    return Submission(job: current, isReplay: isReplay)
  }
}
