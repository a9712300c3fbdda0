// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import Testing
import VideoDocuments

/// The promise: kill the process anywhere, and the next command neither loses the job nor buys it twice.
@Suite("Crashes of the job runner") @LoopActor struct CrashTests {
  /// A process that lives until `grim` comes.
  private func process(
    _ number: Int32, _ grim: Grim, _ store: any Store, _ vendor: FakeVendor, _ clock: ManualClock
  ) -> JobRunner {
    JobRunner(
      store: MortalStore(store: store, grim: grim), provider: FakePlugin(vendor: vendor),
      wire: MortalWire(vendor: vendor, grim: grim), archive: MortalArchive(vendor: vendor, grim: grim), clock: clock,
      owner: owner(number), isOwnerAlive: { $0.processID == number })
  }

  /// One command: settles what the dead left, then submits a job or drives those that are there.
  private func command(_ runner: JobRunner, submitting: Bool) async throws(Failure) {
    try await runner.recover()
    if submitting {
      let job = try await runner.submit(sampleDraft())
      _ = try await runner.drive(job.id)
    } else {
      for job in try await runner.list() { _ = try await runner.drive(job.id) }
    }
  }

  @Test("a kill at each boundary in turn: one purchase at most, and the clip is there or the outcome is called unknown")
  func everyBoundary() async throws {
    var unknown = 0
    var boundary = 0
    while true {
      let store = MemoryStore()
      let vendor = FakeVendor()
      let clock = ManualClock()
      let grim = Grim(target: boundary)
      try? await command(process(1, grim, store, vendor, clock), submitting: true)
      let isComplete = !grim.isDead
      try await command(process(2, Grim(target: .max), store, vendor, clock), submitting: false)

      let jobs = try await store.jobs(JobFilter())
      #expect(vendor.createsReceived <= 1, "killed at \(boundary)")
      #expect(jobs.count == 1 || vendor.createsReceived == 0, "killed at \(boundary)")
      for job in jobs {
        #expect([.done, .unknown].contains(job.state), "killed at \(boundary): \(job.state)")
        if job.state == .unknown {
          unknown += 1
          #expect(job.task.failure?.charged == .unknown)
        }
      }
      if isComplete { break }
      boundary += 1
    }
    #expect(boundary > 15)
    // After the intent's commit, before and after the request, before the answer's commit: nobody can know more.
    #expect(unknown <= 4)
  }

  @Test("kills at random boundaries, again and again, with every fate at the vendor", arguments: 0..<40)
  func manyLives(_ block: Int) async throws {
    for seed in (block * 25)..<(block * 25 + 25) { try await oneLife(UInt64(seed)) }
  }

  private func oneLife(_ seed: UInt64) async throws {
    var chance = SeededGenerator(seed: seed)
    let store = MemoryStore()
    let vendor = FakeVendor()
    let clock = ManualClock()
    vendor.creates = (0..<3).map { _ in
      [.accepts, .accepts, .accepts, .neverSent, .neverSent, .refuses, .acceptsInSilence, .dropsInSilence]
        .randomElement(using: &chance)!
    }
    let hasClip = Int.random(in: 0..<4, using: &chance) > 0
    vendor.looks = (0..<5).map { _ in
      [.says(.queued), .says(.running), .unreachable, .busy(retryAfterSeconds: 5), .notFound]
        .randomElement(using: &chance)!
    }
    vendor.looks.append(.says(hasClip ? .succeeded : [.failed, .expired].randomElement(using: &chance)!))
    vendor.downloads = [.breaks, .gone, .breaks, .delivers].shuffled(using: &chance) + [.delivers]

    for number in 0..<Int32(6) {
      let grim = Grim(target: number == 5 ? .max : Int.random(in: 0..<25, using: &chance))
      let isFirst = try await store.jobs(JobFilter()).isEmpty
      try? await command(process(number, grim, store, vendor, clock), submitting: isFirst)
    }
    let context: Comment = "seed \(seed)"
    #expect(vendor.createsAccepted <= 1, context)
    let job = try #require(try await store.jobs(JobFilter()).first)
    #expect(try await store.jobs(JobFilter()).count == 1, context)
    switch job.state {
    case .done: #expect(vendor.createsAccepted == 1 && hasClip && !job.archived.isEmpty, context)
    case .failed, .expired: #expect(vendor.createsAccepted == 0 || !hasClip, context)
    case .unknown: #expect(job.task.failure?.kind == .unknownOutcome, context)
    default: Issue.record("\(job.state) with seed \(seed)")
    }
  }
}
