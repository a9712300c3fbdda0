// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Foundation
import OrderedJSON
import Store
import Testing
import VideoDocuments

/// Databases as earlier versions wrote them.
@Suite("Migrations of the SQLite store") struct MigrationTests {
  private static let versionOne = """
    CREATE TABLE jobs (
      number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, state TEXT NOT NULL, plugin TEXT NOT NULL,
      model TEXT NOT NULL, idempotency_key TEXT UNIQUE, created_at_ms INTEGER NOT NULL,
      updated_at_ms INTEGER NOT NULL, document TEXT NOT NULL
    ) STRICT;
    CREATE TABLE schedule (
      job INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE, next_action_at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX schedule_next ON schedule (next_action_at_ms);
    CREATE TABLE events (
      number INTEGER PRIMARY KEY, job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
      at_ms INTEGER NOT NULL, kind TEXT NOT NULL, detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_of_job ON events (job, number);
    CREATE TRIGGER events_stay_as_they_are BEFORE UPDATE ON events
      BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
    PRAGMA application_id=0x666C6D67;
    PRAGMA user_version=1;
    """

  /// Runs SQL on a file; false when SQLite refuses it.
  private func run(_ sql: String, on path: String) -> Bool {
    var handle: OpaquePointer?
    defer { sqlite3_close(handle) }
    return sqlite3_open(path, &handle) == SQLITE_OK && sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK
  }

  /// One column of every row, in one line.
  private func texts(_ sql: String, column: Int32 = 0, on path: String) -> String {
    var handle: OpaquePointer?
    var statement: OpaquePointer?
    defer {
      sqlite3_finalize(statement)
      sqlite3_close(handle)
    }
    sqlite3_open(path, &handle)
    sqlite3_prepare_v2(handle, sql, -1, &statement, nil)
    var rows: [String] = []
    while sqlite3_step(statement) == SQLITE_ROW {
      rows.append(sqlite3_column_text(statement, column).map { String(cString: $0) } ?? "null")
    }
    return rows.joined(separator: " ")
  }

  private func insertion(_ number: Int, _ job: JobRecord, document: String? = nil) -> String {
    let text = (document ?? job.json.text).replacingOccurrences(of: "'", with: "''")
    let key = job.idempotencyKey.map { "'\($0)'" } ?? "NULL"
    return """
      INSERT INTO jobs VALUES (
        \(number), '\(job.id)', '\(job.state.rawValue)', '\(job.pluginID)', '\(job.task.model)', \(key), 1, 2, '\(text)');
      INSERT INTO events (job, at_ms, kind, detail) VALUES (\(number), 1, 'planned', '{}');

      """
  }

  @Test("jobs, schedule and history of version 1 are kept, and the new columns are filled from the jobs")
  func fromVersionOne() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    let plain = sampleJob("fg_1", key: "k")
    var called = fullJob("fg_2")
    called.caller?.isRefused = true
    called.revision = 7
    var done = sampleJob("fg_3")
    done.state = .done
    done.task.phase = .succeeded
    let sql =
      Self.versionOne + insertion(10, plain) + insertion(11, called) + insertion(12, done)
      + insertion(13, sampleJob("fg_4"), document: "{damaged")
      + "INSERT INTO schedule VALUES (10, 5), (11, 4);"
    #expect(run(sql, on: path))

    let store = try await SQLiteStore.open(path: path)
    #expect(try await store.job("fg_1") == plain)
    #expect(try await store.job("fg_2") == called)
    #expect(try await store.liveJobs().map(\.id) == ["fg_2", "fg_1"])
    for id in ["fg_1", "fg_2", "fg_3"] { #expect(try await store.entries(of: id).map(\.kind) == ["planned"]) }
    #expect(try await store.jobs(JobFilter(callerKeyID: "k1", externalID: "e1")).map(\.id) == ["fg_2"])
    #expect(try await store.jobs(JobFilter(phases: [.succeeded])).map(\.id) == ["fg_3"])
    #expect(try await store.count(JobFilter(callerKeyID: "")) == 3)
    #expect(try await store.count(JobFilter(includesRefused: false)) == 3)
    // The damaged record is still there to be told about, as before.
    let failure = await #expect(throws: Failure.self) { try await store.job("fg_4") }
    #expect(failure?.message.contains("fg_4") == true)

    // What the command line's key meant, it means still; another caller may use the same.
    #expect(try await store.insert(sampleJob("fg_5", key: "k"), entries: []) == .exists(plain))
    #expect(try await store.insert(calledJob("fg_6", by: "a", idempotencyKey: "k"), entries: []) == .inserted)
    // Rows still belong together.
    #expect(try await store.remove("fg_3"))
    await store.close()
    #expect(texts("SELECT count(*) FROM events WHERE job = 12", on: path) == "0")
    #expect(texts("SELECT revision FROM jobs ORDER BY number", on: path) == "0 7 0 0")
    #expect(texts("SELECT * FROM pragma_foreign_key_check", on: path) == "")
    #expect(texts("SELECT name FROM sqlite_schema WHERE name LIKE 'new_%'", on: path) == "")
  }

  @Test("lists of one caller are read from an index, whatever they ask for")
  func indexes() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    await (try SQLiteStore.open(path: path)).close()
    func index(_ condition: String) -> String {
      texts(
        "EXPLAIN QUERY PLAN SELECT id, document FROM jobs WHERE \(condition) ORDER BY id DESC LIMIT 5", column: 3,
        on: path)
    }
    #expect(index("caller = ?").contains("jobs_of_caller"))
    #expect(!index("caller = ?").contains("TEMP B-TREE"))
    let page = index("caller = ? AND id < ? AND phase IN (SELECT value FROM json_each(?)) AND is_listed")
    #expect(page.contains("jobs_of_caller") && !page.contains("TEMP B-TREE"))
    #expect(index("caller = ? AND external_id = ?").contains("jobs_of_external_id"))
  }
}
