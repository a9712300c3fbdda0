// SPDX-License-Identifier: Apache-2.0

public import EventLoop
import OrderedJSON
public import Store
public import VideoDocuments

/// Carries jobs through their lives: what `JobMachine` decides is written to the store first, and done then.
///
/// The promise: never pay twice, never lose a paid clip. Kill the process anywhere; the next one that runs `recover`
/// and `drive` goes on from what is written. Several processes may run at once: a lease says whose a job is, and
/// whoever else drives it only watches.
@LoopActor public final class JobRunner {
  let store: any Store
  let provider: any ProviderCalls
  let wire: any Wire
  let archive: any Archive
  let clock: any JobClock
  let machine: JobMachine
  let owner: LeaseOwner
  let isOwnerAlive: @Sendable (LeaseOwner) -> Bool?
  /// Told of every change that this object has written.
  let feed: JobFeed?
  /// Told of the same, before the feed.
  var onWrite: (@LoopActor (JobRecord, [JobLogEntry]) -> Void)?
  /// Jobs that this object drives right now.
  var driven: Set<String> = []

  /// `owner` and `isOwnerAlive` are those of this process unless a test says otherwise.
  public nonisolated init(
    store: any Store, provider: any ProviderCalls, wire: any Wire, archive: any Archive,
    clock: any JobClock = SystemClock(), machine: JobMachine = JobMachine(), owner: LeaseOwner = .current,
    isOwnerAlive: @escaping @Sendable (LeaseOwner) -> Bool? = { $0.isAlive }, feed: JobFeed? = nil
  ) {
    self.store = store
    self.provider = provider
    self.wire = wire
    self.archive = archive
    self.clock = clock
    self.machine = machine
    self.owner = owner
    self.isOwnerAlive = isOwnerAlive
    self.feed = feed
  }

  /// Writes a job down; nothing is sent before `drive`. With an idempotency key that was used for the same request,
  /// returns that job.
  public func submit(_ draft: JobDraft) async throws(Failure) -> JobRecord {
    let job = newRecord(draft)
    let entries = [Self.plannedEntry(job)]
    switch try await store.insert(job, entries: entries, limits: draft.limits) {
    case .inserted:
      publish(job, entries)
      return job
    case .exists(let other): return other
    }
  }

  /// The record of a new job, which is this object's to drive.
  func newRecord(_ draft: JobDraft) -> JobRecord {
    let now = clock.nowMilliseconds
    var job = draft.record(id: JobID.make(nowMilliseconds: now), nowMilliseconds: now)
    job.lease = Lease(owner: owner, renewedAtMilliseconds: now)
    return job
  }

  static func plannedEntry(_ job: JobRecord) -> JobLogEntry {
    var detail = JSONObject()
    detail.add("model", job.task.model)
    detail.add("quote", job.quote)
    return JobLogEntry("planned", atMilliseconds: job.task.createdAtMilliseconds, detail: detail)
  }

  /// Settles what dead processes left behind: a submission without its process becomes `unknown`. Call it once at the
  /// start of every command that deals with jobs; returns the jobs that changed their state.
  @discardableResult
  public func recover() async throws(Failure) -> [JobRecord] {
    var changed: [JobRecord] = []
    for job in try await store.liveJobs() where job.state == .submitting && !driven.contains(job.id) {
      guard isAbandoned(job.lease) else { continue }
      if let after = try await settleAbandoned(job.id) { changed.append(after) }
    }
    return changed
  }

  /// The same for one job.
  func recover(_ id: String) async throws(Failure) {
    guard !driven.contains(id), let job = try await store.job(id), job.state == .submitting, isAbandoned(job.lease)
    else { return }
    _ = try await settleAbandoned(id)
  }

  private func settleAbandoned(_ id: String) async throws(Failure) -> JobRecord? {
    let moment = moment()
    let judge = judge
    let settled = try await store.update(id) { [machine] job in
      // Looked at again inside the transaction: another process may have been faster.
      guard job.state == .submitting, judge.isAbandoned(job.lease, moment) else {
        return JobChange(nil, output: JobDecision?.none)
      }
      let decision = machine.advance(job, .ownerDied, moment)
      var written = decision
      written.job.revision = job.revision + 1
      return JobChange(decision.job, entries: decision.entries, output: written)
    }
    guard let settled else { return nil }
    publish(settled.job, settled.entries)
    return settled.job
  }

