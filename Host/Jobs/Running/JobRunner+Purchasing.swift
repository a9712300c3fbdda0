// SPDX-License-Identifier: Apache-2.0

import EventLoop
import OrderedJSON
import Store
import VideoDocuments

extension JobRunner {
  /// The wait before a result that must not be lost is offered again to a store that fails.
  private static var storeRetryMilliseconds: Int64 { 500 }
  /// The longest that a plugin can hold a purchase up by `wait`, in milliseconds.
  private static var maximumPrepareWaitMilliseconds: Int64 { 60_000 }

  /// Asks the plugin for the purchase, writes the intent, sends, and writes the outcome.
  func purchase(_ job: JobRecord, _ manner: PurchaseManner) async throws(Failure) -> JobDecision {
    var preparation = await prepare(job)
    var waits = 0
    while case .wait(let milliseconds) = preparation {
      waits += 1
      guard waits <= StepExchange.maximumSteps else {
        let failure = Failure(.plugin, "The plugin puts the purchase off again and again.", isRetryable: false)
        return try await apply(.refused(failure), to: job.id, isAnswered: manner.isAnswered())
      }
      do throws(CancellationError) {
        try await clock.sleep(milliseconds: min(max(milliseconds, 0), Self.maximumPrepareWaitMilliseconds))
      } catch {
        return try await unchanged(job)
      }
      preparation = await prepare(job)
    }
    let event = preparation.event
    guard case .ready(let step, _, _) = preparation else {
      return try await apply(event, to: job.id, isAnswered: manner.isAnswered())
    }
    if Task.isCancelled { return try await unchanged(job) }
    // From the intent to the outcome nothing may interrupt, so this runs in a task of its own, which nobody cancels.
    let result: Result<JobDecision, Failure> = await EventLoop.shielded {
      do throws(Failure) {
        try await self.store.setRoomAside()
        let intent = try await self.apply(event, to: job.id)
        // Somebody cancelled it, or was faster: then there is nothing to buy.
        guard intent.effects.contains(.submit) else { return .success(intent) }
        return .success(try await self.send(intent.job, step, manner))
      } catch {
        return .failure(error)
      }
    }
    return try result.get()
  }

  /// Writes a new job, and when it is passing, the intent to buy it with it; neither where it is above the limits.
  func begin(
    _ planned: JobRecord, isPassing: Bool, _ manner: PurchaseManner, limits: CallerLimits? = nil
  ) async throws(Failure) -> Beginning {
    var job = planned
    var entries = [Self.plannedEntry(planned)]
    var step: Step?
    if isPassing {
      let preparation = await prepare(planned)
      if case .ready(let made, _, _) = preparation {
        step = made
        try await store.setRoomAside()
      }
      let decision = machine.advance(planned, preparation.event, moment())
      if !decision.isIgnored {
        job = decision.job
        entries += decision.entries
      }
      if job.wasNeverTaken, manner.isAnswered() { job.caller?.isRefused = true }
    }
    switch try await store.insert(job, entries: entries, limits: limits) {
    case .exists(let other): return .exists(other)
    case .inserted: publish(job, entries)
    }
    guard job.state.isLive else { return .over(job) }
    if job.state == .submitting, let step { return .intended(job, step) }
    return .waiting(job)
  }

  /// What the plugin makes of a purchase. Nothing is written or sent: it only describes.
  func prepare(_ job: JobRecord) async -> Preparation {
    let step: Step
    do throws(Failure) {
      step = try await provider.create(job, nowMilliseconds: clock.nowMilliseconds)
    } catch {
      return .refused(error)
    }
    switch step.action {
    case .wait(let milliseconds): return .wait(milliseconds: milliseconds)
    case .fail(let failure): return .refused(failure)
    case .http, .update: break
    }
    let check = LedgerCheck.merge(planned: job.ledger, fromPlugin: step.ledger, request: job.request)
    if !job.isLenient, let refusal = check.refusal { return .refused(refusal) }
    return .ready(step, ledger: check.ledger, warnings: job.isLenient ? check.warnings : [])
  }

