// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// The statements on messages to callers.
enum WebhookTables {
  /// So long waits the news of a job that no vendor ever took: its create request may be about to be answered with the
  /// same failure, and then there is nobody to tell.
  static let refusalGraceMilliseconds: Int64 = 5_000

  /// Writes the message that a job's change asks for; in the transaction of that change.
  static func notice(
    _ before: JobRecord?, _ job: JobRecord, number: Int64, _ connection: SQLiteConnection
  ) throws(Failure) {
    guard let caller = job.caller else { return }
    if caller.isRefused {
      // The caller never got an id.
      if before?.caller?.isRefused == false {
        try connection.run("DELETE FROM webhooks WHERE job = ?", [.integer(number)])
      }
      return
    }
    guard let event = WebhookEvent(job.state), before.map({ WebhookEvent($0.state) }) != event else { return }
    var address = caller.webhookURL
    if address == nil { address = try defaultURL(of: caller.keyID, connection) }
    guard let url = address else { return }
    let now = job.task.updatedAtMilliseconds
    let isRefusal = event == .failed && job.acceptedAtMilliseconds == nil
    try connection.run(
      """
      INSERT INTO webhooks (
        id, job, caller, event, url, lane, state, created_at_ms, expires_at_ms, next_attempt_at_ms, failures, attempts
      ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, '[]') ON CONFLICT (job, event) DO NOTHING
      """,
      [
        .text(id(of: job, event)), .integer(number), .text(caller.keyID), .text(event.rawValue), .text(url),
        .text(WebhookLane(keyID: caller.keyID, host: host(of: url)).text), .text(WebhookMessage.State.pending.rawValue),
        .integer(now),
        .integer(now + WebhookMessage.lifetimeMilliseconds),
        .integer(now + (isRefusal ? refusalGraceMilliseconds : 0)),
      ])
  }

  /// From the job's own id, which nobody can guess: the same news has the same name for ever.
  private static func id(of job: JobRecord, _ event: WebhookEvent) -> String {
    let name = job.id.hasPrefix(JobID.prefix) ? job.id.dropFirst(JobID.prefix.count) : job.id[...]
    return "evt_\(name)_\(event == .completed ? "completed" : "failed")"
  }

  /// Host and port of an address that was checked before, in lower case.
  private static func host(of url: String) -> String {
    // `https:`, nothing, and what stands behind the two slashes.
    let parts = url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
    return (parts.last ?? "").prefix { $0 != "/" && $0 != "?" && $0 != "#" }.lowercased()
  }

  // MARK: Delivering

  /// Goes from lane to lane in the index, so that thousands of messages in one of them cost nothing.
  static func dueLanes(_ now: Int64, _ connection: SQLiteConnection) throws(Failure) -> [WebhookLane] {
    var lanes: [WebhookLane] = []
    try connection.run(
      """
      WITH RECURSIVE lanes (lane) AS (
        SELECT min(lane) FROM webhooks WHERE next_attempt_at_ms IS NOT NULL
        UNION ALL
        SELECT (
          SELECT min(webhooks.lane) FROM webhooks WHERE next_attempt_at_ms IS NOT NULL AND webhooks.lane > lanes.lane
        ) FROM lanes WHERE lanes.lane IS NOT NULL
      ), waiting (lane, due) AS (
        SELECT lane, (
          SELECT min(next_attempt_at_ms) FROM webhooks
          WHERE next_attempt_at_ms IS NOT NULL AND webhooks.lane = lanes.lane
        ) FROM lanes WHERE lane IS NOT NULL
      )
      SELECT lane FROM waiting WHERE due <= ? ORDER BY due, lane
      """, [.integer(now)]
    ) { row in lanes.append(WebhookLane(text: row.text(0))) }
    return lanes
  }

  static func take(
    _ shares: [WebhookShare], _ now: Int64, until: Int64, _ connection: SQLiteConnection
  ) throws(Failure) -> [WebhookMessage] {
    var taken: [WebhookMessage] = []
    for share in shares {
      taken += try messages(
        "WHERE lane = ? AND next_attempt_at_ms <= ? ORDER BY next_attempt_at_ms, webhooks.number LIMIT ?",
        [.text(share.lane.text), .integer(now), .integer(Int64(max(share.count, 0)))], connection)
    }
    for message in taken {
      try connection.run(
        "UPDATE webhooks SET next_attempt_at_ms = ? WHERE id = ?", [.integer(until), .text(message.id)])
    }
    return taken
  }

  static func take(
    _ id: String, _ now: Int64, until: Int64, _ connection: SQLiteConnection
  ) throws(Failure) -> WebhookMessage? {
    try connection.run(
      "UPDATE webhooks SET next_attempt_at_ms = ? WHERE id = ? AND next_attempt_at_ms <= ?",
      [.integer(until), .text(id), .integer(now)])
    return connection.changedRows == 1 ? try find(id, connection) : nil
  }

  static func next(_ connection: SQLiteConnection) throws(Failure) -> Int64? {
    try connection.integer(
      """
      SELECT next_attempt_at_ms FROM webhooks WHERE next_attempt_at_ms IS NOT NULL ORDER BY next_attempt_at_ms LIMIT 1
      """)
  }

