// SPDX-License-Identifier: Apache-2.0

import EventLoop
import OrderedJSON
public import Store
public import VideoDocuments

/// Settles jobs of which nobody knows whether they were bought. The vendor is asked; nothing is ever bought.
extension JobRunner {
  /// The operation that a plugin is told of when a task is asked for that the vendor may not have.
  static let lookupOperation = "lookup"
  private static let maximumUpstreamIDBytes = 512
  /// So many jobs are read at once in search of one that has the id.
  private static let jobsReadAtOnce = 500

  /// Goes on with a job whose outcome was unknown as the vendor's task of that id, if the vendor knows it: it is asked
  /// with the account that bought the job.
  public func settle(_ id: String, upstreamID: String) async throws(Failure) -> JobRecord {
    try Self.check(upstreamID)
    let job = try await unknown(id)
    try await checkUnused(upstreamID, of: job)
    var asked = job
    asked.task.upstreamID = upstreamID
    let (update, state) = try Self.knowing(await look(asked, as: Self.lookupOperation), job, upstreamID)
    let found = update.upstreamID ?? upstreamID
    if found != upstreamID { try await checkUnused(found, of: job) }
    return try await take(.found(update, state: state, upstreamID: upstreamID), found, of: job)
  }

  /// Closes a job whose outcome was unknown as not bought, which frees what it held of its caller's budget.
  public func settleAsNotBought(_ id: String) async throws(Failure) -> JobRecord {
    let job = try await unknown(id)
    let decision = try await apply(.notBought, to: job.id)
    guard !decision.isIgnored else { throw Self.settledElsewhere(decision.job) }
    return decision.job
  }

  /// Whether the vendor can be asked for a job whose outcome is unknown without anybody naming its id.
  public func canLookUp(_ job: JobRecord) -> Bool {
    guard job.state == .unknown else { return false }
    return provider.canLookUp(job)
  }

  /// Asks the vendor for a job whose outcome was unknown by what was sent along with the purchase. Throws where it does
  /// not know it (`not_found`), or could not be asked.
  public func lookUp(_ id: String) async throws(Failure) -> JobRecord {
    let job = try await unknown(id)
    guard provider.canLookUp(job) else {
      throw Failure(
        .unsupported, "The provider of job \(job.id) cannot be asked for a task by an id of ours.",
        field: UpstreamClaim.field, advice: "Look for it in the provider's console, and name the id that it has there.")
    }
    let (update, state) = try Self.knowing(await look(job, as: Self.lookupOperation), job, nil)
    return try await take(.found(update, state: state, upstreamID: nil), update.upstreamID, of: job)
  }

  /// Tells a job whose outcome was unknown under which id the vendor has it, as the vendor itself has announced; how it
  /// stands is asked when it is looked at next.
  public func adopt(_ id: String, upstreamID: String) async throws(Failure) -> JobRecord {
    let job = try await unknown(id)
    return try await take(.found(TaskUpdate(.queued), state: nil, upstreamID: upstreamID), upstreamID, of: job)
  }

  private func take(_ event: JobEvent, _ upstreamID: String?, of job: JobRecord) async throws(Failure) -> JobRecord {
    let claim = upstreamID.map { UpstreamClaim(account: job.account, upstreamID: $0) }
    let decision = try await apply(event, to: job.id, claim: claim)
    guard !decision.isIgnored else { throw Self.settledElsewhere(decision.job) }
    return decision.job
  }

  private func unknown(_ id: String) async throws(Failure) -> JobRecord {
    try await recover(id)
    let job = try await show(id)
    guard job.state == .unknown else { throw Self.settledElsewhere(job) }
    return job
  }

  private static func settledElsewhere(_ job: JobRecord) -> Failure {
    Failure(
      .invalid, "The outcome of job \(job.id) is not unknown; it is \(job.state.rawValue).", field: "status",
      advice: "`filmgate show \(job.id)` tells how it stands.")
  }

  private static func check(_ upstreamID: String) throws(Failure) {
    let isPlain = upstreamID.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7F }
    guard !upstreamID.isEmpty, upstreamID.utf8.count <= maximumUpstreamIDBytes, isPlain else {
      throw Failure(
        .invalid,
        "The provider's id must have 1 to \(maximumUpstreamIDBytes) bytes without spaces and control characters.",
        field: UpstreamClaim.field, advice: "Give it as the provider's console shows it.")
    }
  }

  /// Throws where another job of the account has that id. All of them are read, some at a time: this is done by a
  /// person and seldom, and an index would cost every purchase something.
  private func checkUnused(_ upstreamID: String, of job: JobRecord) async throws(Failure) {
    var filter = JobFilter(pluginID: job.pluginID, limit: Self.jobsReadAtOnce)
    while true {
      let jobs = try await store.jobs(filter)
      if let other = jobs.first(where: {
        $0.id != job.id && $0.account == job.account && $0.task.upstreamID == upstreamID
      }) {
        throw .upstreamIDTaken(upstreamID, by: other.id)
      }
      guard jobs.count == filter.limit, let last = jobs.last else { return }
      filter.before = last.id
    }
  }

  /// The vendor's answer, if it is one about a task that it has.
  private static func knowing(
    _ event: JobEvent, _ job: JobRecord, _ upstreamID: String?
  ) throws(Failure) -> (TaskUpdate, JSON?) {
    var failure: Failure
    switch event {
    case .looked(let update, _) where update.failure?.kind == .notFound:
      failure = update.failure ?? Failure(.notFound, "It does not know the task.")
    case .looked(let update, let state) where update.phase != .unknown: return (update, state)
    case .lookFailed(let reason): failure = reason
    default: failure = Failure(.upstream, "It gave no answer about the task.", isRetryable: true, charged: .no)
    }
    let name = upstreamID.map { "the task \($0)" } ?? "a task by the id of job \(job.id)"
    let account = "the account \(job.account)"
    if failure.kind == .notFound {
      failure.message = "With \(account) the provider does not have \(name), so job \(job.id) stays unknown."
      failure.advice = "Check the id in the provider's console, and whether \(account) is the one that bought it."
    } else {
      failure.message = "The provider told nothing about \(name), so job \(job.id) stays unknown: \(failure.message)"
    }
    failure.field = UpstreamClaim.field
    // Only asked; what the job itself may have cost is as unknown as before.
    failure.charged = .no
    throw failure
  }
}
