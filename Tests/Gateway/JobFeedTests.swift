// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Store
import Testing
import VideoDocuments

@LoopActor struct JobFeedTests {
  private func job(_ revision: Int64) -> JobRecord {
    var job = JobRecord(
      task: VideoTask(id: "job_1", request: VideoRequest(model: "m"), phase: .queued, createdAtMilliseconds: 0),
      pluginID: "p", pluginVersion: "1", account: "a", connection: Connection(profile: "x", baseURL: ""))
    job.revision = revision
    return job
  }

  @Test func whatWasPublishedBeforeTheQuestionIsNotMissed() async {
    let feed = JobFeed()
    let watch = feed.watch("job_1")
    feed.publish(job(4))
    #expect(await watch.next(after: 3, timeoutMilliseconds: 1)?.revision == 4)
    watch.end()
  }

  @Test func aWaitEndsWithTheChangeOrWithTheTime() async {
    let feed = JobFeed()
    let watch = feed.watch("job_1")
    let change = Task { @LoopActor in feed.publish(self.job(2)) }
    #expect(await watch.next(after: 1, timeoutMilliseconds: 60_000)?.revision == 2)
    await change.value
    #expect(await watch.next(after: 2, timeoutMilliseconds: 5) == nil)
    watch.end()
  }

  @Test func cancellingTheTaskEndsTheWait() async {
    let feed = JobFeed()
    let watch = feed.watch("job_1")
    let waiting = Task { @LoopActor in await watch.next(after: 9, timeoutMilliseconds: 600_000) }
    waiting.cancel()
    #expect(await waiting.value == nil)
    watch.end()
  }
}