  /// Sends a purchase whose intent is durable, and writes the outcome. Nothing may interrupt it.
  func send(_ intent: JobRecord, _ step: Step, _ manner: PurchaseManner) async throws(Failure) -> JobDecision {
    let exchange = await StepExchange.run("create", step, for: intent, provider: provider, wire: wire, clock: clock)
    return try await applyForSure(Self.outcome(of: exchange), to: intent.id, manner)
  }

  /// A decision that changes nothing: the machine ignores what it cannot use.
  private func unchanged(_ job: JobRecord) async throws(Failure) -> JobDecision {
    try await apply(.lookDeferred(milliseconds: 0), to: job.id)
  }

  /// What an exchange means for a purchase. Whatever is not surely "no" and not surely "yes" is unknown.
  static func outcome(of exchange: StepExchange) -> JobEvent {
    switch exchange.end {
    case .update(let update): return .accepted(update, state: exchange.state)
    case .notSent(let failure), .lost(let failure):
      return exchange.hasRisked ? .outcomeUnknown(unknown(failure)) : .notSent(failure)
    case .wait:
      let failure = Failure(.plugin, "The plugin wants to wait in the middle of a purchase.", isRetryable: false)
      return exchange.hasRisked ? .outcomeUnknown(unknown(failure)) : .refused(failure)
    case .failed(let failure):
      return exchange.hasRisked && !isDefinite(failure, exchange.status)
        ? .outcomeUnknown(unknown(failure)) : .refused(failure)
    case .misunderstood(let failure):
      // A refusal by the vendor is one, also when the plugin cannot read it; anything else may be a purchase.
      let isRefused = isRefusal(status: exchange.status)
      return exchange.hasRisked && !isRefused ? .outcomeUnknown(unknown(failure)) : .refused(failure)
    }
  }

  /// Whether the plugin's failure surely means that nothing was bought.
  private static func isDefinite(_ failure: Failure, _ status: Int?) -> Bool {
    if failure.kind == .unknownOutcome || failure.charged == .unknown { return false }
    if isRefusal(status: status) { return true }
    // Beside any other status, only a reason of the vendor's own: without one, it may be a proxy before the vendor that
    // gave up waiting, or an answer that the plugin could not read.
    guard failure.vendorCode != nil else { return false }
    switch failure.kind {
    case .invalid, .refusedPrompt, .refusedInput, .refusedOutput, .authentication, .permission, .balance,
      .rateLimited, .notFound:
      return true
    case .unsupported, .unreachable, .upstream, .drift, .unknownOutcome, .expired, .cancelled, .plugin, .limit,
      .internal:
      return false
    }
  }

  /// Whether a status says no. 408 does not: whoever gave up waiting for the request may have had it all.
  private static func isRefusal(status: Int?) -> Bool { (400..<500).contains(status ?? 0) && status != 408 }

  private static func unknown(_ failure: Failure) -> Failure {
    var failure = failure
    failure.message = "Nobody knows whether the job was bought: \(failure.message)"
    failure.advice = "Look for it in the provider's console; do not submit it again before."
    return failure
  }

  /// Writes what must not be forgotten, also to a store that fails for a while.
  func applyForSure(
    _ event: JobEvent, to id: String, _ manner: PurchaseManner = PurchaseManner()
  ) async throws(Failure) -> JobDecision {
    var attempts = 1
    while true {
      do throws(Failure) {
        return try await apply(event, to: id, isAnswered: manner.isAnswered())
      } catch {
        guard manner.isWorthWriting(attempts), error.kind != .notFound else { throw Self.unwritten(event, id, error) }
        attempts += 1
        await store.giveRoom()
        // Cancelled or not, the next attempt is worth it.
        try? await clock.sleep(milliseconds: Self.storeRetryMilliseconds)
      }
    }
  }

  /// The failure of a store that could not take a result, with what a person needs to find the job again.
  private static func unwritten(_ event: JobEvent, _ id: String, _ failure: Failure) -> Failure {
    guard case .accepted(let update, _) = event else { return failure }
    var failure = failure
    let name = update.upstreamID.map { " as \($0)" } ?? ""
    failure.message = "The provider took job \(id)\(name), but that could not be written down. \(failure.message)"
    failure.charged = .yes
    failure.isRetryable = false
    return failure
  }
}