  /// Newest first.
  public func list(_ filter: JobFilter = JobFilter()) async throws(Failure) -> [JobRecord] {
    try await store.jobs(filter)
  }

  /// The end of an id that is looked for has at least so many characters.
  static let shortestIDEndCharacters = 4
  /// Among so many of the newest jobs is looked for one by the end of its id.
  static let jobsSearchedByEnd = 1_000

  /// The job with that id, or with that beginning or end of an id when only one has it. Ids begin with the time, so it
  /// is the end that tells jobs of one hour apart.
  public func show(_ id: String) async throws(Failure) -> JobRecord {
    if let job = try await store.job(id) { return job }
    let text = id.hasPrefix(JobID.prefix) ? id : JobID.prefix + id
    var found = JobID.isPrefix(text) ? try await store.jobs(JobFilter(idPrefix: text, limit: 2)) : []
    if found.isEmpty, id.count >= Self.shortestIDEndCharacters {
      found = try await store.jobs(JobFilter(limit: Self.jobsSearchedByEnd)).filter { $0.id.hasSuffix(id) }
    }
    guard let job = found.first else {
      throw Failure(.notFound, "There is no job \(id).", advice: "`filmgate jobs` lists the jobs.")
    }
    guard found.count == 1 else {
      throw Failure(.invalid, "More than one job has an id with \(id).", advice: "Give more of the id.")
    }
    return job
  }

  /// The job's history, oldest first.
  public func events(_ id: String) async throws(Failure) -> [JobLogEntry] { try await store.entries(of: id) }

  /// Changes where the clip is to go, for a job that is not done.
  public func setOutputPath(
    _ path: String?, isOverwriting: Bool = false, of id: String
  ) async throws(Failure) -> JobRecord {
    try await store.update(id) { job in
      var job = job
      job.outputPath = path
      job.isOverwriting = isOverwriting
      return JobChange(job, output: job)
    }
  }

  // MARK: What the other files share

  func moment() -> JobMoment {
    JobMoment(nowMilliseconds: clock.nowMilliseconds, jitter: Double.random(in: 0..<1))
  }

  /// One decision of the machine, durable when this returns.
  /// `isAnswered`: a refusal is the answer to the caller's create request, and is marked as such. `claim` is taken with
  /// it, unless the event means nothing.
  func apply(
    _ event: JobEvent, to id: String, isAnswered: Bool = false, claim: UpstreamClaim? = nil
  ) async throws(Failure) -> JobDecision {
    let moment = moment()
    let owner = owner
    let isDriven = driven.contains(id)
    let decision = try await store.update(id) { [machine] job in
      var decision = machine.advance(job, event, moment)
      if decision.isIgnored { return JobChange(nil, entries: decision.entries, output: decision) }
      if isAnswered, decision.job.wasNeverTaken { decision.job.caller?.isRefused = true }
      if isDriven, decision.job.state.isLive {
        decision.job.lease = Lease(owner: owner, renewedAtMilliseconds: moment.nowMilliseconds)
      }
      var written = decision
      written.job.revision = job.revision + 1
      var change = JobChange(decision.job, entries: decision.entries, output: written)
      change.claim = claim
      return change
    }
    if !decision.isIgnored { publish(decision.job, decision.entries) }
    return decision
  }

  /// Tells everybody in this process of a change that is durable.
  func publish(_ job: JobRecord, _ entries: [JobLogEntry]) {
    onWrite?(job, entries)
    feed?.publish(job, entries)
  }

  var judge: LeaseJudge { LeaseJudge(isOwnerAlive: isOwnerAlive) }

  func isAbandoned(_ lease: Lease?) -> Bool { judge.isAbandoned(lease, moment()) }
}

/// Says whether a lease still binds.
struct LeaseJudge: Sendable {
  /// A process that cannot be seen from here counts as alive so long after it was last heard of.
  static let unseenMilliseconds: Int64 = 900_000

  let isOwnerAlive: @Sendable (LeaseOwner) -> Bool?

  func isAbandoned(_ lease: Lease?, _ moment: JobMoment) -> Bool {
    guard let lease else { return true }
    if let isAlive = isOwnerAlive(lease.owner) { return !isAlive }
    return moment.nowMilliseconds - lease.renewedAtMilliseconds > Self.unseenMilliseconds
  }
}
