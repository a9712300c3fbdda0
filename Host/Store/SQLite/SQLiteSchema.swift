// SPDX-License-Identifier: Apache-2.0

import Glibc
import VideoDocuments

/// The tables, and how an older database becomes a current one.
enum SQLiteSchema {
  /// `PRAGMA application_id`: "flmg".
  static let applicationID: Int64 = 0x666C_6D67
  /// `PRAGMA user_version` of a current database.
  static var currentVersion: Int64 { Int64(migrations.count) }

  /// Entry n brings a database of version n to n + 1; once released, an entry never changes.
  private static let migrations = [
    """
    CREATE TABLE jobs (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      state TEXT NOT NULL,
      plugin TEXT NOT NULL,
      model TEXT NOT NULL,
      idempotency_key TEXT UNIQUE,
      created_at_ms INTEGER NOT NULL,
      updated_at_ms INTEGER NOT NULL,
      document TEXT NOT NULL
    ) STRICT;

    -- Only jobs that are not over: narrow, so that finding the next one stays cheap beside a million old ones.
    CREATE TABLE schedule (
      job INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE,
      next_action_at_ms INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX schedule_next ON schedule (next_action_at_ms);

    CREATE TABLE events (
      number INTEGER PRIMARY KEY,
      job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
      at_ms INTEGER NOT NULL,
      kind TEXT NOT NULL,
      detail TEXT NOT NULL
    ) STRICT;
    CREATE INDEX events_of_job ON events (job, number);
    CREATE TRIGGER events_stay_as_they_are BEFORE UPDATE ON events
      BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END;
    """,
    // Callers of a gateway. SQLite cannot drop a UNIQUE, so the table is made anew.
    """
    CREATE TABLE new_jobs (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      state TEXT NOT NULL,
      phase TEXT NOT NULL,
      plugin TEXT NOT NULL,
      model TEXT NOT NULL,
      -- The id of the caller's key; empty for a command line.
      caller TEXT NOT NULL,
      external_id TEXT,
      is_listed INTEGER NOT NULL,
      idempotency_key TEXT,
      revision INTEGER NOT NULL,
      created_at_ms INTEGER NOT NULL,
      updated_at_ms INTEGER NOT NULL,
      document TEXT NOT NULL
    ) STRICT;
    -- A damaged document keeps its row: reading it says so.
    INSERT INTO new_jobs
    SELECT number, id, state, coalesce(json ->> '$.task.phase', 'unknown'), plugin, model,
      coalesce(json ->> '$.caller.key', ''), json ->> '$.caller.external_id',
      NOT coalesce(json ->> '$.caller.refused', 0), idempotency_key, coalesce(json ->> '$.revision', 0), created_at_ms,
      updated_at_ms, document
    FROM (SELECT *, CASE WHEN json_valid(document) THEN document END AS json FROM jobs);
    DROP TABLE jobs;
    ALTER TABLE new_jobs RENAME TO jobs;
    CREATE INDEX jobs_of_caller ON jobs (caller, id);
    CREATE INDEX jobs_of_external_id ON jobs (caller, external_id, id) WHERE external_id IS NOT NULL;
    CREATE UNIQUE INDEX jobs_of_idempotency_key ON jobs (caller, idempotency_key) WHERE idempotency_key IS NOT NULL;
    """,
    webhookTables,
    callerTables,
    claimTables,
    countedCallers,
  ]

  private static let walAttempts = 100
  private static let walRetryMicroseconds: UInt32 = 20_000

  /// Brings the database up to date; several processes may do so at once.
  static func prepare(_ connection: SQLiteConnection) throws(Failure) {
    try refuseStrangers(connection)
    try switchToWriteAheadLog(connection)
    // FULL: a commit that has returned is on the disk, so an intent is durable before the first byte leaves.
    try connection.execute("PRAGMA synchronous=FULL")
    guard try version(of: connection) != currentVersion else { return }
    // Or dropping a table that is made anew would empty those that refer to it; inside a transaction it has no effect.
    try connection.execute("PRAGMA foreign_keys=OFF; BEGIN IMMEDIATE")
    do throws(Failure) {
      try migrate(connection)
      try connection.execute("COMMIT; PRAGMA foreign_keys=ON")
    } catch {
      try? connection.execute("ROLLBACK")
      throw error
    }
  }

  /// The switch does not wait for others as other statements do, so it is tried again for two seconds.
  private static func switchToWriteAheadLog(_ connection: SQLiteConnection) throws(Failure) {
    for attempt in 1...walAttempts {
      do throws(Failure) {
        try connection.run("PRAGMA journal_mode=WAL")
        return
      } catch {
        guard error.isRetryable, attempt < walAttempts else { throw error }
        usleep(walRetryMicroseconds)
      }
    }
  }

  /// Before anything is changed in the file.
  private static func refuseStrangers(_ connection: SQLiteConnection) throws(Failure) {
    let version = try version(of: connection)
    let application = try connection.integer("PRAGMA application_id") ?? 0
    guard application == applicationID || (application == 0 && version == 0) else {
      throw Failure(
        .internal, "\(connection.path) is the database of another program.",
        advice: "Choose another path for the job database.", isRetryable: false)
    }
    guard version <= currentVersion else {
      throw Failure(
        .internal,
        "The job database \(connection.path) was written by a newer Filmgate (version \(version); this one knows "
          + "\(currentVersion)).",
        advice: "Use the newer Filmgate, or another path for the job database.", isRetryable: false)
    }
  }

  private static func migrate(_ connection: SQLiteConnection) throws(Failure) {
    var version = try version(of: connection)
    while version < currentVersion {
      try connection.execute(migrations[Int(version)])
      version += 1
    }
    try connection.execute("PRAGMA application_id=\(applicationID); PRAGMA user_version=\(version)")
  }

  private static func version(of connection: SQLiteConnection) throws(Failure) -> Int64 {
    try connection.integer("PRAGMA user_version") ?? 0
  }
}
