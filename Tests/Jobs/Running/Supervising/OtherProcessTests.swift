// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Store
import Testing
import VideoDocuments

/// A server that shares its store with commands.
@Suite("A server beside other processes") @LoopActor struct OtherProcessTests {
  private let bench = SupervisorBench()
  private var vendor: FakeVendor { bench.vendor }

  @Test("a command's job is left to it while it lives, and taken over when it is gone")
  func takeover() async throws {
    vendor.looks = [.says(.running)]
    let server = try await bench.server()
    let command = bench.runner(process: 2)
    let job = try await command.submit(sampleDraft())
    let drive = Task { @LoopActor in try await command.drive(job.id, until: .accepted) }
    _ = try await drive.value
    // Held again, by a command that waits for it.
    let waiting = Task { @LoopActor in try await command.drive(job.id) }
    await bench.clock.pass(40_000)
    #expect(try await bench.job(job.id).lease?.owner.processID == 2)
    waiting.cancel()
    _ = try await waiting.value
    vendor.looks = [.says(.succeeded)]
    await bench.clock.pass(60_000)
    #expect(try await bench.job(job.id).state == .done && vendor.createsReceived == 1)
    await server.stop()
  }

  @Test("what another process does with a job of the server's is seen, and told to those who wait here")
  func foreignCancel() async throws {
    vendor.looks = [.says(.running)]
    let server = try await bench.server()
    let job = try await server.submit(bench.draft("fox"), waitMilliseconds: 1_000).job
    let watch = bench.feed.watch(job.id)
    let command = JobRunner(
      store: bench.store, provider: FakePlugin(vendor: vendor), wire: FakeWire(vendor: vendor),
      archive: FakeArchive(vendor: vendor), clock: bench.clock, owner: owner(2))
    #expect(try await command.cancel(job.id).outcome == .cancelled)
    await bench.clock.pass(20_000)
    #expect(await watch.next(after: job.revision, timeoutMilliseconds: 1)?.state == .cancelled)
    let looks = vendor.looksReceived
    await bench.clock.pass(60_000)
    #expect(vendor.looksReceived == looks)
    await server.stop()
  }

  @Test("a submission whose process died is called unknown at the start, and never sent again")
  func deadSubmission() async throws {
    let command = bench.runner(process: 2)
    let job = try await command.submit(sampleDraft())
    try await bench.store.update(job.id) { job in
      JobChange(
        JobMachine().advance(job, .submissionBegins(state: nil, ledger: []), JobMoment(nowMilliseconds: sampleNow)).job,
        output: ())
    }
    bench.alive = [1]
    let server = try await bench.server()
    await bench.clock.pass(60_000)
    #expect(try await bench.states() == [.unknown] && vendor.createsReceived == 0)
    await server.stop()
  }
}
