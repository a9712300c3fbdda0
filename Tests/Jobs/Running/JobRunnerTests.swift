// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import Testing
import VideoDocuments

@Suite("The job runner") @LoopActor struct JobRunnerTests {
  private let vendor = FakeVendor()
  private let store = MemoryStore()
  private let clock = ManualClock()

  private func runner(
    _ plugin: FakePlugin? = nil, owner number: Int32 = 1, alive: Set<Int32> = [1, 2]
  ) -> JobRunner {
    JobRunner(
      store: store, provider: plugin ?? FakePlugin(vendor: vendor), wire: FakeWire(vendor: vendor),
      archive: FakeArchive(vendor: vendor), clock: clock, owner: owner(number),
      isOwnerAlive: { alive.contains($0.processID) })
  }

  @Test("takes a job from the plan to the file, and tells every change")
  func wholeLife() async throws {
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    #expect(job.state == .planned && JobID.isPrefix(job.id) && job.request.externalID == job.id)
    var states: [JobState] = []
    var downloads = 0
    let result = try await runner.drive(job.id) { progress in
      switch progress {
      case .changed(let job): if states.last != job.state { states.append(job.state) }
      case .downloading: downloads += 1
      default: break
      }
    }
    #expect(result.reason == .settled)
    #expect(states == [.planned, .watching, .collecting, .done])
    #expect(downloads == 1)
    #expect(vendor.createsReceived == 1)
    let stored = try await runner.show(job.id)
    #expect(stored.task.upstreamID == "up-1" && stored.pluginState == ["kind": "t2v", "id": "up-1"])
    #expect(stored.archived.map(\.path) == ["/out/\(job.id)-0.mp4"])
    #expect(stored.lease == nil && stored.ledger.map(\.field) == ["prompt"])
    #expect(
      try await runner.events(job.id).map(\.kind)
        == ["planned", "submitting", "accepted", "looked", "succeeded", "archived", "done"])
  }

  @Test("the intent is in the store before the first byte leaves")
  func intentFirst() async throws {
    let job = try await runner().submit(sampleDraft())
    var seen: JobState?
    vendor.onCreate = { [store] in seen = try? await store.job(job.id)?.state }
    _ = try await runner().drive(job.id)
    #expect(seen == .submitting)
  }

  @Test("stops at acceptance when no more is asked for, and another command goes on")
  func noWait() async throws {
    let job = try await runner().submit(sampleDraft())
    let first = try await runner().drive(job.id, until: .accepted)
    #expect(first.reason == .accepted && first.job.state == .watching && vendor.looksReceived == 0)
    let second = try await runner(owner: 2).drive(job.id)
    #expect(second.job.state == .done && vendor.createsReceived == 1)
  }

  @Test("a definite refusal fails the job with the vendor's reason")
  func refusal() async throws {
    vendor.creates = [.refuses]
    let job = try await runner().submit(sampleDraft())
    let result = try await runner().drive(job.id)
    #expect(result.job.state == .failed && result.job.task.failure?.kind == .refusedPrompt)
  }

  @Test("what was not sent is sent again; what was lost is not")
  func sending() async throws {
    vendor.creates = [.neverSent, .neverSent, .accepts]
    let job = try await runner().submit(sampleDraft())
    #expect(try await runner().drive(job.id).job.state == .done)
    #expect(vendor.createsReceived == 1)

    vendor.creates = [.acceptsInSilence]
    let lost = try await runner().submit(sampleDraft("another"))
    let result = try await runner().drive(lost.id)
    #expect(result.job.state == .unknown && result.job.task.failure?.kind == .unknownOutcome)
    #expect(vendor.createsReceived == 2)
    // However often one asks.
    _ = try await runner().drive(lost.id)
    _ = try await runner(owner: 2).drive(lost.id)
    #expect(vendor.createsReceived == 2)
  }

  @Test("an unreachable vendor ends the tries before a purchase, and nothing was bought")
  func neverReached() async throws {
    vendor.creates = [.neverSent]
    let job = try await runner().submit(sampleDraft())
    let result = try await runner().drive(job.id)
    #expect(result.job.state == .failed && result.job.task.failure?.kind == .unreachable)
    #expect(result.job.submitAttempts == 4 && result.job.task.failure?.charged == .no)
  }

  @Test(
    "an answer to the purchase that nobody understands leaves the outcome unknown",
    arguments: [
      (200, "<html>"), (200, #"{"what":1}"#), (500, #"{"error":"upstream"}"#), (502, "<html>bad gateway</html>"),
    ])
  func drift(_ status: Int, _ body: String) async throws {
    vendor.creates = [.answers(status: status, body: body)]
    let job = try await runner().submit(sampleDraft())
    #expect(try await runner().drive(job.id).job.state == .unknown)
  }

  @Test("a refusal of the 500s beside which stands that nothing was bought is one; a success cannot say so")
  func declaredFree() async throws {
    let free = [NameValuePair("x-filmgate-charged", "no")]
    vendor.creates = [.answers(status: 502, body: #"{"error":"upstream"}"#, headers: free)]
    let job = try await runner().submit(sampleDraft())
    let refused = try await runner().drive(job.id).job
    #expect(refused.state == .failed && refused.task.failure?.charged == .no && vendor.createsReceived == 1)
    vendor.creates = [.answers(status: 503, body: "<html>", headers: free)]
    let other = try await runner().submit(sampleDraft("another"))
    #expect(try await runner().drive(other.id).job.state == .failed)
    for (status, value) in [(502, "unknown"), (502, "yes"), (200, "no")] {
      let headers = [NameValuePair("X-Filmgate-Charged", value)]
      vendor.creates = [.answers(status: status, body: "<html>", headers: headers)]
      let open = try await runner().submit(sampleDraft("\(status) \(value)"))
      #expect(try await runner().drive(open.id).job.state == .unknown, "\(status) \(value)")
    }
  }

  @Test("a plugin that crashes over a 2xx leaves the outcome unknown; over a 4xx, it was a refusal")
  func pluginCrash() async throws {
    var plugin = FakePlugin(vendor: vendor)
    plugin.resumeCrashes = true
    let job = try await runner().submit(sampleDraft())
    #expect(try await runner(plugin).drive(job.id).job.state == .unknown)
    vendor.creates = [.refuses]
    let other = try await runner().submit(sampleDraft())
    #expect(try await runner(plugin).drive(other.id).job.state == .failed)
  }

  @Test("a plugin that refuses or crashes before anything is sent costs nothing")
  func pluginRefusal() async throws {
    var plugin = FakePlugin(vendor: vendor)
    plugin.createFailure = Failure(.plugin, "It crashed.")
    let job = try await runner().submit(sampleDraft())
    #expect(try await runner(plugin).drive(job.id).job.state == .failed)
    plugin.createFailure = nil
    plugin.createStep = Step(.fail(Failure(.unsupported, "No such model.")))
    let other = try await runner().submit(sampleDraft())
    #expect(try await runner(plugin).drive(other.id).job.task.failure?.kind == .unsupported)
    #expect(vendor.createsReceived == 0)
  }

  @Test("a field without effect stops a strict job before it is bought, and warns a lenient one")
  func ledger() async throws {
    var plugin = FakePlugin(vendor: vendor)
    plugin.createStep = Step(
      .http(HTTPStep("POST", path: "/tasks", retry: .never)), ledger: [LedgerEntry("prompt", .unsupported)])
    let strict = try await runner().submit(sampleDraft())
    let refused = try await runner(plugin).drive(strict.id)
    #expect(refused.job.state == .failed && refused.job.task.failure?.field == "prompt")
    #expect(vendor.createsReceived == 0)
    var draft = sampleDraft()
    draft.isLenient = true
    let lenient = try await runner().submit(draft)
    let done = try await runner(plugin).drive(lenient.id)
    #expect(done.job.state == .done && done.job.warnings.count == 1)
  }

  @Test("waits through unreachable, busy, unknown-to-the-vendor and gibberish looks")
  func patience() async throws {
    vendor.looks = [
      .unreachable, .unreachable, .unreachable, .busy(retryAfterSeconds: 40), .notFound, .gibberish, .says(.running),
      .says(.succeeded),
    ]
    let job = try await runner().submit(sampleDraft())
    let start = clock.nowMilliseconds
    var troubles: [FailureKind] = []
    let result = try await runner().drive(job.id) { progress in
      if case .trouble(let failure, _) = progress { troubles.append(failure.kind) }
    }
    #expect(result.job.state == .done)
    #expect(troubles == [.unreachable, .rateLimited, .notFound, .drift])
    #expect(clock.nowMilliseconds - start > 40_000)
    #expect(vendor.createsReceived == 1)
  }

  @Test("a rejected key pauses; once it is right, the next command brings the clip home")
  func rejectedKey() async throws {
    vendor.looks = [.badKey]
    let job = try await runner().submit(sampleDraft())
    let paused = try await runner().drive(job.id)
    guard case .paused(let failure) = paused.reason else {
      Issue.record("not paused but \(paused.reason)")
      return
    }
    #expect(failure.kind == .authentication && paused.job.state == .watching)
    vendor.looks = [.says(.succeeded)]
    #expect(try await runner(owner: 2).drive(job.id).job.state == .done)
  }

  @Test("our own time ends the waiting and not the job")
  func timeout() async throws {
    vendor.looks = [.says(.running)]
    let job = try await runner().submit(sampleDraft())
    let result = try await runner().drive(job.id, deadlineMilliseconds: clock.nowMilliseconds + 30_000)
    #expect(result.reason == .timedOut && result.job.state == .watching && result.job.task.failure == nil)
    vendor.looks = [.says(.succeeded)]
    #expect(try await runner().drive(job.id).job.state == .done)
  }

  @Test("a link that is dead is asked for anew, and a broken download repeated")
  func downloads() async throws {
    vendor.downloads = [.gone, .breaks, .breaks, .delivers]
    let job = try await runner().submit(sampleDraft())
    #expect(try await runner().drive(job.id).job.state == .done)
    #expect(vendor.looksReceived >= 4 && vendor.createsReceived == 1)
  }

  @Test("a full disk pauses the job; with room, the clip comes without a second purchase")
  func fullDisk() async throws {
    vendor.downloads = [.diskFull]
    let job = try await runner().submit(sampleDraft())
    let paused = try await runner().drive(job.id)
    #expect(paused.job.state == .collecting)
    vendor.downloads = [.delivers]
    #expect(try await runner().drive(job.id).job.state == .done)
    #expect(vendor.createsReceived == 1)
  }

  @Test("every output is fetched, the clip first, and one that cannot be had is a warning")
  func severalOutputs() async throws {
    vendor.outputKinds = ["last_frame", "video", "thumbnail"]
    vendor.downloads = [.delivers, .delivers, .breaks]
    let job = try await runner().submit(sampleDraft())
    let result = try await runner().drive(job.id)
    #expect(result.job.state == .done && result.job.archived.map(\.kind) == ["video", "last_frame"])
    #expect(result.job.warnings.count == 1)
  }

  @Test("an expired job that succeeded after all is brought home")
  func lateSuccess() async throws {
    vendor.looks = [.says(.expired)]
    let job = try await runner().submit(sampleDraft())
    #expect(try await runner().drive(job.id).job.state == .expired)
    vendor.looks = [.says(.succeeded)]
    #expect(try await runner().drive(job.id).job.state == .done)
  }

  @Test("one idempotency key and one request are one job")
  func idempotency() async throws {
    var draft = sampleDraft()
    draft.idempotencyKey = "k"
    let first = try await runner().submit(draft)
    let second = try await runner().submit(draft)
    #expect(first.id == second.id)
    _ = try await runner().drive(first.id)
    _ = try await runner().drive(second.id)
    #expect(vendor.createsReceived == 1)
    draft.request.prompt = "something else"
    let changed = draft
    let failure = await #expect(throws: Failure.self) { try await runner().submit(changed) }
    #expect(failure?.field == "idempotency_key")
  }

  @Test("a job is found by the beginning of its id")
  func prefixes() async throws {
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    #expect(try await runner.show(String(job.id.prefix(10))).id == job.id)
    #expect(try await runner.show(String(job.id.dropFirst(3).prefix(8))).id == job.id)
    _ = try await runner.submit(sampleDraft())
    let failure = await #expect(throws: Failure.self) { try await runner.show("fg_") }
    #expect(failure?.kind == .invalid)
    let missing = await #expect(throws: Failure.self) { try await runner.show("nonsense") }
    #expect(missing?.kind == .notFound)
  }

  @Test("an unknown outcome that a person has looked up goes on under the vendor's id")
  func adoption() async throws {
    vendor.creates = [.acceptsInSilence]
    let runner = runner()
    let job = try await runner.submit(sampleDraft())
    _ = try await runner.drive(job.id)
    #expect(try await runner.adopt(job.id, upstreamID: "up-1").state == .watching)
    #expect(try await runner.drive(job.id).job.state == .done)
    #expect(vendor.createsReceived == 1)
  }

  @Test("fresh links to what is done are asked for once; a vendor that has forgotten says so")
  func relinking() async throws {
    vendor.looks = [.says(.succeeded), .says(.succeeded), .notFound, .unreachable]
    let runner = runner()
    let id = try await runner.drive(try await runner.submit(sampleDraft()).id).job.id
    #expect(try await runner.relink(id).task.outputs.count == 1)
    #expect(vendor.looksReceived == 2 && vendor.createsReceived == 1)
    let forgotten = await #expect(throws: Failure.self) { try await runner.relink(id) }
    #expect(forgotten?.kind == .expired)
    let unreachable = await #expect(throws: Failure.self) { try await runner.relink(id) }
    #expect(unreachable?.kind == .unreachable)
    #expect(try await runner.show(id).state == .done)
  }
}
