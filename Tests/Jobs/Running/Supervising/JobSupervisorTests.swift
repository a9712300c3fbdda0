// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import Testing
import VideoDocuments

@Suite("The job supervisor") @LoopActor struct JobSupervisorTests {
  private let bench = SupervisorBench()
  private var vendor: FakeVendor { bench.vendor }
  /// Of real time, and no measure of speed.
  private let longWait: Int64 = 3_600_000

  @Test("answers once the vendor has the job, and brings the clip home by itself")
  func wholeLife() async throws {
    let server = try await bench.server()
    var seen: JobState?
    vendor.onCreate = { [bench] in seen = try? await bench.store.jobs(JobFilter()).first?.state }
    let submission = try await server.submit(bench.draft("fox"), waitMilliseconds: longWait)
    #expect(submission.job.state == .watching && submission.job.task.upstreamID == "up-1" && !submission.isReplay)
    // The intent was on disk when the request left.
    #expect(seen == .submitting)
    await bench.clock.pass(60_000)
    let job = try await bench.job(submission.job.id)
    #expect(job.state == .done && job.lease == nil && vendor.createsReceived == 1 && vendor.downloadsServed == 1)
    #expect(
      try await bench.store.entries(of: job.id).map(\.kind)
        == ["planned", "submitting", "accepted", "looked", "succeeded", "archived", "done"])
    await server.stop()
  }

  @Test("a caller that leaves does not stop the purchase")
  func leavingCaller() async throws {
    let server = try await bench.server()
    bench.isVendorBusy = true
    let caller = Task { @LoopActor in try await server.submit(self.bench.draft("fox"), waitMilliseconds: self.longWait)
    }
    await bench.clock.settle()
    caller.cancel()
    #expect(try await caller.value.job.state == .submitting)
    bench.isVendorBusy = false
    await bench.clock.settle()
    #expect(try await bench.states() == [.watching])
    await server.stop()
  }

  @Test("a wait that is over gives the job as it stands, durable and on its way")
  func shortWait() async throws {
    let server = try await bench.server()
    bench.isVendorBusy = true
    let submission = try await server.submit(bench.draft("fox"), waitMilliseconds: 0)
    #expect(submission.job.state == .submitting)
    bench.isVendorBusy = false
    await bench.clock.settle()
    #expect(try await bench.job(submission.job.id).state == .watching)
    await server.stop()
  }

  @Test("one idempotency key of one caller buys once, also when it comes twice at once")
  func idempotency() async throws {
    let server = try await bench.server([SupervisorBench.account(inFlight: 2)])
    bench.isVendorBusy = true
    let both = (0..<2).map { _ in
      Task { @LoopActor in
        try await server.submit(self.bench.draft("fox", key: "k"), waitMilliseconds: self.longWait)
      }
    }
    await bench.clock.settle()
    bench.isVendorBusy = false
    let first = try await both[0].value
    let second = try await both[1].value
    #expect(first.job.id == second.job.id && vendor.createsReceived == 1)
    #expect([first.isReplay, second.isReplay].filter { $0 }.count == 1)
    #expect(second.job.state == .watching)
    let failure = await #expect(throws: Failure.self) {
      try await server.submit(self.bench.draft("owl", key: "k"), waitMilliseconds: 0)
    }
    #expect(failure?.field == "idempotency_key")
    // Neither the replay nor the conflict keeps a slot.
    _ = try await server.submit(bench.draft("fox", by: "b", key: "k"), waitMilliseconds: longWait)
    #expect(vendor.createsReceived == 2)
    await server.stop()
  }

  @Test("a refusal that answers the caller is marked as such; one that comes later is not")
  func refusals() async throws {
    let server = try await bench.server()
    vendor.creates = [.refuses]
    let refused = try await server.submit(bench.draft("fox"), waitMilliseconds: longWait).job
    #expect(refused.state == .failed && refused.isRefused)
    #expect(try await bench.job(refused.id) == refused)
    bench.isVendorBusy = true
    let queued = try await server.submit(bench.draft("owl"), waitMilliseconds: 0).job
    bench.isVendorBusy = false
    await bench.clock.settle()
    let later = try await bench.job(queued.id)
    #expect(later.state == .failed && !later.isRefused)
    await server.stop()
  }

  @Test("what was surely not sent is sent again; what was lost is not")
  func sending() async throws {
    vendor.creates = [.neverSent, .neverSent, .accepts, .acceptsInSilence]
    let server = try await bench.server([SupervisorBench.account(inFlight: 1)])
    let first = try await server.submit(bench.draft("fox"), waitMilliseconds: 0).job
    await bench.clock.pass(120_000)
    #expect(try await bench.job(first.id).state == .done && vendor.createsReceived == 1)
    let lost = try await server.submit(bench.draft("owl"), waitMilliseconds: longWait).job
    #expect(lost.state == .unknown && lost.task.failure?.kind == .unknownOutcome)
    await bench.clock.pass(120_000)
    #expect(vendor.createsReceived == 2)
    // An unknown outcome does not keep a slot for ever.
    vendor.creates = [.accepts]
    #expect(try await server.submit(bench.draft("elk"), waitMilliseconds: longWait).job.state == .watching)
    await server.stop()
  }

  @Test("news from the vendor leads to a look at once, and much news not to many looks")
  func news() async throws {
    vendor.looks = [.says(.running)]
    let server = try await bench.server()
    var draft = bench.draft("fox")
    draft.polling.firstMilliseconds = 500_000
    draft.polling.intervalMilliseconds = 500_000
    let job = try await server.submit(draft, waitMilliseconds: longWait).job
    await bench.clock.pass(2_000)
    #expect(vendor.looksReceived == 0)
    server.look(job.id)
    await bench.clock.settle()
    #expect(vendor.looksReceived == 1)
    for _ in 0..<50 {
      server.look(job.id)
      await bench.clock.pass(10)
    }
    #expect(vendor.looksReceived <= 2)
    vendor.looks = [.says(.succeeded)]
    await bench.clock.pass(1_000)
    server.look(job.id)
    await bench.clock.pass(1_000)
    #expect(try await bench.job(job.id).state == .done)
    await server.stop()
  }

  @Test("a success after expiry is collected when the vendor announces it")
  func lateSuccess() async throws {
    vendor.looks = [.says(.expired)]
    let server = try await bench.server()
    let job = try await server.submit(bench.draft("fox"), waitMilliseconds: longWait).job
    await bench.clock.pass(10_000)
    #expect(try await bench.job(job.id).state == .expired)
    vendor.looks = [.says(.succeeded)]
    server.look(job.id)
    await bench.clock.pass(1_000)
    #expect(try await bench.job(job.id).state == .done)
    await server.stop()
  }

  @Test("a cancel is told to the vendor, also when it comes during the purchase")
  func cancelling() async throws {
    let server = try await bench.server()
    let job = try await server.submit(bench.draft("fox"), waitMilliseconds: longWait).job
    #expect(try await server.cancel(job.id).outcome == .cancelled)
    #expect(vendor.cancelsReceived == 1)
    bench.isVendorBusy = true
    let other = try await server.submit(bench.draft("owl"), waitMilliseconds: 0).job
    #expect(try await server.cancel(other.id).outcome == .pending)
    bench.isVendorBusy = false
    await bench.clock.pass(100)
    #expect(try await bench.job(other.id).state == .cancelled && vendor.cancelsReceived == 2)
    await server.stop()
  }

  @Test("a rejected key leaves the job waiting; new accounts wake it at once")
  func rejectedKey() async throws {
    vendor.looks = [.badKey]
    let server = try await bench.server()
    let job = try await server.submit(bench.draft("fox"), waitMilliseconds: longWait).job
    await bench.clock.pass(10_000)
    #expect(vendor.looksReceived == 1)
    let waiting = try await bench.job(job.id)
    #expect(waiting.state == .watching && waiting.trouble?.kind == .authentication)
    // Without news it is tried now and then.
    await bench.clock.pass(300_000)
    #expect(vendor.looksReceived == 2)
    vendor.looks = [.says(.succeeded)]
    server.updateAccounts([SupervisorBench.account()])
    await bench.clock.pass(1_000)
    #expect(try await bench.job(job.id).state == .done && vendor.createsReceived == 1)
    await server.stop()
  }

  @Test("a stop lets a purchase come to its answer, takes nothing new, and gives every lease back")
  func stopping() async throws {
    let server = try await bench.server([SupervisorBench.account(inFlight: 2)])
    let watched = try await server.submit(bench.draft("owl"), waitMilliseconds: longWait).job
    await bench.clock.pass(1)
    bench.isVendorBusy = true
    let caller = Task { @LoopActor in try await server.submit(self.bench.draft("fox"), waitMilliseconds: self.longWait)
    }
    await bench.clock.pass(1)
    let queued = Task { @LoopActor in try await server.submit(self.bench.draft("elk"), waitMilliseconds: self.longWait)
    }
    await bench.clock.settle()
    let stop = Task { @LoopActor in await server.stop() }
    await bench.clock.settle()
    #expect(try await queued.value.job.state == .planned)
    await #expect(throws: Failure.self) { try await server.submit(self.bench.draft("late"), waitMilliseconds: 0) }
    bench.isVendorBusy = false
    await stop.value
    #expect(try await caller.value.job.state == .watching)
    for job in try await bench.store.jobs(JobFilter()) { #expect(job.lease == nil) }
    #expect(try await bench.states() == [.watching, .watching, .planned])

    // The next process goes on with all three; nothing is bought again.
    let next = try await bench.server([SupervisorBench.account(inFlight: 2)], process: 2)
    await bench.clock.pass(60_000)
    #expect(try await bench.states() == [.done, .done, .done])
    #expect(vendor.createsReceived == 3 && watched.task.upstreamID == "up-1")
    await next.stop()
  }

  @Test("many overdue jobs are looked at a few at a time, all of them")
  func manyJobs() async throws {
    var settings = SupervisorSettings()
    settings.maximumLooks = 3
    settings.maximumDownloads = 2
    let first = try await bench.server()
    for number in 0..<40 { _ = try await first.submit(bench.draft("\(number)"), waitMilliseconds: longWait) }
    await first.stop()
    await bench.clock.pass(60_000)
    vendor.looks = [.says(.succeeded)]
    var looking = 0
    var most = 0
    vendor.onLook = { _ in
      looking += 1
      most = max(most, looking)
      for _ in 0..<5 { await Task.yield() }
      looking -= 1
    }
    let server = try await bench.server(settings: settings)
    await bench.clock.pass(1_000)
    #expect(try await bench.store.count(JobFilter(states: [.done])) == 40)
    #expect(most == 3)
    await server.stop()
  }
}
