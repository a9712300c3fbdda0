// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// The statements on jobs, their schedule and their history.
enum JobTables {
  /// Bytes of one stored job; more could not be read back.
  static let maximumDocumentBytes = JSONLimits.default.maximumBytes

  /// Also gives the new row's number.
  static func insert(
    _ job: JobRecord, _ entries: [JobLogEntry], _ connection: SQLiteConnection
  ) throws(Failure) -> (insertion: Insertion, number: Int64?) {
    if let key = job.idempotencyKey, let other = try find(idempotencyKey: key, of: job.callerKeyID, connection) {
      guard other.requestFingerprint == job.requestFingerprint else {
        throw .idempotencyKeyTaken(key, by: other.id)
      }
      return (.exists(other), nil)
    }
    guard try connection.integer("SELECT 1 FROM jobs WHERE id = ?", [.text(job.id)]) == nil else {
      throw .jobExists(job.id)
    }
    try connection.run(
      """
      INSERT INTO jobs (
        id, state, phase, plugin, model, caller, external_id, is_listed, idempotency_key, revision, created_at_ms,
        updated_at_ms, document
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      """,
      [
        .text(job.id), .text(job.state.rawValue), .text(job.task.phase.rawValue), .text(job.pluginID),
        .text(job.task.model), .text(job.callerKeyID), .optional(job.caller?.externalID), .flag(!job.isRefused),
        .optional(job.idempotencyKey), .integer(job.revision), .integer(job.task.createdAtMilliseconds),
        .integer(job.task.updatedAtMilliseconds), .text(try document(job)),
      ])
    let number = connection.insertedRow
    try schedule(number, job, connection)
    try append(entries, to: number, connection)
    return (.inserted, number)
  }

  static func replace(_ number: Int64, with job: JobRecord, _ connection: SQLiteConnection) throws(Failure) {
    try connection.run(
      """
      UPDATE jobs SET state = ?, phase = ?, is_listed = ?, revision = ?, updated_at_ms = ?, document = ? WHERE number = ?
      """,
      [
        .text(job.state.rawValue), .text(job.task.phase.rawValue), .flag(!job.isRefused), .integer(job.revision),
        .integer(job.task.updatedAtMilliseconds), .text(try document(job)), .integer(number),
      ])
    try schedule(number, job, connection)
  }

  private static func schedule(_ number: Int64, _ job: JobRecord, _ connection: SQLiteConnection) throws(Failure) {
    if job.state.isLive {
      try connection.run(
        """
        INSERT INTO schedule (job, next_action_at_ms, caller) VALUES (?, ?, ?)
        ON CONFLICT (job) DO UPDATE SET next_action_at_ms = excluded.next_action_at_ms
        """, [.integer(number), .integer(job.nextActionAtMilliseconds ?? .max), .optional(job.countedCallerKeyID)])
    } else {
      try connection.run("DELETE FROM schedule WHERE job = ?", [.integer(number)])
    }
  }

  static func append(_ entries: [JobLogEntry], to number: Int64, _ connection: SQLiteConnection) throws(Failure) {
    for entry in entries {
      try connection.run(
        "INSERT INTO events (job, at_ms, kind, detail) VALUES (?, ?, ?, ?)",
        [
          .integer(number), .integer(entry.atMilliseconds), .text(entry.kind), .text(JSON.object(entry.detail).text),
        ])
    }
  }

  /// The job as it is in the database. One that is hot at the same revision is not parsed again; others become hot.
  static func find(_ id: String, _ connection: SQLiteConnection, _ hot: HotJobs) throws(Failure) -> HotJobs.Entry? {
    var found: HotJobs.Entry?
    let known = hot[id]
    try connection.run("SELECT number, revision, document FROM jobs WHERE id = ?", [.text(id)]) {
      (row) throws(Failure) in
      let (number, revision) = (row.integer(0), row.integer(1))
      if let known, known.number == number, known.job.revision == revision {
        found = known
      } else {
        found = HotJobs.Entry(number: number, job: try record(row.text(2), id: id, connection))
      }
    }
    return found
  }

  private static func find(
    idempotencyKey key: String, of callerKeyID: String, _ connection: SQLiteConnection
  ) throws(Failure) -> JobRecord? {
    var found: JobRecord?
    try connection.run(
      "SELECT id, document FROM jobs WHERE caller = ? AND idempotency_key = ?", [.text(callerKeyID), .text(key)]
    ) { (row) throws(Failure) in found = try record(row.text(1), id: row.text(0), connection) }
    return found
  }

  static func list(_ filter: JobFilter, _ connection: SQLiteConnection) throws(Failure) -> [JobRecord] {
    let query = JobQuery(filter)
    return try records(query.list, query.values + query.window, connection)
  }

  static func count(_ filter: JobFilter, _ connection: SQLiteConnection) throws(Failure) -> Int {
    let query = JobQuery(filter)
    return Int(try connection.integer(query.count, query.values) ?? 0)
  }

  static func listLive(_ connection: SQLiteConnection) throws(Failure) -> [JobRecord] {
    try records(
      """
      SELECT id, document FROM schedule JOIN jobs ON number = job ORDER BY next_action_at_ms, id
      """, [], connection)
  }

  static func liveRevisions(_ connection: SQLiteConnection) throws(Failure) -> [String: Int64] {
    var revisions: [String: Int64] = [:]
    try connection.run("SELECT id, revision FROM schedule JOIN jobs ON number = job") { row in
      revisions[row.text(0)] = row.integer(1)
    }
    return revisions
  }

  private static func records(
    _ sql: String, _ values: [SQLiteValue], _ connection: SQLiteConnection
  ) throws(Failure) -> [JobRecord] {
    var jobs: [JobRecord] = []
    try connection.run(sql, values) { (row) throws(Failure) in
      jobs.append(try record(row.text(1), id: row.text(0), connection))
    }
    return jobs
  }

  static func entries(of id: String, _ connection: SQLiteConnection) throws(Failure) -> [JobLogEntry] {
    var entries: [JobLogEntry] = []
    try connection.run(
      """
      SELECT at_ms, kind, detail FROM events
      WHERE job = (SELECT number FROM jobs WHERE id = ?) ORDER BY number
      """, [.text(id)]
    ) { (row) throws(Failure) in
      guard let detail = (try? JSON(parsing: row.text(2)))?.object else { throw damaged(id, "its history", connection) }
      entries.append(JobLogEntry(row.text(1), atMilliseconds: row.integer(0), detail: detail))
    }
    return entries
  }

  private static func document(_ job: JobRecord) throws(Failure) -> String {
    let text = job.json.text
    guard text.utf8.count <= maximumDocumentBytes else {
      throw Failure(
        .limit, "The record of a job would take \(text.utf8.count) bytes; \(maximumDocumentBytes) are the limit.",
        advice: "Shorten the prompt and the options.")
    }
    return text
  }

  private static func record(
    _ text: String, id: String, _ connection: SQLiteConnection
  ) throws(Failure) -> JobRecord {
    do {
      return try JobRecord(try JSON(parsing: text))
    } catch {
      throw damaged(id, "\(error)", connection)
    }
  }

  private static func damaged(_ id: String, _ why: String, _ connection: SQLiteConnection) -> Failure {
    Failure(
      .internal, "The record of job \(id) in \(connection.path) cannot be read: \(why).",
      advice: "Restore the database from a copy, or remove the job.", isRetryable: false)
  }
}
