// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import Jobs
import Store
import Synchronization
import Testing
import VideoDocuments

@testable import Gateway

@Suite("Leftovers") @LoopActor struct LeftoversTests {
  private static let hour: Int64 = 3_600_000
  private let store = MemoryStore()

  /// A copy of an input that was written then.
  private func input(_ folder: TestFolder, _ name: String, at time: Int64) throws -> JobAsset {
    let file = try folder.archive([1], name)
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSince1970: Double(time) / 1_000)], ofItemAtPath: file.path)
    return JobAsset(id: "a1", path: file.path, mediaType: "image/png", byteCount: 1, sha256: "", isOwnedCopy: true)
  }

  private func insert(_ asset: JobAsset, madeAt time: Int64, isLive: Bool = false) async throws {
    var job = JobRecord.succeeded(JobID.make(nowMilliseconds: time), base: "https://a.example", [])
    if isLive { job.state = .watching }
    job.assets = [asset]
    _ = try await store.insert(job, entries: [])
  }

  @Test("of requests that came to nothing go, and what a job has or may yet have stays")
  func removal() async throws {
    let folder = try TestFolder()
    _ = try input(folder, "inputs/orphan.png", at: contentNow - 5 * Self.hour)
    let used = try input(folder, "inputs/used.png", at: contentNow - 4 * Self.hour)
    try await insert(used, madeAt: contentNow - 4 * Self.hour + 8_000)
    // Its first job is gone, and another one that repeats it is not over.
    let again = try input(folder, "inputs/again.png", at: contentNow - 100 * Self.hour)
    try await insert(again, madeAt: contentNow - Self.hour, isLive: true)
    // Jobs in between, more than are looked at in one go.
    let other = try input(folder, "inputs/other.png", at: contentNow - 3 * Self.hour)
    for number in 0..<450 {
      try await insert(other, madeAt: contentNow - 5 * Self.hour + Int64(number))
    }
    _ = try input(folder, "inputs/young.png", at: contentNow + 1_000)
    _ = try input(folder, "pictures/2025-01-02/.fg_1.jpg.k3.part", at: contentNow - Self.hour)
    _ = try input(folder, "pictures/2025-01-02/fg_1.jpg", at: contentNow - Self.hour)
    _ = try input(folder, "pictures/2025-01-02/.fg_2.jpg.k3.part", at: contentNow + 1_000)
    let leftovers = Leftovers(
      store: store, inputFolder: folder.path + "/inputs", pictureFolder: folder.path + "/pictures")
    try await leftovers.remove(writtenBefore: contentNow)
    #expect(
      folder.names == [
        "inputs/again.png", "inputs/other.png", "inputs/used.png", "inputs/young.png",
        "pictures/2025-01-02/.fg_2.jpg.k3.part", "pictures/2025-01-02/fg_1.jpg",
      ])
  }

  @Test("are looked for once, when requests of before the start are over")
  func patience() async throws {
    let folder = try TestFolder()
    _ = try input(folder, "inputs/orphan.png", at: contentNow - Self.hour)
    let clock = HeldClock()
    let leftovers = Leftovers(
      store: store, inputFolder: folder.path + "/inputs", pictureFolder: folder.path + "/pictures", clock: clock)
    leftovers.start { _ in Issue.record("nothing can fail") }
    while clock.asked.load(ordering: .relaxed) == 0 { try await EventLoop.sleep(nanoseconds: 1_000_000) }
    #expect(clock.asked.load(ordering: .relaxed) == 600_000)
    #expect(folder.names == ["inputs/orphan.png"])
    clock.mayGoOn.store(true, ordering: .relaxed)
    for _ in 0..<12_000 where !folder.names.isEmpty { try await EventLoop.sleep(nanoseconds: 5_000_000) }
    #expect(folder.names.isEmpty)
  }
}

/// A clock on which one waits until the test says so.
private final class HeldClock: JobClock {
  let asked = Atomic<Int64>(0)
  let mayGoOn = Atomic<Bool>(false)

  var nowMilliseconds: Int64 { contentNow }

  func sleep(milliseconds: Int64) async throws(CancellationError) {
    asked.store(milliseconds, ordering: .relaxed)
    while !mayGoOn.load(ordering: .relaxed) { try await EventLoop.sleep(nanoseconds: 1_000_000) }
  }
}