  static func record(_ outcome: WebhookOutcome, _ id: String, _ connection: SQLiteConnection) throws(Failure) {
    guard let message = try find(id, connection) else { return }
    let attempts = (message.attempts + [outcome.attempt]).suffix(WebhookMessage.keptAttempts)
    try connection.run(
      "UPDATE webhooks SET state = ?, next_attempt_at_ms = ?, failures = ?, attempts = ? WHERE id = ?",
      [
        .text(outcome.state.rawValue), outcome.nextAttemptAtMilliseconds.map { .integer($0) } ?? .null,
        .integer(Int64(message.failures + (outcome.state == .delivered ? 0 : 1))),
        .text(JSON.array(attempts.map { $0.json }).text), .text(id),
      ])
  }

  static func giveBack(_ id: String, at now: Int64, _ connection: SQLiteConnection) throws(Failure) {
    try connection.run(
      "UPDATE webhooks SET next_attempt_at_ms = ? WHERE id = ? AND next_attempt_at_ms IS NOT NULL",
      [.integer(now), .text(id)])
  }

  static func resend(_ id: String, at now: Int64, _ connection: SQLiteConnection) throws(Failure) -> WebhookMessage {
    try connection.run(
      "UPDATE webhooks SET state = ?, next_attempt_at_ms = ?, expires_at_ms = ?, failures = 0 WHERE id = ?",
      [
        .text(WebhookMessage.State.pending.rawValue), .integer(now),
        .integer(now + WebhookMessage.lifetimeMilliseconds), .text(id),
      ])
    guard let message = try find(id, connection) else {
      throw Failure(.notFound, "There is no webhook \(id).", advice: "`filmgate webhooks list` lists them.")
    }
    return message
  }

  // MARK: Reading

  static func find(_ id: String, _ connection: SQLiteConnection) throws(Failure) -> WebhookMessage? {
    try messages("WHERE webhooks.id = ?", [.text(id)], connection).first
  }

  static func list(_ filter: WebhookFilter, _ connection: SQLiteConnection) throws(Failure) -> [WebhookMessage] {
    var conditions: [String] = []
    var values: [SQLiteValue] = []
    for (column, value) in [("webhooks.caller", filter.keyID), ("jobs.id", filter.jobID)] {
      guard let value else { continue }
      conditions.append("\(column) = ?")
      values.append(.text(value))
    }
    if !filter.states.isEmpty {
      conditions.append("webhooks.state IN (SELECT value FROM json_each(?))")
      values.append(.text(JSON.array(filter.states.map { .string($0.rawValue) }).text))
    }
    let condition = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
    values.append(.integer(Int64(max(filter.limit, 0))))
    return try messages("\(condition) ORDER BY webhooks.number DESC LIMIT ?", values, connection)
  }

  private static func messages(
    _ condition: String, _ values: [SQLiteValue], _ connection: SQLiteConnection
  ) throws(Failure) -> [WebhookMessage] {
    var messages: [WebhookMessage] = []
    try connection.run(
      """
      SELECT webhooks.id, jobs.id, event, url, lane, webhooks.state, webhooks.created_at_ms, expires_at_ms,
        ifnull(next_attempt_at_ms, -1), failures, attempts
      FROM webhooks JOIN jobs ON jobs.number = webhooks.job \(condition)
      """, values
    ) { (row) throws(Failure) in
      guard let event = WebhookEvent(rawValue: row.text(2)), let state = WebhookMessage.State(rawValue: row.text(5)),
        let attempts = (try? JSON(parsing: row.text(10)))?.array
      else {
        throw Failure(
          .internal, "The webhook \(row.text(0)) in \(connection.path) cannot be read.",
          advice: "Restore the database from a copy.", isRetryable: false)
      }
      let next = row.integer(8)
      messages.append(
        WebhookMessage(
          id: row.text(0), jobID: row.text(1), event: event, url: row.text(3), lane: WebhookLane(text: row.text(4)),
          state: state, createdAtMilliseconds: row.integer(6), expiresAtMilliseconds: row.integer(7),
          nextAttemptAtMilliseconds: next < 0 ? nil : next, failures: Int(row.integer(9)),
          attempts: attempts.compactMap { try? WebhookAttempt($0) }))
    }
    return messages
  }

  // MARK: Defaults

  static func defaultURL(of keyID: String, _ connection: SQLiteConnection) throws(Failure) -> String? {
    var found: String?
    try connection.run("SELECT url FROM webhook_defaults WHERE caller = ?", [.text(keyID)]) { row in
      found = row.text(0)
    }
    return found
  }

  static func setDefault(_ url: String?, of keyID: String, _ connection: SQLiteConnection) throws(Failure) {
    guard let url else {
      return try connection.run("DELETE FROM webhook_defaults WHERE caller = ?", [.text(keyID)])
    }
    try connection.run(
      """
      INSERT INTO webhook_defaults (caller, url) VALUES (?, ?) ON CONFLICT (caller) DO UPDATE SET url = excluded.url
      """, [.text(keyID), .text(url)])
  }
}
