// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Foundation
import Store
import Testing
import VideoDocuments

@Suite("The SQLite store") struct SQLiteStoreTests {
  private func mode(of path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  /// Runs SQL on the file beside the store, as another program would.
  private func run(_ sql: String, on path: String) {
    var handle: OpaquePointer?
    sqlite3_open(path, &handle)
    sqlite3_exec(handle, sql, nil, nil, nil)
    sqlite3_close(handle)
  }

  @Test("makes its folder and files readable by their owner alone")
  func permissions() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/state/filmgate/jobs.db"
    let store = try await SQLiteStore.open(path: path)
    _ = try await store.insert(sampleJob("fg_1"), entries: [])
    #expect(try mode(of: folder.path + "/state/filmgate") == 0o700)
    for suffix in ["", "-wal", "-shm"] { #expect(try mode(of: path + suffix) == 0o600) }
    await store.close()
  }

  @Test("takes the group and world bits from an older file")
  func olderFile() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    let isMade = FileManager.default.createFile(
      atPath: path, contents: nil, attributes: [.posixPermissions: 0o644])
    #expect(isMade)
    let store = try await SQLiteStore.open(path: path)
    #expect(try mode(of: path) == 0o600)
    await store.close()
  }

  @Test("refuses a folder that others may write to")
  func openFolder() async throws {
    let folder = try TemporaryFolder()
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    let failure = await #expect(throws: Failure.self) { try await SQLiteStore.open(path: folder.path + "/jobs.db") }
    #expect(failure?.advice?.contains("chmod go-w") == true)
  }

  @Test("keeps jobs over a new start, and two stores of one file see each other's writes")
  func sharing() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    let first = try await SQLiteStore.open(path: path)
    let second = try await SQLiteStore.open(path: path)
    _ = try await first.insert(fullJob("fg_1"), entries: [])
    #expect(try await second.job("fg_1") == fullJob("fg_1"))
    // Half of the updates each: none is lost.
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<100 {
        let store = index % 2 == 0 ? first : second
        group.addTask {
          try await store.update("fg_1") { job in
            var job = job
            job.lookFailures += 1
            return JobChange(job, output: ())
          }
        }
      }
      try await group.waitForAll()
    }
    await first.close()
    await second.close()
    let third = try await SQLiteStore.open(path: path)
    #expect(try await third.job("fg_1")?.lookFailures == 103)
    await third.close()
  }

  @Test("opens from many tasks at once, on a file that is not there yet")
  func simultaneousOpen() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/new/jobs.db"
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask {
          let store = try await SQLiteStore.open(path: path)
          _ = try await store.insert(sampleJob("fg_\(index)"), entries: [])
          await store.close()
        }
      }
      try await group.waitForAll()
    }
    let store = try await SQLiteStore.open(path: path)
    #expect(try await store.jobs(JobFilter()).count == 8)
    await store.close()
  }

  @Test("one write that fails does not undo its neighbours in the same commit")
  func savepoints() async throws {
    let folder = try TemporaryFolder()
    let store = try await SQLiteStore.open(path: folder.path + "/jobs.db")
    _ = try await store.insert(sampleJob("fg_taken"), entries: [])
    let outcomes = await withTaskGroup(of: Bool.self) { group in
      for index in 0..<64 {
        let id = index % 4 == 0 ? "fg_taken" : "fg_\(index)"
        group.addTask { (try? await store.insert(sampleJob(id), entries: [])) != nil }
      }
      return await group.reduce(into: 0) { count, isInserted in count += isInserted ? 1 : 0 }
    }
    #expect(outcomes == 48)
    #expect(try await store.jobs(JobFilter()).count == 49)
    await store.close()
  }

  @Test("a file that is no database is called damaged")
  func noDatabase() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    try Data(repeating: 0x41, count: 8192).write(to: URL(fileURLWithPath: path))
    let failure = await #expect(throws: Failure.self) { try await SQLiteStore.open(path: path) }
    #expect(failure?.kind == .internal)
    #expect(failure?.message.contains("damaged") == true)
  }

  @Test("a damaged page is called damaged, and nothing is written")
  func damagedPage() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    let store = try await SQLiteStore.open(path: path)
    for number in 10..<60 { _ = try await store.insert(sampleJob("fg_\(number)"), entries: []) }
    await store.close()
    var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    for place in 4096..<bytes.count { bytes[place] = 0x5A }
    try bytes.write(to: URL(fileURLWithPath: path))
    let failure = await #expect(throws: Failure.self) {
      let store = try await SQLiteStore.open(path: path)
      _ = try await store.insert(sampleJob("fg_new"), entries: [])
    }
    #expect(failure?.message.contains("damaged") == true)
  }

  @Test("a database of another program is left alone")
  func foreignDatabase() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    run("CREATE TABLE x (y); PRAGMA application_id=7; PRAGMA user_version=1", on: path)
    // Version 1 is also ours: the application id tells them apart.
    let failure = await #expect(throws: Failure.self) { try await SQLiteStore.open(path: path) }
    #expect(failure?.message.contains("another program") == true)
  }

  @Test("a database of a newer version is left alone")
  func newerVersion() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    await (try SQLiteStore.open(path: path)).close()
    run("PRAGMA user_version=99", on: path)
    let failure = await #expect(throws: Failure.self) { try await SQLiteStore.open(path: path) }
    #expect(failure?.message.contains("newer") == true)
  }

  @Test("a path that cannot be made is said before anything is bought")
  func impossiblePath() async throws {
    let failure = await #expect(throws: Failure.self) { try await SQLiteStore.open(path: "/dev/null/x/jobs.db") }
    #expect(failure?.kind == .internal)
    #expect(failure?.message.contains("/dev/null") == true)
  }

  @Test("room is set aside beside the database, and given up when a write needs it")
  func reserve() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    let store = try await SQLiteStore.open(path: path)
    try await store.setRoomAside()
    try await store.setRoomAside()
    #expect(try mode(of: path + "-reserve") == 0o600)
    let size = try FileManager.default.attributesOfItem(atPath: path + "-reserve")[.size] as? Int
    #expect(size == 512 << 10)
    await store.giveRoom()
    #expect(!FileManager.default.fileExists(atPath: path + "-reserve"))
    await store.close()
  }

  @Test("history cannot be rewritten, even by hand")
  func appendOnly() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    let store = try await SQLiteStore.open(path: path)
    _ = try await store.insert(sampleJob("fg_1"), entries: [JobLogEntry("planned", atMilliseconds: 1)])
    run("UPDATE events SET kind = 'done'", on: path)
    #expect(try await store.entries(of: "fg_1").map(\.kind) == ["planned"])
    await store.close()
  }

  @Test("a record that would be too large to read back is refused before it is written")
  func largeRecord() async throws {
    let folder = try TemporaryFolder()
    let store = try await SQLiteStore.open(path: folder.path + "/jobs.db")
    var job = sampleJob("fg_1")
    job.task.request.prompt = String(repeating: "x", count: 9 << 20)
    let large = job
    let failure = await #expect(throws: Failure.self) { try await store.insert(large, entries: []) }
    #expect(failure?.kind == .limit)
    #expect(try await store.jobs(JobFilter()).isEmpty)
    await store.close()
  }
}
