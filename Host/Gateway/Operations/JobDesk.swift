// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// Finds, lists, cancels and removes the jobs of one caller. Another caller's jobs do not exist here.
@LoopActor struct JobDesk {
  let parts: GatewayParts
  let caller: Caller

  /// The field that a refusal names where the state of a task is the reason.
  nonisolated static let stateField = "status"

  /// The caller's job, by our id or by the caller's own.
  func find(_ id: String) async throws(Failure) -> JobRecord {
    if let job = try await parts.store.job(id), job.caller?.keyID == caller.keyID { return job }
    var filter = JobFilter(limit: 1)
    filter.callerKeyID = caller.keyID
    filter.externalID = id
    filter.includesRefused = false
    if let job = try await parts.store.jobs(filter).first { return job }
    throw Self.unknown(id)
  }

  static func unknown(_ id: String) -> Failure {
    Failure(.notFound, "There is no task \(Self.shown(id)).", field: "id", advice: "Check the id.")
  }

  private static func shown(_ id: String) -> String {
    let plain = String(
      String.UnicodeScalarView(id.unicodeScalars.prefix(80).filter { $0.value >= 0x20 && $0.value != 0x7F }))
    return "\"\(plain)\""
  }

  /// One page by number, newest first, and how many there are in all.
  func page(_ wanted: TaskFilter) async throws(Failure) -> (jobs: [JobRecord], total: Int) {
    var filter = filter()
    filter.model = wanted.model
    filter.ids = wanted.ids
    filter.scenarios = wanted.scenarios
    // An outcome that is not known yet is shown as waiting.
    if let phase = wanted.phase { filter.phases = phase == .queued ? [.queued, .unknown] : [phase] }
    filter.limit = min(max(wanted.pageSize, 1), 500)
    let (offset, hasOverflowed) = (max(wanted.pageNumber, 1) - 1).multipliedReportingOverflow(by: filter.limit)
    guard !hasOverflowed else { return ([], 0) }
    filter.offset = offset
    return (try await parts.store.jobs(filter), try await parts.store.count(filter))
  }

  func filter() -> JobFilter {
    var filter = JobFilter(limit: 20)
    filter.callerKeyID = caller.keyID
    filter.includesRefused = false
    return filter
  }

  /// Cancels, and tells the truth about it.
  func cancel(_ id: String) async throws(Failure) -> JobRecord {
    let job = try await find(id)
    let result = try await parts.supervisor.cancel(job.id)
    switch result.outcome {
    case .cancelled: return result.job
    case .pending: return try await settled(result.job)
    case .tooLate(let failure), .failed(let failure): throw Self.cannotCancel(failure)
    case .providerCannot(let failure): throw Self.cannotCancel(failure)
    }
  }

  /// How long a cancel that came during the submission waits for its end.
  private static let cancelWaitMilliseconds: Int64 = 10_000

  private func settled(_ job: JobRecord) async throws(Failure) -> JobRecord {
    let watch = parts.feed.watch(job.id)
    defer { watch.end() }
    var current = try await parts.store.job(job.id) ?? job
    let deadline = EventLoop.monotonicNanoseconds + UInt64(Self.cancelWaitMilliseconds) * 1_000_000
    while current.state.isLive {
      let now = EventLoop.monotonicNanoseconds
      guard now < deadline,
        let next = await watch.next(after: current.revision, timeoutMilliseconds: Int64((deadline - now) / 1_000_000))
      else { break }
      current = next
    }
    if current.state == .cancelled { return current }
    throw Failure(
      .invalid, "The task is being submitted; it will be cancelled if the provider still can.", field: Self.stateField,
      advice: "Ask for the task in a moment.")
  }

  private static func cannotCancel(_ failure: Failure) -> Failure {
    var failure = failure
    if failure.kind == .unsupported || failure.kind == .invalid { failure.kind = .invalid }
    failure.field = failure.field ?? stateField
    return failure
  }

  /// Cancels what is not over, else deletes the record and what is kept of its clip.
  ///
  /// - Returns: nil when it was deleted, the job when it was only cancelled.
  func remove(_ id: String, cancelsOnly: Bool) async throws(Failure) -> JobRecord? {
    var job = try await find(id)
    let wasLive = job.state.isLive && job.state != .collecting
    if wasLive {
      job = try await cancel(job.id)
      if cancelsOnly { return job }
    }
    if job.state == .collecting { job = try await settled(collecting: job) }
    try await parts.forget(job)
    guard try await parts.store.remove(job.id) else { throw Self.unknown(id) }
    return nil
  }

  private func settled(collecting job: JobRecord) async throws(Failure) -> JobRecord {
    let watch = parts.feed.watch(job.id)
    defer { watch.end() }
    var current = try await parts.store.job(job.id) ?? job
    while current.state.isLive {
      guard
        let next = await watch.next(
          after: current.revision, timeoutMilliseconds: Self.cancelWaitMilliseconds)
      else {
        throw Failure(
          .invalid, "The clip of this task is being saved.", field: Self.stateField, advice: "Delete it in a moment.")
      }
      current = next
    }
    return current
  }
}
