// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Store
import Testing
import VideoDocuments

/// The promise of `CrashTests`, for a server: job and intent are one write there, and jobs wait in line.
@Suite("Crashes of a server") @LoopActor struct ServerCrashTests {
  private let accounts = [SupervisorBench.account(inFlight: 1)]

  /// A server that lives until `grim` comes, with two jobs for one slot.
  private func live(_ bench: SupervisorBench, _ grim: Grim, process number: Int32) async -> JobSupervisor {
    var settings = SupervisorSettings()
    settings.graceMilliseconds = 0
    let runner = bench.runner(
      process: number, store: MortalStore(store: bench.store, grim: grim),
      wire: MortalWire(vendor: bench.vendor, grim: grim))
    let server = JobSupervisor(runner: runner, accounts: accounts, settings: settings)
    try? await server.start()
    return server
  }

  private func check(_ bench: SupervisorBench, _ comment: Comment) async throws -> Int {
    let jobs = try await bench.store.jobs(JobFilter())
    // No prompt went out twice, and everything that went out is known.
    #expect(Set(bench.vendor.prompts).count == bench.vendor.prompts.count, comment)
    for prompt in bench.vendor.prompts { #expect(jobs.contains { $0.request.prompt == prompt }, comment) }
    for job in jobs {
      #expect([.done, .unknown].contains(job.state), "\(job.state), \(comment.rawValue)")
      if job.state == .unknown { #expect(job.task.failure?.charged == .unknown, comment) }
    }
    return jobs.count { $0.state == .unknown }
  }

  @Test("a kill at each boundary in turn: one purchase a job at most, and each clip is there or called unknown")
  func everyBoundary() async throws {
    var unknown = 0
    var boundary = 0
    while true {
      let bench = SupervisorBench()
      let grim = Grim(target: boundary)
      let first = await live(bench, grim, process: 1)
      for prompt in ["one", "two"] { _ = try? await first.submit(bench.draft(prompt), waitMilliseconds: 0) }
      await bench.clock.pass(30_000)
      let isComplete = !grim.isDead
      bench.alive = [2]
      await first.stop()
      let second = try await bench.server(accounts, process: 2)
      await bench.clock.pass(60_000)
      unknown += try await check(bench, "killed at \(boundary)")
      await second.stop()
      if isComplete { break }
      boundary += 1
    }
    #expect(boundary > 20)
    // For each of the two jobs: from the intent's commit to the commit of the answer. Nobody can know more.
    #expect(unknown <= 8)
  }

  @Test("kills at random boundaries, server after server, with every fate at the vendor", arguments: 0..<10)
  func manyLives(_ block: Int) async throws {
    for seed in (block * 5)..<(block * 5 + 5) {
      var chance = SeededGenerator(seed: UInt64(seed))
      let bench = SupervisorBench()
      let fates: [FakeVendor.CreateFate] = [.accepts, .accepts, .acceptsInSilence, .dropsInSilence]
      bench.vendor.creates = (0..<3).map { _ in fates.randomElement(using: &chance)! }
      bench.vendor.downloads = [.breaks, .gone, .delivers]
      for number in 0..<Int32(5) {
        let grim = Grim(target: number == 4 ? .max : Int.random(in: 0..<30, using: &chance))
        bench.alive = [number]
        let server = await live(bench, grim, process: number)
        if number < 3 { _ = try? await server.submit(bench.draft("p\(number)"), waitMilliseconds: 0) }
        await bench.clock.pass(number == 4 ? 120_000 : Int64.random(in: 0..<20_000, using: &chance))
        await server.stop()
      }
      _ = try await check(bench, "seed \(seed)")
    }
  }
}
