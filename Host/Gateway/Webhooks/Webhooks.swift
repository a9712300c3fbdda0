// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Jobs
public import Store
public import VideoDocuments

/// Delivers what stands in the outbox, as long as it is started. Several processes may do so at once: each message has
/// one taker at a time.
@LoopActor public final class Webhooks {
  /// One attempt that is over, for logs and metrics.
  public struct Report: Sendable {
    public var message: WebhookMessage
    public var outcome: WebhookOutcome
  }

  /// How long a taken message is this process's own: longer than any attempt takes.
  private static let takenMilliseconds = WebhookSender.timeoutMilliseconds + 10_000
  /// How often to look for what other processes have written.
  private static let glanceMilliseconds: Int64 = 5_000

  private let outbox: any WebhookOutbox
  private let store: any Store
  private let sender: WebhookSender
  private let clock: any JobClock
  private let turns = WebhookTurns()
  private let report: @LoopActor (Report) -> Void
  private let trouble: @LoopActor (Failure) -> Void

  private var underWay: [String: Task<Void, Never>] = [:]
  private var busy: [WebhookLane: Int] = [:]
  private var timer: LoopTimer?
  private var round: Task<Void, Never>?
  private var isRoundWanted = false
  private var isStopped = false

  /// - Parameters:
  ///   - report: called after each attempt.
  ///   - trouble: called when the outbox cannot be read or written.
  public nonisolated init(
    outbox: any WebhookOutbox, store: any Store, sender: WebhookSender, clock: any JobClock = SystemClock(),
    report: @escaping @LoopActor (Report) -> Void = { _ in }, trouble: @escaping @LoopActor (Failure) -> Void = { _ in }
  ) {
    self.outbox = outbox
    self.store = store
    self.sender = sender
    self.clock = clock
    self.report = report
    self.trouble = trouble
  }

  /// Begins with what is left from before, and goes on with every job that ends.
  public func start(_ feed: JobFeed) {
    feed.observe { [weak self] job, _ in
      if WebhookEvent(job.state) != nil, job.caller != nil { self?.wake() }
    }
    wake()
  }

  /// Stops attempts under way, which are made again by whoever starts next, and returns when all have ended.
  public func stop() async {
    isStopped = true
    timer?.cancel()
    timer = nil
    await round?.value
    let tasks = Array(underWay.values)
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  /// Delivers everything that is due now, and returns when each has had its attempt. For whoever does not `start`.
  public func deliverDue() async {
    repeat {
      wake()
      await round?.value
      for task in Array(underWay.values) { await task.value }
    } while round != nil || !underWay.isEmpty
  }

  /// Attempts one message now, whatever its schedule; nil when another process is at it, or it is gone.
  public func deliver(_ id: String) async throws(Failure) -> WebhookMessage? {
    let now = clock.nowMilliseconds
    _ = try await outbox.resendWebhook(id, nowMilliseconds: now)
    let taken = try await outbox.takeWebhook(
      id, nowMilliseconds: now, untilMilliseconds: now + Self.takenMilliseconds)
    guard let own = taken else { return nil }
    await attempt(own)
    return try await outbox.webhook(id)
  }

  // MARK: Rounds

  /// Sees to it that a round begins after this moment.
  private func wake() {
    isRoundWanted = true
    guard round == nil, !isStopped else { return }
    round = Task { @LoopActor in
      while isRoundWanted, !isStopped {
        isRoundWanted = false
        await takeSome()
      }
      round = nil
    }
  }

  private func takeSome() async {
    timer?.cancel()
    var wait = Self.glanceMilliseconds
    do throws(Failure) {
      let now = clock.nowMilliseconds
      if let next = try await outbox.nextWebhookAtMilliseconds() {
        if next > now {
          wait = min(wait, next - now)
        } else {
          try await takeDue(now)
        }
      }
    } catch {
      trouble(error)
    }
    guard !isStopped else { return }
    timer = EventLoop.after(nanoseconds: UInt64(wait) * 1_000_000) { [weak self] in self?.wake() }
  }

  private func takeDue(_ now: Int64) async throws(Failure) {
    let shares = turns.choose(try await outbox.dueWebhookLanes(nowMilliseconds: now), busy: busy)
    // Else the end of an attempt begins the next round.
    guard !shares.isEmpty else { return }
    let messages = try await outbox.takeWebhooks(
      shares, nowMilliseconds: now, untilMilliseconds: now + Self.takenMilliseconds)
    for message in messages { begin(message) }
    // A lane may have had less than its share.
    if !messages.isEmpty { isRoundWanted = true }
  }

  private func begin(_ message: WebhookMessage) {
    busy[message.lane, default: 0] += 1
    underWay[message.id] = Task { @LoopActor in
      await attempt(message)
      underWay[message.id] = nil
      busy[message.lane, default: 1] -= 1
      if busy[message.lane] == 0 { busy[message.lane] = nil }
      if !isStopped { wake() }
    }
  }

  private func attempt(_ message: WebhookMessage) async {
    do throws(Failure) {
      // A job that is gone has taken its messages with it.
      guard let job = try await store.job(message.jobID) else { return }
      let outcome = await sender.attempt(message, job: job)
      if Task.isCancelled, outcome.state != .delivered {
        return try await outbox.giveBackWebhook(message.id, nowMilliseconds: clock.nowMilliseconds)
      }
      try await outbox.record(outcome, of: message.id)
      report(Report(message: message, outcome: outcome))
    } catch {
      // Nobody knows of the attempt: it is made again when the message comes free.
      trouble(error)
    }
  }
}
