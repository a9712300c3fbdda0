// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// Where jobs are kept. Whatever a call returns from is durable: it survives `kill -9` and a power cut.
///
/// Any thread may call; several processes may share one store. Failures have kind `internal` (full disk, damaged file)
/// with advice, `not_found`, or `invalid` (an idempotency key that was used for something else).
public protocol Store: Sendable {
  /// Writes a new job, unless one of the same caller and idempotency key exists: then that one, if it is the same
  /// request. Above the limits, where there are some, nothing is written: `rate_limited` or `balance`.
  nonisolated(nonsending) func insert(
    _ job: JobRecord, entries: [JobLogEntry], limits: CallerLimits?
  ) async throws(Failure) -> Insertion

  /// Reads the job, lets `change` decide, and writes what it decided: one transaction, which no other process sees
  /// half of or comes between. `change` runs on a thread of the store and must not block. Throws `invalid` for a claim
  /// that another job has.
  nonisolated(nonsending) func update<Output: Sendable>(
    _ id: String, _ change: @escaping @Sendable (JobRecord) -> JobChange<Output>
  ) async throws(Failure) -> Output

  nonisolated(nonsending) func job(_ id: String) async throws(Failure) -> JobRecord?

  /// In the order that the filter says.
  nonisolated(nonsending) func jobs(_ filter: JobFilter) async throws(Failure) -> [JobRecord]

  /// How many jobs the filter admits, whatever its limit and offset.
  nonisolated(nonsending) func count(_ filter: JobFilter) async throws(Failure) -> Int

  /// Jobs that have something left to do, the most urgent first.
  nonisolated(nonsending) func liveJobs() async throws(Failure) -> [JobRecord]

  /// The ids of the same jobs with their revisions: cheap, to see what other processes did.
  nonisolated(nonsending) func liveRevisions() async throws(Failure) -> [String: Int64]

  /// The job's history, oldest first.
  nonisolated(nonsending) func entries(of id: String) async throws(Failure) -> [JobLogEntry]

  /// Removes a job that has nothing left to do, with its history; false when there is none. Live jobs stay: `invalid`.
  nonisolated(nonsending) func remove(_ id: String) async throws(Failure) -> Bool

  /// Sets room aside, so that the outcome of a purchase can be written on a disk that has become full meanwhile. Fails
  /// when there is none: then nothing should be bought.
  nonisolated(nonsending) func setRoomAside() async throws(Failure)

  /// Gives that room up, for a write that must not fail.
  nonisolated(nonsending) func giveRoom() async

  /// Lets what is queued finish and gives files and threads back. Later calls fail.
  nonisolated(nonsending) func close() async
}

extension Store {
  public nonisolated(nonsending) func insert(
    _ job: JobRecord, entries: [JobLogEntry]
  ) async throws(Failure) -> Insertion {
    try await insert(job, entries: entries, limits: nil)
  }
}

/// What became of an insertion.
public enum Insertion: Sendable, Hashable {
  case inserted
  /// The caller's idempotency key belongs to this job, which was made from the same request.
  case exists(JobRecord)
}

/// What a transaction on one job decided.
public struct JobChange<Output: Sendable>: Sendable {
  /// The job as it is to be written; nil: nothing changes. The store counts its revision up.
  public var job: JobRecord?
  public var entries: [JobLogEntry]
  /// Taken for the job in the same transaction; where another job has it, nothing is written.
  public var claim: UpstreamClaim?
  /// Handed to the caller once everything is durable.
  public var output: Output

  public init(_ job: JobRecord?, entries: [JobLogEntry] = [], output: Output) {
    self.job = job
    self.entries = entries
    self.output = output
  }
}
