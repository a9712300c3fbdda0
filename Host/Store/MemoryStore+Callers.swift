// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

extension MemoryStore: CallerKeyStore {
  public nonisolated(nonsending) func insertCallerKey(
    _ key: CallerKeyRecord, onlyAsFirst: Bool
  ) async throws(Failure) -> Bool {
    try withContents { contents in
      if onlyAsFirst, !contents.callerKeys.keys.isEmpty { return .success(false) }
      guard !contents.callerKeys.keys.contains(where: { $0.id == key.id }) else {
        return .failure(.callerKeyExists(key.id))
      }
      contents.callerKeys.keys.append(key)
      contents.callerKeys.revision += 1
      return .success(true)
    }
  }

  public nonisolated(nonsending) func callerKeys() async throws(Failure) -> CallerKeyList {
    try withContents { contents in .success(contents.callerKeys) }
  }

  public nonisolated(nonsending) func callerKeysRevision() async throws(Failure) -> Int64 {
    try withContents { contents in .success(contents.callerKeys.revision) }
  }

  public nonisolated(nonsending) func revokeCallerKey(
    _ id: String, atSeconds: Int64
  ) async throws(Failure) -> CallerKeyRecord {
    try withContents { contents in
      guard let index = contents.callerKeys.keys.firstIndex(where: { $0.id == id }) else {
        return .failure(.noSuchCallerKey(id))
      }
      if contents.callerKeys.keys[index].revokedAtSeconds == nil {
        contents.callerKeys.keys[index].revokedAtSeconds = atSeconds
        contents.callerKeys.revision += 1
      }
      return .success(contents.callerKeys.keys[index])
    }
  }

  public nonisolated(nonsending) func spending(
    of keyID: String, since position: Int64?
  ) async throws(Failure) -> CallerSpending {
    try withContents { contents in
      let sums = (contents.spending[keyID] ?? [:]).sorted { $0.key < $1.key }
        .map { Price(currency: $0.key, amountMicros: $0.value) }
      var spending = CallerSpending(sums: sums, position: 0)
      // All of them instead of the new ones: a reservation is of one job only.
      for job in contents.jobs.values where position != nil && job.caller?.keyID == keyID {
        if let id = job.caller?.reservationID { spending.reservationIDs.insert(id) }
      }
      return .success(spending)
    }
  }

  public nonisolated(nonsending) func liveJobsOfCallers(
    keyID: String?
  ) async throws(Failure) -> [String: Set<String>] {
    try withContents { contents in
      var jobs: [String: Set<String>] = [:]
      for job in contents.jobs.values where job.state.isLive {
        guard let key = job.caller?.keyID, keyID == nil || key == keyID else { continue }
        jobs[key, default: []].insert(job.id)
      }
      return .success(jobs)
    }
  }
}
