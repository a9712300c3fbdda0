// SPDX-License-Identifier: Apache-2.0

import Jobs
import Store
import Testing
import VideoDocuments

@Suite("The job machine and links") struct JobMachineLinkTests {
  private func advance(_ job: JobRecord, _ event: JobEvent, _ machine: JobMachine = JobMachine()) -> JobDecision {
    machine.advance(job, event, JobMoment(nowMilliseconds: sampleNow))
  }

  private func succeeded(_ urls: String...) -> JobEvent {
    var update = TaskUpdate(.succeeded, upstreamID: "up-1")
    update.outputs = urls.map { VideoOutput(url: $0) }
    return .looked(update, state: nil)
  }

  @Test("without an archive a gateway's job is done with the vendor's word; a command line's is fetched all the same")
  func withoutArchive() {
    var policy = JobPolicy()
    policy.isArchiving = false
    let machine = JobMachine(policy: policy)
    var watched = job(in: .watching)
    #expect(advance(watched, succeeded("https://m/1"), machine).job.state == .collecting)
    watched.caller = JobCaller(keyID: "k", format: "unified", requestID: "r")
    let done = advance(watched, succeeded("https://m/1"), machine)
    #expect(done.job.state == .done && done.effects == [.settle] && done.entries.map(\.kind) == ["succeeded", "done"])
    #expect(done.job.task.phase == .succeeded && done.job.task.finishedAtMilliseconds == sampleNow)
    // A vendor that names no clip yet is asked until it does.
    let nameless = advance(watched, succeeded(), machine)
    #expect(nameless.job.state == .collecting)
    #expect(advance(nameless.job, succeeded("https://m/1"), machine).job.state == .done)
    watched.outputPath = "/home/me/fox.mp4"
    #expect(advance(watched, succeeded("https://m/1"), machine).job.state == .collecting)
  }

  @Test("a look at a job that is done brings fresh links, and nothing else")
  func relinking() {
    let done = job(in: .done)
    let fresh = advance(done, succeeded("https://m/2"))
    #expect(fresh.job.task.outputs.map(\.url) == ["https://m/2"])
    #expect(
      fresh.job.state == .done && fresh.job.archived == done.archived && fresh.entries.map(\.kind) == ["relinked"])
    #expect(fresh.job.task.updatedAtMilliseconds == done.task.updatedAtMilliseconds)
    // Files are known by their place among the outputs, so that may not change.
    #expect(advance(done, succeeded("https://m/2", "https://m/3")).isIgnored)
    #expect(advance(fresh.job, succeeded("https://m/2")).isIgnored)
    var removed = done
    removed.filesRemovedAtMilliseconds = sampleNow
    #expect(advance(removed, succeeded("https://m/2")).isIgnored)
  }
}
