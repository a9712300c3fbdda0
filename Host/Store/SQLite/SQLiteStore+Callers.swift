// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

extension SQLiteStore: CallerKeyStore {
  public nonisolated(nonsending) func insertCallerKey(
    _ key: CallerKeyRecord, onlyAsFirst: Bool
  ) async throws(Failure) -> Bool {
    try await perform(on: writer) { (connection) throws(Failure) in
      try CallerTables.insert(key, onlyAsFirst: onlyAsFirst, connection)
    }
  }

  public nonisolated(nonsending) func callerKeys() async throws(Failure) -> CallerKeyList {
    try await perform(on: reader) { (connection) throws(Failure) in try CallerTables.list(connection) }
  }

  public nonisolated(nonsending) func callerKeysRevision() async throws(Failure) -> Int64 {
    try await perform(on: reader) { (connection) throws(Failure) in try CallerTables.revision(connection) }
  }

  public nonisolated(nonsending) func revokeCallerKey(
    _ id: String, atSeconds: Int64
  ) async throws(Failure) -> CallerKeyRecord {
    try await perform(on: writer) { (connection) throws(Failure) in
      try CallerTables.revoke(id, atSeconds: atSeconds, connection)
    }
  }

  public nonisolated(nonsending) func spending(
    of keyID: String, since position: Int64?
  ) async throws(Failure) -> CallerSpending {
    try await perform(on: reader) { (connection) throws(Failure) in
      // One transaction: the sums contain just the jobs that are listed.
      try connection.execute("BEGIN")
      defer { try? connection.execute("COMMIT") }
      return try CallerTables.spending(of: keyID, since: position, connection)
    }
  }

  public nonisolated(nonsending) func liveJobsOfCallers(
    keyID: String?
  ) async throws(Failure) -> [String: Set<String>] {
    try await perform(on: reader) { (connection) throws(Failure) in try CallerTables.liveJobs(of: keyID, connection) }
  }
}
