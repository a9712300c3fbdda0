// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// The statements on callers' keys and on what their jobs cost.
enum CallerTables {
  private static let nextRevision = "(SELECT coalesce(max(revision), 0) + 1 FROM caller_keys)"

  static func insert(
    _ key: CallerKeyRecord, onlyAsFirst: Bool, _ connection: SQLiteConnection
  ) throws(Failure) -> Bool {
    if onlyAsFirst, try connection.integer("SELECT 1 FROM caller_keys LIMIT 1") != nil { return false }
    guard try find(key.id, connection) == nil else { throw .callerKeyExists(key.id) }
    try connection.run(
      "INSERT INTO caller_keys (id, revision, document) VALUES (?, \(nextRevision), ?)",
      [.text(key.id), .text(key.json.text)])
    return true
  }

  static func list(_ connection: SQLiteConnection) throws(Failure) -> CallerKeyList {
    var list = CallerKeyList(keys: [], revision: 0)
    try connection.run("SELECT id, revision, document FROM caller_keys ORDER BY number") { (row) throws(Failure) in
      list.revision = max(list.revision, row.integer(1))
      list.keys.append(try record(row.text(2), id: row.text(0), connection))
    }
    return list
  }

  static func revision(_ connection: SQLiteConnection) throws(Failure) -> Int64 {
    try connection.integer("SELECT max(revision) FROM caller_keys") ?? 0
  }

  static func revoke(
    _ id: String, atSeconds: Int64, _ connection: SQLiteConnection
  ) throws(Failure) -> CallerKeyRecord {
    guard var key = try find(id, connection) else { throw .noSuchCallerKey(id) }
    guard key.revokedAtSeconds == nil else { return key }
    key.revokedAtSeconds = atSeconds
    try connection.run(
      "UPDATE caller_keys SET revision = \(nextRevision), document = ? WHERE id = ?", [.text(key.json.text), .text(id)])
    return key
  }

  private static func find(_ id: String, _ connection: SQLiteConnection) throws(Failure) -> CallerKeyRecord? {
    var found: CallerKeyRecord?
    try connection.run("SELECT document FROM caller_keys WHERE id = ?", [.text(id)]) { (row) throws(Failure) in
      found = try record(row.text(0), id: id, connection)
    }
    return found
  }

  private static func record(
    _ text: String, id: String, _ connection: SQLiteConnection
  ) throws(Failure) -> CallerKeyRecord {
    do {
      return try CallerKeyRecord(try JSON(parsing: text))
    } catch {
      throw Failure(
        .internal, "The record of key \(id) in \(connection.path) cannot be read: \(error).",
        advice: "Restore the database from a copy.", isRetryable: false)
    }
  }

  // MARK: Spending

  /// So far may a sum go either way: two of them can be added without an overflow, which would stop a job's record
  /// from being written.
  private static let maximumMicros: Int64 = 4_000_000_000_000_000_000

  /// Brings the sums up to date for a job that was written; `before` is the job as it stood.
  static func charge(_ before: JobRecord?, _ job: JobRecord, _ connection: SQLiteConnection) throws(Failure) {
    guard let caller = job.caller else { return }
    let old = before?.charge
    let new = job.charge
    guard old != new else { return }
    if let old { try add(-clamped(old.amountMicros), old.currency, caller.keyID, connection) }
    if let new { try add(clamped(new.amountMicros), new.currency, caller.keyID, connection) }
  }

  /// Throws where a job that was just written is above the limits: the savepoint takes it back.
  static func check(_ limits: CallerLimits, _ job: JobRecord, _ connection: SQLiteConnection) throws(Failure) {
    var live = 0
    if let limit = limits.parallelLimit, job.state.isLive {
      live = Int(
        try connection.integer(
          "SELECT count(*) FROM (SELECT 1 FROM schedule WHERE caller = ? LIMIT ?)",
          [.text(job.callerKeyID), .integer(Int64(limit) + 1)]) ?? 0)
    }
    let sums = limits.budget == nil ? [] : try sums(of: job.callerKeyID, connection)
    try limits.check(job, sums: sums, liveJobs: live)
  }

  private static func sums(of keyID: String, _ connection: SQLiteConnection) throws(Failure) -> [Price] {
    var sums: [Price] = []
    try connection.run(
      "SELECT currency, amount_micros FROM caller_spending WHERE caller = ? ORDER BY currency", [.text(keyID)]
    ) { row in sums.append(Price(currency: row.text(0), amountMicros: row.integer(1))) }
    return sums
  }

  private static func clamped(_ micros: Int64) -> Int64 { min(max(micros, -maximumMicros), maximumMicros) }

  private static func add(
    _ micros: Int64, _ currency: String, _ keyID: String, _ connection: SQLiteConnection
  ) throws(Failure) {
    try connection.run(
      """
      INSERT INTO caller_spending (caller, currency, amount_micros) VALUES (?, ?, ?)
      ON CONFLICT (caller, currency) DO UPDATE
      SET amount_micros = max(-\(maximumMicros), min(\(maximumMicros), amount_micros + excluded.amount_micros))
      """, [.text(keyID), .text(currency), .integer(micros)])
  }

  static func spending(
    of keyID: String, since position: Int64?, _ connection: SQLiteConnection
  ) throws(Failure) -> CallerSpending {
    var spending = CallerSpending(
      sums: try sums(of: keyID, connection),
      position: try connection.integer("SELECT coalesce(max(number), 0) FROM jobs") ?? 0)
    guard let position else { return spending }
    try connection.run(
      "SELECT document ->> '$.caller.reservation' FROM jobs WHERE number > ? AND caller = ?",
      [.integer(position), .text(keyID)]
    ) { row in spending.reservationIDs.insert(row.text(0)) }
    return spending
  }

  static func liveJobs(of keyID: String?, _ connection: SQLiteConnection) throws(Failure) -> [String: Set<String>] {
    var jobs: [String: Set<String>] = [:]
    let condition = keyID == nil ? "jobs.caller <> ''" : "jobs.caller = ?"
    try connection.run(
      "SELECT jobs.caller, id FROM schedule JOIN jobs ON number = job WHERE \(condition)",
      keyID.map { [.text($0)] } ?? []
    ) { row in jobs[row.text(0), default: []].insert(row.text(1)) }
    return jobs
  }
}
