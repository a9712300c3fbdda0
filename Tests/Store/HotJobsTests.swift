// SPDX-License-Identifier: Apache-2.0

import Store
import Testing
import VideoDocuments

@Suite("Records in memory") struct HotJobsTests {
  private func warn(_ store: SQLiteStore, _ id: String, _ warning: String) async throws {
    try await store.update(id) { job in
      var job = job
      job.warnings.append(warning)
      return JobChange(job, output: ())
    }
  }

  @Test("what another process writes is seen at the next reading, however often the job was read before")
  func writesOfOthers() async throws {
    let folder = try TemporaryFolder()
    let (one, other) = (
      try await SQLiteStore.open(path: folder.path + "/jobs.db"),
      try await SQLiteStore.open(path: folder.path + "/jobs.db")
    )
    _ = try await one.insert(sampleJob("fg_1"), entries: [])
    for round in 0..<20 {
      let (writer, reader) = round.isMultiple(of: 3) ? (one, other) : (other, one)
      _ = try await reader.job("fg_1")
      try await warn(writer, "fg_1", "round \(round)")
      #expect(try await reader.job("fg_1")?.warnings.count == round + 1)
      #expect(try await writer.job("fg_1")?.warnings.count == round + 1)
    }
    await one.close()
    await other.close()
  }

  @Test("a job that takes the row of a removed one is not taken for it, and the removed one is gone")
  func reusedRow() async throws {
    let folder = try TemporaryFolder()
    let (one, other) = (
      try await SQLiteStore.open(path: folder.path + "/jobs.db"),
      try await SQLiteStore.open(path: folder.path + "/jobs.db")
    )
    var over = sampleJob("fg_1")
    over.state = .failed
    _ = try await one.insert(over, entries: [])
    #expect(try await one.job("fg_1") != nil)
    #expect(try await other.remove("fg_1"))
    _ = try await other.insert(sampleJob("fg_2"), entries: [])
    #expect(try await one.job("fg_1") == nil)
    #expect(try await one.job("fg_2")?.id == "fg_2")
    await one.close()
    await other.close()
  }

  @Test("more jobs than are kept in memory are all read right")
  func many() async throws {
    let folder = try TemporaryFolder()
    let store = try await SQLiteStore.open(path: folder.path + "/jobs.db")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<3_000 {
        group.addTask { _ = try await store.insert(sampleJob("fg_\(number)"), entries: []) }
      }
      try await group.waitForAll()
    }
    for number in stride(from: 0, to: 3_000, by: 7) {
      try await warn(store, "fg_\(number)", "seen")
      #expect(try await store.job("fg_\(number)")?.warnings == ["seen"])
    }
    #expect(try await store.job("fg_1")?.warnings == [])
    await store.close()
  }
}
