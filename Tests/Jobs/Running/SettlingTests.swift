// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import Testing
import VideoDocuments

@Suite("Settling an unknown outcome") @LoopActor struct SettlingTests {
  private let vendor = FakeVendor()
  private let store = MemoryStore()
  private let clock = ManualClock()

  private func runner(_ plugin: FakePlugin? = nil) -> JobRunner {
    JobRunner(
      store: store, provider: plugin ?? FakePlugin(vendor: vendor), wire: FakeWire(vendor: vendor),
      archive: FakeArchive(vendor: vendor), clock: clock, owner: owner(1), isOwnerAlive: { $0.processID == 1 })
  }

  /// A job whose purchase arrived, and whose answer was lost.
  private func lost(_ runner: JobRunner) async throws -> JobRecord {
    vendor.creates = [.acceptsInSilence]
    let job = try await runner.drive(try await runner.submit(sampleDraft()).id).job
    #expect(job.state == .unknown)
    return job
  }

  @Test("the id that a person names is looked at, and the job goes on to its clip without a second purchase")
  func named() async throws {
    vendor.known = ["up-1"]
    vendor.looks = [.says(.running), .says(.succeeded)]
    let runner = runner()
    let job = try await lost(runner)
    let settled = try await runner.settle(job.id, upstreamID: "up-1")
    #expect(settled.state == .watching && settled.task.upstreamID == "up-1" && settled.task.failure == nil)
    #expect(settled.pluginState == job.pluginState && vendor.looksReceived == 1)
    #expect(try await runner.events(job.id).map(\.kind).suffix(3) == ["found", "accepted", "looked"])
    #expect(try await runner.drive(job.id).job.state == .done)
    #expect(vendor.createsReceived == 1)
  }

  @Test(
    "a task that ended meanwhile settles the job as it ended",
    arguments: [TaskPhase.failed, .cancelled, .succeeded])
  func ended(_ phase: TaskPhase) async throws {
    vendor.looks = [.says(phase)]
    let runner = runner()
    let job = try await runner.settle(try await lost(runner).id, upstreamID: "up-1")
    #expect(job.state == (phase == .succeeded ? .collecting : phase == .failed ? .failed : .cancelled))
  }

  @Test("an id that the vendor does not have, or does not speak of, leaves the job unknown and says so")
  func wrong() async throws {
    let runner = runner()
    let job = try await lost(runner)
    let fates: [(FakeVendor.LookFate, FailureKind)] = [
      (.notFound, .notFound), (.unreachable, .unreachable), (.badKey, .authentication), (.gibberish, .drift),
      (.says(.unknown), .upstream),
    ]
    for (fate, kind) in fates {
      vendor.looks = [fate]
      let failure = await #expect(throws: Failure.self) { try await runner.settle(job.id, upstreamID: "up-9") }
      #expect(failure?.kind == kind && failure?.field == "upstream_id")
      #expect(failure?.message.contains("up-9") == true && failure?.message.contains("stays unknown") == true)
    }
    for text in ["", "a b", "a\n", String(repeating: "x", count: 513)] {
      let failure = await #expect(throws: Failure.self) { try await runner.settle(job.id, upstreamID: text) }
      #expect(failure?.kind == .invalid && failure?.field == "upstream_id")
    }
    #expect(try await store.job(job.id) == job)
  }

  @Test("two jobs of one account never take one task of the vendor's; those of another account may have the same id")
  func twice() async throws {
    let runner = runner()
    let (first, second) = (try await lost(runner), try await lost(runner))
    vendor.looks = [.says(.running)]
    _ = try await runner.settle(first.id, upstreamID: "up-1")
    let taken = await #expect(throws: Failure.self) { try await runner.settle(second.id, upstreamID: "up-1") }
    #expect(taken?.kind == .invalid && taken?.message.contains(first.id) == true)
    // One that was bought as usual has its id too.
    vendor.creates = [.accepts]
    let usual = try await runner.drive(try await runner.submit(sampleDraft()).id, until: .accepted).job
    let id = try #require(usual.task.upstreamID)
    await #expect(throws: Failure.self) { try await runner.settle(second.id, upstreamID: id) }
    #expect(try await runner.show(second.id).state == .unknown)
    var other = sampleDraft()
    other.account = "elsewhere"
    vendor.creates = [.acceptsInSilence]
    let elsewhere = try await runner.drive(try await runner.submit(other).id).job
    #expect(try await runner.settle(elsewhere.id, upstreamID: "up-1").state == .watching)
  }

  @Test("what was not bought is closed as such, and only what is unknown can be settled")
  func notBought() async throws {
    vendor.creates = [.dropsInSilence]
    let runner = runner()
    var draft = sampleDraft()
    draft.quote = Quote(expected: Price(currency: "USD", amountMicros: 7), basis: "a clip")
    let job = try await runner.drive(try await runner.submit(draft).id).job
    #expect(job.charge?.amountMicros == 7)
    let closed = try await runner.settleAsNotBought(job.id)
    #expect(closed.state == .failed && closed.task.failure?.charged == .no && closed.charge == nil)
    let again = await #expect(throws: Failure.self) { try await runner.settleAsNotBought(job.id) }
    #expect(again?.kind == .invalid && again?.field == "status")
    await #expect(throws: Failure.self) { try await runner.settle(job.id, upstreamID: "up-1") }
    #expect(vendor.createsReceived == 1 && vendor.looksReceived == 0)
  }

  @Test("a vendor that finds tasks by an id of ours is asked without anybody naming one")
  func ours() async throws {
    let runner = runner(FakePlugin(vendor: vendor, looksUp: true))
    vendor.known = []
    let job = try await lost(runner)
    let missing = await #expect(throws: Failure.self) { try await runner.lookUp(job.id) }
    #expect(missing?.kind == .notFound)
    #expect(try await store.job(job.id) == job)
    vendor.known = [job.id]
    vendor.looks = [.says(.running), .says(.succeeded)]
    #expect(try await runner.lookUp(job.id).state == .watching)
    #expect(try await runner.drive(job.id).job.state == .done)
    #expect(vendor.createsReceived == 1)
    let cannot = await #expect(throws: Failure.self) {
      let plain = self.runner()
      return try await plain.lookUp(try await self.lost(plain).id)
    }
    #expect(cannot?.kind == .unsupported)
  }
}
