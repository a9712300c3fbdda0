// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

extension SQLiteStore: WebhookOutbox {
  public nonisolated(nonsending) func dueWebhookLanes(
    nowMilliseconds: Int64
  ) async throws(Failure) -> [WebhookLane] {
    try await perform(on: reader) { (connection) throws(Failure) in
      try WebhookTables.dueLanes(nowMilliseconds, connection)
    }
  }

  public nonisolated(nonsending) func takeWebhooks(
    _ shares: [WebhookShare], nowMilliseconds: Int64, untilMilliseconds: Int64
  ) async throws(Failure) -> [WebhookMessage] {
    try await perform(on: writer) { (connection) throws(Failure) in
      try WebhookTables.take(shares, nowMilliseconds, until: untilMilliseconds, connection)
    }
  }

  public nonisolated(nonsending) func takeWebhook(
    _ id: String, nowMilliseconds: Int64, untilMilliseconds: Int64
  ) async throws(Failure) -> WebhookMessage? {
    try await perform(on: writer) { (connection) throws(Failure) in
      try WebhookTables.take(id, nowMilliseconds, until: untilMilliseconds, connection)
    }
  }

  public nonisolated(nonsending) func nextWebhookAtMilliseconds() async throws(Failure) -> Int64? {
    try await perform(on: reader) { (connection) throws(Failure) in try WebhookTables.next(connection) }
  }

  public nonisolated(nonsending) func record(_ outcome: WebhookOutcome, of id: String) async throws(Failure) {
    try await perform(on: writer) { (connection) throws(Failure) in try WebhookTables.record(outcome, id, connection) }
  }

  public nonisolated(nonsending) func giveBackWebhook(_ id: String, nowMilliseconds: Int64) async throws(Failure) {
    try await perform(on: writer) { (connection) throws(Failure) in
      try WebhookTables.giveBack(id, at: nowMilliseconds, connection)
    }
  }

  public nonisolated(nonsending) func resendWebhook(
    _ id: String, nowMilliseconds: Int64
  ) async throws(Failure) -> WebhookMessage {
    try await perform(on: writer) { (connection) throws(Failure) in
      try WebhookTables.resend(id, at: nowMilliseconds, connection)
    }
  }

  public nonisolated(nonsending) func webhook(_ id: String) async throws(Failure) -> WebhookMessage? {
    try await perform(on: reader) { (connection) throws(Failure) in try WebhookTables.find(id, connection) }
  }

  public nonisolated(nonsending) func webhooks(_ filter: WebhookFilter) async throws(Failure) -> [WebhookMessage] {
    try await perform(on: reader) { (connection) throws(Failure) in try WebhookTables.list(filter, connection) }
  }

  public nonisolated(nonsending) func webhookDefault(of keyID: String) async throws(Failure) -> String? {
    try await perform(on: reader) { (connection) throws(Failure) in
      try WebhookTables.defaultURL(of: keyID, connection)
    }
  }

  public nonisolated(nonsending) func setWebhookDefault(_ url: String?, of keyID: String) async throws(Failure) {
    try await perform(on: writer) { (connection) throws(Failure) in
      try WebhookTables.setDefault(url, of: keyID, connection)
    }
  }
}

extension SQLiteStore: CallbackIndex {
  public nonisolated(nonsending) func job(callbackToken token: String) async throws(Failure) -> JobRecord? {
    let hot = hot
    return try await perform(on: reader) { (connection) throws(Failure) in
      try CallbackTables.find(token, connection, hot)
    }
  }
}
