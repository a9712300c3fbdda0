// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import Jobs
import Network
import Store
import Testing
import VideoDocuments

@testable import Gateway

@Suite("Retention") @LoopActor struct ArchiveRetentionTests {
  private static let day: Int64 = 86_400_000
  private let store = MemoryStore()
  private let clock = StandingClock()

  private func retention(_ folder: TestFolder, days: Int64?) -> ArchiveRetention {
    ArchiveRetention(
      store: store, cleaner: cleaner(folder), retentionMilliseconds: days.map { $0 * Self.day }, clock: clock)
  }

  private func cleaner(_ folder: TestFolder) -> ArchiveCleaner {
    ArchiveCleaner(archiveFolder: folder.path + "/clips", thumbnailFolder: folder.path + "/thumbnails")
  }

  /// A job made at that time, with a clip, a picture, a part and a copied input, all on disk.
  private func job(_ folder: TestFolder, at time: Int64, _ change: (inout JobRecord) -> Void = { _ in }) async throws
    -> JobRecord
  {
    let id = JobID.make(nowMilliseconds: time)
    var job = JobRecord.succeeded(
      id, base: "https://api.example.com", [VideoOutput(url: "https://m/1")], finishedAt: time)
    job.task.createdAtMilliseconds = time
    let day = FileArchive.dayFolder("clips", job)
    job.archived = [try folder.archive([1, 2, 3], "\(day)/filmgate-\(id).mp4")]
    _ = try folder.archive([1], "\(day)/\(FileArchive.partName(id, index: 0))")
    _ = try folder.archive([1], String(Thumbnails.path(of: job, in: "thumbnails")))
    let input = try folder.archive([4], "inputs/\(id).png")
    job.assets = [
      JobAsset(id: "a1", path: input.path, mediaType: "image/png", byteCount: 1, sha256: "", isOwnedCopy: true)
    ]
    change(&job)
    _ = try await store.insert(job, entries: [])
    return job
  }

  @Test("clips go when their time is over, each job's in one go, and content then says 410")
  func clips() async throws {
    let folder = try TestFolder()
    let old = try await job(folder, at: contentNow - 31 * Self.day)
    let young = try await job(folder, at: contentNow - 29 * Self.day)
    clock.nowMilliseconds = contentNow
    let retention = retention(folder, days: 30)
    try await retention.sweep()
    let marked = try #require(try await store.job(old.id))
    #expect(marked.filesRemovedAtMilliseconds == contentNow)
    #expect(try await store.entries(of: old.id).map(\.kind) == ["files_removed"])
    #expect(throws: Failure.self) { try ContentChoice(.video(1), of: marked) }
    #expect(folder.names.allSatisfy { !$0.contains(old.id) })
    // The inputs of a job that has been over for a day are of no use.
    #expect(folder.names.filter { $0.contains(young.id) }.count == 3)
    #expect(try await store.job(young.id)?.filesRemovedAtMilliseconds == nil)
    #expect(!FileManager.default.fileExists(atPath: FileArchive.dayFolder(folder.path + "/clips", old)))
    clock.nowMilliseconds += 2 * Self.day
    try await retention.sweep()
    #expect(folder.names.isEmpty)
  }

  @Test("without a time clips stay for ever; inputs go")
  func forEver() async throws {
    let folder = try TestFolder()
    let old = try await job(folder, at: contentNow - 3_650 * Self.day)
    clock.nowMilliseconds = contentNow
    try await retention(folder, days: nil).sweep()
    #expect(folder.names.count == 3 && !folder.names.contains { $0.hasPrefix("inputs") })
    #expect(try await store.job(old.id)?.filesRemovedAtMilliseconds == nil)
  }

  @Test("a job under way, a command line's, one finished late, and an input that is still needed are left alone")
  func exceptions() async throws {
    let folder = try TestFolder()
    let time = contentNow - 40 * Self.day
    let live = try await job(folder, at: time) { $0.state = .collecting }
    let own = try await job(folder, at: time + 1) { $0.caller = nil }
    let chosen = try await job(folder, at: time + 2) { $0.outputPath = "/home/me/fox.mp4" }
    let late = try await job(folder, at: time + 3) { $0.task.finishedAtMilliseconds = contentNow - 30 * Self.day + 1 }
    let shared = try await job(folder, at: time + 4)
    _ = try await job(folder, at: contentNow - 1) {
      $0.state = .watching
      $0.assets = shared.assets
    }
    clock.nowMilliseconds = contentNow
    let retention = retention(folder, days: 30)
    try await retention.sweep()
    func files(_ job: JobRecord) -> Int { folder.names.count { $0.contains(job.id) } }
    #expect(files(live) == 4 && files(own) == 4)
    // The clip of a path that the user chose is the user's; the input was our copy.
    #expect(files(chosen) == 3)
    #expect(files(late) == 3 && files(shared) == 1)
    // What was too young, or not over, is not forgotten.
    _ = try await store.update(live.id) { job in
      var job = job
      job.state = .done
      return JobChange(job, output: true)
    }
    clock.nowMilliseconds += 1
    try await retention.sweep()
    #expect(files(live) == 0 && files(late) == 0)
  }

  @Test("thousands of jobs are looked through page by page, and only once")
  func paging() async throws {
    var ids: [String] = []
    for index in 0..<450 {
      var job = JobRecord.succeeded(
        JobID.make(nowMilliseconds: contentNow - 40 * Self.day + Int64(index)), base: "https://api.example.com",
        [VideoOutput(url: "https://m/1")], finishedAt: contentNow - 40 * Self.day)
      if index % 3 == 0 { job.caller = nil }
      _ = try await store.insert(job, entries: [])
      ids.append(job.id)
    }
    let aged = AgedJobs(store, ageMilliseconds: 30 * Self.day)
    var visited: [String] = []
    try await aged.visit(nowMilliseconds: contentNow) { visited.append($0.id) }
    #expect(visited == ids.enumerated().filter { $0.offset % 3 != 0 }.map(\.element))
    try await aged.visit(nowMilliseconds: contentNow) { visited.append($0.id) }
    #expect(visited.count == 300)
  }

  @Test("a deleted job leaves nothing behind but what another one needs")
  func deletion() async throws {
    let folder = try TestFolder()
    let gone = try await job(folder, at: contentNow)
    try await cleaner(folder).forget(gone, store: store)
    #expect(folder.names.isEmpty)
  }
}

/// Time that stands until it is set.
private final class StandingClock: JobClock, @unchecked Sendable {
  // Sound: used on the loop alone in these tests.
  var nowMilliseconds: Int64 = contentNow

  func sleep(milliseconds: Int64) async throws(CancellationError) { throw CancellationError() }
}
