// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Glibc
import Jobs
import OrderedJSON
import Store
import Synchronization
import VideoDocuments

/// Kills a process at its n-th boundary: from there on nothing that it does has an effect, and nothing reaches it.
final class Grim: Sendable {
  private let passed = Mutex(0)
  private let target: Int
  private let isReal: Bool
  static let silence = Failure(.internal, "This process is dead.")

  /// The n-th boundary is the last that is not passed; `Int.max` for a long life.
  /// With `isReal` it is SIGKILL, for the process that the test is in.
  init(target: Int, isReal: Bool = false) {
    self.target = target
    self.isReal = isReal
  }

  var isDead: Bool { passed.withLock { $0 } > target }
  var boundaries: Int { passed.withLock { $0 } }

  /// One boundary.
  func pass() throws(Failure) {
    let count = passed.withLock { count in
      count += 1
      return count
    }
    if count > target, isReal { kill(getpid(), SIGKILL) }
    if count > target { throw Self.silence }
  }
}

/// A store that dies before or after each of its operations: after, it is done and nobody hears of it.
struct MortalStore: Store {
  let store: any Store
  let grim: Grim

  nonisolated(nonsending) func insert(
    _ job: JobRecord, entries: [JobLogEntry], limits: CallerLimits?
  ) async throws(Failure) -> Insertion {
    try grim.pass()
    let result = try await store.insert(job, entries: entries, limits: limits)
    try grim.pass()
    return result
  }

  nonisolated(nonsending) func update<Output: Sendable>(
    _ id: String, _ change: @escaping @Sendable (JobRecord) -> JobChange<Output>
  ) async throws(Failure) -> Output {
    try grim.pass()
    let result = try await store.update(id, change)
    try grim.pass()
    return result
  }

  nonisolated(nonsending) func job(_ id: String) async throws(Failure) -> JobRecord? {
    if grim.isDead { throw Grim.silence }
    return try await store.job(id)
  }

  nonisolated(nonsending) func jobs(_ filter: JobFilter) async throws(Failure) -> [JobRecord] {
    if grim.isDead { throw Grim.silence }
    return try await store.jobs(filter)
  }

  nonisolated(nonsending) func count(_ filter: JobFilter) async throws(Failure) -> Int {
    if grim.isDead { throw Grim.silence }
    return try await store.count(filter)
  }

  nonisolated(nonsending) func liveJobs() async throws(Failure) -> [JobRecord] {
    if grim.isDead { throw Grim.silence }
    return try await store.liveJobs()
  }

  nonisolated(nonsending) func liveRevisions() async throws(Failure) -> [String: Int64] {
    if grim.isDead { throw Grim.silence }
    return try await store.liveRevisions()
  }

  nonisolated(nonsending) func entries(of id: String) async throws(Failure) -> [JobLogEntry] {
    if grim.isDead { throw Grim.silence }
    return try await store.entries(of: id)
  }

  nonisolated(nonsending) func remove(_ id: String) async throws(Failure) -> Bool {
    if grim.isDead { throw Grim.silence }
    return try await store.remove(id)
  }

  nonisolated(nonsending) func setRoomAside() async throws(Failure) {
    try grim.pass()
    try await store.setRoomAside()
  }

  nonisolated(nonsending) func giveRoom() async {}

  nonisolated(nonsending) func close() async {}
}

/// A way to the vendor that dies before or after each request.
struct MortalWire: Wire {
  let vendor: FakeVendor
  let grim: Grim

  func send(_ step: HTTPStep, for job: JobRecord) async -> WireOutcome {
    do throws(Failure) {
      try grim.pass()
      let outcome = await vendor.receive(step)
      try grim.pass()
      return outcome
    } catch {
      return .unknown(error)
    }
  }
}

/// An archive that dies before or after each download.
struct MortalArchive: Archive {
  let vendor: FakeVendor
  let grim: Grim

  func download(
    _ output: VideoOutput, at index: Int, for job: JobRecord,
    progress: @escaping @LoopActor (Int64, Int64?) -> Void
  ) async throws(CollectTrouble) -> ArchivedFile {
    do throws(Failure) { try grim.pass() } catch { throw .unreachable(error) }
    let file = try await FakeArchive(vendor: vendor).download(output, at: index, for: job, progress: progress)
    do throws(Failure) { try grim.pass() } catch { throw .unreachable(error) }
    return file
  }
}
