// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Store
public import VideoDocuments

/// Looks after all jobs of a server, from the first byte to the clip, within the limits of the accounts.
///
/// A job that waits is no task and keeps no record in memory; what it needs next is done in a turn, and written before
/// the next one. Jobs of other processes are left to them, and taken over when these are gone.
@LoopActor public final class JobSupervisor {
  /// What became of a submission.
  public struct Submission: Sendable, Hashable {
    public var job: JobRecord
    /// Whether the caller's idempotency key had made that job before.
    public var isReplay: Bool

    public init(job: JobRecord, isReplay: Bool) {
      self.job = job
      self.isReplay = isReplay
    }
  }

  private enum Phase {
    case new
    case serving
    case stopped
  }

  let runner: JobRunner
  let settings: SupervisorSettings
  let clock: any JobClock
  private var phase = Phase.new
  private var limits: [String: AccountLimits]
  /// Made at the first use, because it calls back.
  private(set) lazy var admission = Admission(limits, clock: clock) { [weak self] in self?.pass($0) }
  /// Every live job that is known.
  var jobs: [String: SupervisedJob] = [:]
  /// Callers that wait for the vendor's word, by job.
  var waits: [String: [SubmissionWait]] = [:]
  /// Jobs of unknown outcome that the vendor is asked for.
  var lookUps: [String: Task<Void, Never>] = [:]
  var lookPlaces: TurnPlaces
  var downloadPlaces: TurnPlaces
  /// Purchases between intent and outcome.
  private var purchasesUnderWay = 0
  private var turnsUnderWay = 0
  private var idleWaiters: [CheckedContinuation<Void, Never>] = []
  private var glancing: Task<Void, Never>?
  /// The server was stopped, and nothing is waited for any more.
  private(set) var isGraceOver = false

  /// `accounts` are all that there are: a job whose account is missing among them waits until it is back.
  public nonisolated init(runner: JobRunner, accounts: [Account], settings: SupervisorSettings = SupervisorSettings()) {
    self.runner = runner
    self.settings = settings
    clock = runner.clock
    limits = Self.limits(of: accounts)
    lookPlaces = TurnPlaces(settings.maximumLooks)
    downloadPlaces = TurnPlaces(settings.maximumDownloads)
  }

  private nonisolated static func limits(of accounts: [Account]) -> [String: AccountLimits] {
    Dictionary(accounts.map { ($0.name, $0.limits) }) { first, _ in first }
  }

  var isServing: Bool { phase == .serving }

  /// Settles what dead processes left behind and takes up every job that is not over, with the account that bought it.
  public func start() async throws(Failure) {
    guard phase == .new else { return }
    runner.onWrite = { [weak self] job, _ in self?.noticed(job) }
    try await runner.recover()
    let live = try await runner.store.liveJobs().sorted { $0.id < $1.id }
    phase = .serving
    // First who is at the vendor already, so that nobody else gets their slots.
    for job in live where job.state.isInFlight && jobs[job.id] == nil { takeUp(job) }
    for job in live where !job.state.isInFlight && jobs[job.id] == nil { takeUp(job) }
    try await lookUpAll()
    let clock = clock
    let interval = settings.glanceMilliseconds
    glancing = Task { @LoopActor [weak self] in
      while (try? await clock.sleep(milliseconds: interval)) != nil {
        guard let self else { return }
        await self.glance()
      }
    }
  }

  /// Writes a job down and buys it, and returns as soon as the vendor has accepted or refused it or the wait is over;
  /// the purchase goes on in any case. Throws when nothing could be written, or for an idempotency key that belongs to
  /// another request.
  public func submit(_ draft: JobDraft, waitMilliseconds: Int64) async throws(Failure) -> Submission {
    guard isServing else {
      throw Failure(
        .unreachable, "The gateway is being stopped, so it takes no new tasks.", advice: "Try again in a moment.",
        isRetryable: true)
    }
    let wait = SubmissionWait(milliseconds: waitMilliseconds)
    purchasesUnderWay += 1
    Task { @LoopActor in
      await self.buy(draft, wait)
      self.purchasesUnderWay -= 1
      self.noteIdle()
    }
    return try await wait.outcome().get()
  }

