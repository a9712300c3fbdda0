// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

extension SQLiteStore {
  /// How many messages still have to be delivered. Counts along an index that holds those alone.
  public nonisolated(nonsending) func waitingWebhookCount() async throws(Failure) -> Int {
    try await perform(on: reader) { (connection) throws(Failure) in
      Int(try connection.integer("SELECT count(*) FROM webhooks WHERE next_attempt_at_ms IS NOT NULL") ?? 0)
    }
  }
}
