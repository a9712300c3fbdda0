// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import Testing
import VideoDocuments

/// Several processes, one store; and leaving, cancelling, taking over.
@Suite("Several drivers of one job") @LoopActor struct SharingTests {
  private let vendor = FakeVendor()
  private let store = MemoryStore()
  private let clock = ManualClock()

  private func runner(owner number: Int32 = 1, alive: Set<Int32> = [1, 2]) -> JobRunner {
    JobRunner(
      store: store, provider: FakePlugin(vendor: vendor), wire: FakeWire(vendor: vendor),
      archive: FakeArchive(vendor: vendor), clock: clock, owner: owner(number),
      isOwnerAlive: { alive.contains($0.processID) })
  }

  @Test("two live processes: one drives, the other watches, and both see the end")
  func twoProcesses() async throws {
    let job = try await runner().submit(sampleDraft())
    vendor.looks = Array(repeating: .says(.running), count: 20) + [.says(.succeeded)]
    var wasTold = false
    let first = Task { @LoopActor in try await self.runner().drive(job.id) }
    let second = Task { @LoopActor in
      try await self.runner(owner: 2).drive(job.id) { if case .drivenElsewhere = $0 { wasTold = true } }
    }
    #expect(try await first.value.job.state == .done)
    #expect(try await second.value.job.state == .done)
    #expect(wasTold && vendor.createsReceived == 1 && vendor.looksReceived == 21 && vendor.downloadsServed == 1)
  }

  @Test("two callers in one process share one drive")
  func twoCallers() async throws {
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    let tasks = (0..<5).map { _ in Task { @LoopActor in try await runner.drive(job.id).job.state } }
    for task in tasks { #expect(try await task.value == .done) }
    #expect(vendor.createsReceived == 1 && vendor.downloadsServed == 1)
  }

  @Test("a job of a dead process is taken over; of a living one, it is not")
  func takeover() async throws {
    let job = try await runner().submit(sampleDraft())
    // The first process died with the job planned.
    let result = try await runner(owner: 2, alive: [2]).drive(job.id)
    #expect(result.job.state == .done && vendor.createsReceived == 1)
  }

  @Test("recover calls a dead process's submission unknown, and leaves a living one's alone")
  func recovery() async throws {
    let dying = runner(owner: 1)
    let job = try await dying.submit(sampleDraft())
    // The store as a kill in the middle of the purchase leaves it.
    try await store.update(job.id) { job in
      JobChange(
        JobMachine().advance(job, .submissionBegins(state: nil, ledger: []), JobMoment(nowMilliseconds: sampleNow)).job,
        output: ())
    }
    #expect(try await runner(owner: 2, alive: [1, 2]).recover().isEmpty)
    let settled = try await runner(owner: 2, alive: [2]).recover()
    #expect(settled.map(\.state) == [.unknown])
    #expect(try await runner(owner: 2, alive: [2]).drive(job.id).job.state == .unknown)
    #expect(vendor.createsReceived == 0)
  }

  @Test("whoever is thought dead and is not: its late answer is heard, and nothing is bought twice")
  func lateAnswer() async throws {
    let first = runner(owner: 1)
    let job = try await first.submit(sampleDraft())
    vendor.onCreate = { [self] in
      // Another process cannot see the first, and settles its submission while it is on the wire.
      _ = try? await runner(owner: 2, alive: [2]).recover()
    }
    let result = try await first.drive(job.id)
    #expect(result.job.state == .done && vendor.createsReceived == 1)
    #expect(try await first.events(job.id).contains { $0.kind == "outcome_unknown" })
  }

  @Test("leaving while the vendor works lets the job go on, and gives the lease back")
  func leaving() async throws {
    vendor.looks = [.says(.running)]
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    let drive = Task { @LoopActor in try await runner.drive(job.id) }
    vendor.onLook = { if $0 == 3 { drive.cancel() } }
    let result = try await drive.value
    #expect(result.reason == .detached && result.job.state == .watching)
    let stored = try await runner.show(job.id)
    #expect(stored.lease == nil && stored.trouble == nil)
  }

  @Test("leaving during the purchase first waits for its answer")
  func leavingDuringPurchase() async throws {
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    let drive = Task { @LoopActor in try await runner.drive(job.id) }
    vendor.onCreate = {
      drive.cancel()
      for _ in 0..<10 { await Task.yield() }
    }
    let result = try await drive.value
    #expect(result.reason == .detached && result.job.state == .watching)
    #expect(try await runner.show(job.id).task.upstreamID == "up-1")
  }

  @Test("a cancel before the purchase buys nothing")
  func earlyCancel() async throws {
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    #expect(try await runner.cancel(job.id).outcome == .cancelled)
    #expect(try await runner.drive(job.id).job.state == .cancelled)
    #expect(vendor.createsReceived == 0)
  }

  @Test("a cancel of what the vendor has is asked of the vendor")
  func cancel() async throws {
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    _ = try await runner.drive(job.id, until: .accepted)
    let (outcome, after) = try await runner.cancel(job.id)
    #expect(outcome == .cancelled && after.state == .cancelled && vendor.cancelsReceived == 1)
    #expect(try await runner.cancel(job.id).outcome == .cancelled)
    #expect(vendor.cancelsReceived == 1)
  }

  @Test("a vendor that refuses to cancel leaves the job running")
  func cancelRefused() async throws {
    vendor.canCancel = false
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    _ = try await runner.drive(job.id, until: .accepted)
    guard case .tooLate(let failure) = try await runner.cancel(job.id).outcome else {
      Issue.record("not too late")
      return
    }
    #expect(failure.vendorCode == "running")
    #expect(try await runner.drive(job.id).job.state == .done)
  }

  @Test("a cancel from another process during the purchase is carried out once the vendor has the job")
  func cancelDuringPurchase() async throws {
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    var outcome: CancelOutcome?
    vendor.onCreate = { [self] in outcome = try? await self.runner(owner: 2).cancel(job.id).outcome }
    let result = try await runner.drive(job.id)
    #expect(outcome == .pending)
    #expect(result.job.state == .cancelled && vendor.cancelsReceived == 1)
  }

  @Test("a cancel from another process ends the wait of the one that drives")
  func cancelWhileDriven() async throws {
    vendor.looks = [.says(.running)]
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    vendor.onLook = { [self] look in
      if look == 2 { _ = try? await self.runner(owner: 2).cancel(job.id) }
    }
    #expect(try await runner.drive(job.id).job.state == .cancelled)
  }

  @Test("a cancel comes too late for a clip that is made")
  func lateCancel() async throws {
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    _ = try await runner.drive(job.id)
    guard case .tooLate(let failure) = try await runner.cancel(job.id).outcome else {
      Issue.record("not too late")
      return
    }
    #expect(failure.charged == .yes && vendor.cancelsReceived == 0)
  }
}
