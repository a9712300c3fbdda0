// SPDX-License-Identifier: Apache-2.0

import Synchronization
public import VideoDocuments

/// A store that forgets everything with its process: for tests, and for dry runs.
public final class MemoryStore: Store {
  struct Contents {
    var jobs: [String: JobRecord] = [:]
    var entries: [String: [JobLogEntry]] = [:]
    var callerKeys = CallerKeyList(keys: [], revision: 0)
    /// Millionths by key and currency.
    var spending: [String: [String: Int64]] = [:]
    var claims: [UpstreamClaim: String] = [:]
    var isClosed = false

    func check(_ limits: CallerLimits?, _ job: JobRecord) throws(Failure) {
      guard let limits else { return }
      let sums = (spending[job.callerKeyID] ?? [:]).map { Price(currency: $0.key, amountMicros: $0.value) }
      let live = jobs.values.count { $0.state.isLive && $0.callerKeyID == job.callerKeyID }
      try limits.check(job, sums: sums, liveJobs: live)
    }

    mutating func charge(_ before: JobRecord?, _ job: JobRecord) {
      guard let caller = job.caller else { return }
      for (charge, sign) in [(before?.charge, Int64(-1)), (job.charge, 1)] {
        guard let charge else { continue }
        spending[caller.keyID, default: [:]][charge.currency, default: 0] += sign * charge.amountMicros
      }
    }
  }

  private let contents = Mutex(Contents())

  public init() {}

  func withContents<Output: Sendable>(
    _ body: (inout sending Contents) -> sending Result<Output, Failure>
  ) throws(Failure) -> Output {
    try contents.withLock { contents -> Result<Output, Failure> in
      contents.isClosed ? .failure(.storeClosed) : body(&contents)
    }.get()
  }

  public nonisolated(nonsending) func insert(
    _ job: JobRecord, entries: [JobLogEntry], limits: CallerLimits?
  ) async throws(Failure) -> Insertion {
    try withContents { contents in
      if let key = job.idempotencyKey,
        let other = contents.jobs.values.first(where: {
          $0.idempotencyKey == key && $0.callerKeyID == job.callerKeyID
        })
      {
        guard other.requestFingerprint == job.requestFingerprint else {
          return .failure(.idempotencyKeyTaken(key, by: other.id))
        }
        return .success(.exists(other))
      }
      guard contents.jobs[job.id] == nil else { return .failure(.jobExists(job.id)) }
      let before = contents
      contents.jobs[job.id] = job
      contents.entries[job.id] = entries
      contents.charge(nil, job)
      do throws(Failure) {
        try contents.check(limits, job)
      } catch {
        contents = before
        return .failure(error)
      }
      return .success(.inserted)
    }
  }

  public nonisolated(nonsending) func update<Output: Sendable>(
    _ id: String, _ change: @escaping @Sendable (JobRecord) -> JobChange<Output>
  ) async throws(Failure) -> Output {
    try withContents { contents in
      guard let job = contents.jobs[id] else { return .failure(.noSuchJob(id)) }
      let change = change(job)
      if let claim = change.claim {
        if let other = contents.claims[claim], other != id, contents.jobs[other] != nil {
          return .failure(.upstreamIDTaken(claim.upstreamID, by: other))
        }
        contents.claims[claim] = id
      }
      if var changed = change.job {
        changed.revision = job.revision + 1
        contents.jobs[id] = changed
        contents.charge(job, changed)
      }
      contents.entries[id, default: []] += change.entries
      return .success(change.output)
    }
  }

  public nonisolated(nonsending) func job(_ id: String) async throws(Failure) -> JobRecord? {
    try withContents { contents in .success(contents.jobs[id]) }
  }

  public nonisolated(nonsending) func jobs(_ filter: JobFilter) async throws(Failure) -> [JobRecord] {
    try withContents { contents in
      let found = contents.jobs.values.filter { filter.admits($0) }
        .sorted { filter.isAscending ? $0.id < $1.id : $0.id > $1.id }
      return .success(Array(found.dropFirst(max(filter.offset, 0)).prefix(max(filter.limit, 0))))
    }
  }

  public nonisolated(nonsending) func count(_ filter: JobFilter) async throws(Failure) -> Int {
    try withContents { contents in .success(contents.jobs.values.count { filter.admits($0) }) }
  }

  public nonisolated(nonsending) func liveJobs() async throws(Failure) -> [JobRecord] {
    try withContents { contents in
      .success(
        contents.jobs.values.filter { $0.state.isLive }.sorted {
          ($0.nextActionAtMilliseconds ?? .max, $0.id) < ($1.nextActionAtMilliseconds ?? .max, $1.id)
        })
    }
  }

  public nonisolated(nonsending) func liveRevisions() async throws(Failure) -> [String: Int64] {
    try withContents { contents in .success(contents.jobs.filter { $0.value.state.isLive }.mapValues { $0.revision }) }
  }

  public nonisolated(nonsending) func entries(of id: String) async throws(Failure) -> [JobLogEntry] {
    try withContents { contents in .success(contents.entries[id] ?? []) }
  }

  public nonisolated(nonsending) func remove(_ id: String) async throws(Failure) -> Bool {
    try withContents { contents in
      guard let job = contents.jobs[id] else { return .success(false) }
      guard !job.state.isLive else { return .failure(.jobIsLive(id)) }
      contents.jobs[id] = nil
      contents.entries[id] = nil
      return .success(true)
    }
  }

  public nonisolated(nonsending) func setRoomAside() async throws(Failure) {}

  public nonisolated(nonsending) func giveRoom() async {}

  public nonisolated(nonsending) func close() async {
    contents.withLock { contents in contents.isClosed = true }
  }
}