  /// Asks the vendor about a job now, whatever the schedule says: somebody claims to have news. Asked often, it looks
  /// only now and then.
  public func look(_ id: String) {
    guard isServing else { return }
    if let job = jobs[id] { return lookSoon(job) }
    Task { @LoopActor in
      guard let record = try? await runner.store.job(id), self.isServing, self.jobs[id] == nil else { return }
      if record.state.isLive {
        self.takeUp(record)
        if let job = self.jobs[id] { self.lookSoon(job) }
      } else if record.state == .expired, record.acceptedAtMilliseconds != nil {
        // Made after all: what is written then is noticed, and taken up.
        _ = try? await self.runner.lateSuccess(record)
      }
    }
  }

  /// Cancels a job, wherever it stands.
  public func cancel(_ id: String) async throws(Failure) -> (outcome: CancelOutcome, job: JobRecord) {
    try await runner.cancel(id)
  }

  /// The place of a job in the line of its account, from 1; nil when it does not wait there.
  public func position(of id: String) -> Int? { admission.position(of: id) }

  /// Accounts at which a new job would have to wait, for `PlanOptions`.
  public var busyAccounts: Set<String> { admission.busyAccounts }

  /// Takes over other accounts; jobs that waited for a person are tried again.
  public func updateAccounts(_ accounts: [Account]) {
    limits = Self.limits(of: accounts)
    let change = admission.change(limits)
    for id in change.stranded { if let job = jobs[id] { strand(job) } }
    for id in change.back { if let job = jobs[id] { begin(job) } }
    for job in jobs.values where job.isPaused { schedule(job, job.effect, atMilliseconds: clock.nowMilliseconds) }
  }

  /// Leaves all jobs as they are for the next process. Purchases under way are first carried to their answer.
  public func stop() async {
    guard phase != .stopped else { return }
    phase = .stopped
    glancing?.cancel()
    for asking in lookUps.values { asking.cancel() }
    admission.stop()
    for job in jobs.values {
      job.timer?.cancel()
      job.turn?.cancel()
    }
    for (id, waiting) in waits where jobs[id]?.stage != .running { for wait in waiting { wait.timeIsOver() } }
    let timer = EventLoop.after(nanoseconds: UInt64(max(settings.graceMilliseconds, 0)) * 1_000_000) {
      self.isGraceOver = true
      self.noteIdle()
    }
    await withCheckedContinuation { continuation in
      guard !isIdle else { return continuation.resume() }
      idleWaiters.append(continuation)
    }
    timer.cancel()
    isGraceOver = true
    let claimed = jobs.values.filter { $0.isClaimed }.map { $0.id }
    jobs = [:]
    await withTaskGroup(of: Void.self) { group in
      for id in claimed {
        runner.driven.remove(id)
        group.addTask { await self.runner.release(id) }
      }
    }
    runner.onWrite = nil
  }

  private var isIdle: Bool { isGraceOver || purchasesUnderWay + turnsUnderWay == 0 }

  private func noteIdle() {
    guard isIdle else { return }
    for waiter in idleWaiters { waiter.resume() }
    idleWaiters = []
  }

  /// Runs one turn of a job.
  func startTurn(_ job: SupervisedJob, _ body: @escaping @LoopActor () async -> Void) {
    job.stage = .running
    turnsUnderWay += 1
    job.turn = Task { @LoopActor in
      await body()
      job.turn = nil
      self.turnsUnderWay -= 1
      self.noteIdle()
    }
  }
}

/// Places for turns of one sort, with a line for those that find none.
struct TurnPlaces {
  private let limit: Int
  private var taken = 0
  private var line: [SupervisedJob] = []
  private var next = 0

  init(_ limit: Int) { self.limit = max(limit, 1) }

  /// Takes a place, or stands in line.
  mutating func take(_ job: SupervisedJob) -> Bool {
    guard taken < limit else {
      line.append(job)
      return false
    }
    taken += 1
    return true
  }

  /// Gives a place back: to the next in line that is returned.
  @LoopActor mutating func giveBack() -> SupervisedJob? {
    while next < line.count {
      let job = line[next]
      next += 1
      if next == line.count || next >= 1_024 {
        line.removeFirst(next)
        next = 0
      }
      // Who left the line meanwhile is only passed over here.
      if job.stage == .ready { return job }
    }
    taken -= 1
    return nil
  }
}
