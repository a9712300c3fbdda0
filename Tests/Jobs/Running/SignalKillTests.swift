// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import Jobs
import Store
import Testing
import VideoDocuments

/// Another process with a real database, killed by a real signal; this process is the next command.
@Suite("A process killed by SIGKILL") struct SignalKillTests {
  /// Counts the purchases where a kill cannot reach them: one line a purchase.
  private static func countPurchases(in folder: String, of vendor: FakeVendor) async {
    await { @LoopActor in
      vendor.onCreate = {
        let descriptor = open(folder + "/purchases", O_WRONLY | O_CREAT | O_APPEND, 0o600)
        _ = write(descriptor, "x\n", 2)
        close(descriptor)
      }
    }()
  }

  private static func purchases(in folder: String) -> Int {
    ((try? String(contentsOfFile: folder + "/purchases", encoding: .utf8)) ?? "").filter { $0 == "x" }.count
  }

  private static func runner(_ store: any Store, _ vendor: FakeVendor, _ grim: Grim) -> JobRunner {
    JobRunner(
      store: MortalStore(store: store, grim: grim), provider: FakePlugin(vendor: vendor),
      wire: MortalWire(vendor: vendor, grim: grim), archive: MortalArchive(vendor: vendor, grim: grim),
      clock: ManualClock())
  }

  /// A whole life, which never comes to its end.
  static func live(in folder: String, until boundary: Int) async throws {
    let vendor = FakeVendor()
    await countPurchases(in: folder, of: vendor)
    let runner = runner(
      try await SQLiteStore.open(path: folder + "/jobs.db"), vendor, Grim(target: boundary, isReal: true))
    let job = try await runner.submit(sampleDraft())
    _ = try await runner.drive(job.id)
    kill(getpid(), SIGKILL)
  }

  /// The same in a server, where job and intent are one write.
  static func serve(in folder: String, until boundary: Int) async throws {
    let vendor = FakeVendor()
    await countPurchases(in: folder, of: vendor)
    let store = try await SQLiteStore.open(path: folder + "/jobs.db")
    let grim = Grim(target: boundary, isReal: true)
    await { @LoopActor in
      let clock = SteppedClock()
      let runner = JobRunner(
        store: MortalStore(store: store, grim: grim), provider: FakePlugin(vendor: vendor),
        wire: MortalWire(vendor: vendor, grim: grim), archive: MortalArchive(vendor: vendor, grim: grim), clock: clock)
      let server = JobSupervisor(runner: runner, accounts: [SupervisorBench.account(inFlight: 1)])
      try? await server.start()
      for prompt in ["fox", "owl"] { _ = try? await server.submit(sampleDraft(prompt), waitMilliseconds: 0) }
      while true { await clock.pass(1_000) }
    }()
  }

  @Test("a server leaves jobs that are brought to their end without a second purchase", arguments: 0..<20)
  func killedServer(_ boundary: Int) async throws {
    try await check(purchases: 2) { folder in
      await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, boundary = boundary as Int] in
        try await SignalKillTests.serve(in: folder, until: boundary)
      }
    }
  }

  @Test("leaves a job that the next command brings to its end without a second purchase", arguments: 0..<24)
  func killed(_ boundary: Int) async throws {
    try await check(purchases: 1) { folder in
      await #expect(processExitsWith: .signal(SIGKILL)) { [folder = folder as String, boundary = boundary as Int] in
        try await SignalKillTests.live(in: folder, until: boundary)
      }
    }
  }

  /// Has a process killed that makes so many purchases, and is the next command.
  private func check(purchases: Int, _ kill: (String) async -> Void) async throws {
    let folder = NSTemporaryDirectory() + "filmgate-kill-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }

    await kill(folder)
    let bought = Self.purchases(in: folder)

    let vendor = FakeVendor()
    await Self.countPurchases(in: folder, of: vendor)
    let store = try await SQLiteStore.open(path: folder + "/jobs.db")
    let runner = Self.runner(store, vendor, Grim(target: .max))
    try await runner.recover()
    let jobs = try await runner.list()
    for job in jobs {
      let end = try await runner.drive(job.id)
      #expect([.done, .unknown].contains(end.job.state))
    }
    #expect(Self.purchases(in: folder) <= purchases)
    // What was bought is not forgotten.
    #expect(jobs.count >= bought)
    await store.close()
  }
}
