// SPDX-License-Identifier: Apache-2.0

import EventLoop
public import Store
public import VideoDocuments

extension JobRunner {
  /// Asks the vendor once how the task stands. `name` tells the plugin why: a task that is looked up may not exist.
  func look(_ job: JobRecord, as name: String = "poll") async -> JobEvent {
    let step: Step
    do throws(Failure) {
      step = try await provider.poll(job, nowMilliseconds: clock.nowMilliseconds)
    } catch {
      return .lookFailed(error)
    }
    let exchange = await StepExchange.run(name, step, for: job, provider: provider, wire: wire, clock: clock)
    switch exchange.end {
    case .update(let update): return .looked(update, state: exchange.state)
    case .wait(let milliseconds): return .lookDeferred(milliseconds: milliseconds)
    case .failed(let failure) where failure.kind != .drift: return .lookFailed(failure)
    case .failed(var failure), .misunderstood(var failure):
      // The page of a proxy or of a maintenance is nothing that the plugin should know; it passes.
      if exchange.status.map({ $0 >= 500 || $0 == 429 }) ?? false { failure.isRetryable = true }
      return .lookFailed(failure)
    case .notSent(let failure), .lost(let failure): return .lookFailed(failure)
    }
  }

  /// Asks the vendor once to cancel.
  func askToCancel(_ job: JobRecord) async -> JobEvent {
    let step: Step
    do throws(Failure) {
      step = try await provider.cancel(job, nowMilliseconds: clock.nowMilliseconds)
    } catch {
      return .cancelFailed(error)
    }
    let exchange = await StepExchange.run("cancel", step, for: job, provider: provider, wire: wire, clock: clock)
    switch exchange.end {
    case .update(let update): return .looked(update, state: exchange.state)
    case .wait:
      return .cancelFailed(Failure(.plugin, "The plugin wants to wait in the middle of a cancel.", isRetryable: true))
    case .failed(let failure), .misunderstood(let failure), .notSent(let failure), .lost(let failure):
      return .cancelFailed(failure)
    }
  }

  /// Cancels a job, whoever drives it.
  public func cancel(_ id: String) async throws(Failure) -> (outcome: CancelOutcome, job: JobRecord) {
    try await recover(id)
    let request = try await apply(.cancelRequested, to: id)
    var job = request.job
    if request.isIgnored {
      if job.state == .cancelled { return (.cancelled, job) }
      return (.tooLate(Self.tooLate(job)), job)
    }
    switch job.state {
    case .cancelled: return (.cancelled, job)
    case .submitting: return (.pending, job)
    default: break
    }
    let event = await askToCancel(job)
    job = try await apply(event, to: id).job
    if job.state == .cancelled { return (.cancelled, job) }
    if case .cancelFailed(let failure) = event, failure.kind != .unsupported, !failure.isRetryable {
      // Whoever drives the job may have asked too, and been heard first: the vendor's state tells.
      job = try await apply(await look(job), to: id).job
      if job.state == .cancelled { return (.cancelled, job) }
    }
    switch event {
    case .cancelFailed(let failure) where failure.kind == .unsupported: return (.providerCannot(failure), job)
    case .cancelFailed(let failure) where failure.isRetryable: return (.failed(failure), job)
    case .cancelFailed(let failure): return (.tooLate(failure), job)
    default: return (.tooLate(Self.tooLate(job)), job)
    }
  }

  private static func tooLate(_ job: JobRecord) -> Failure {
    switch job.state {
    case .unknown:
      return Failure(
        .unknownOutcome, "Nobody knows whether job \(job.id) was bought, so there is nothing to cancel.",
        advice: "Look for it in the provider's console.", isRetryable: false, charged: .unknown)
    case .watching:
      return Failure(.invalid, "The provider did not cancel job \(job.id); it goes on and will be billed.")
    case .collecting, .done:
      return Failure(.invalid, "Job \(job.id) has succeeded already and is billed.", charged: .yes)
    default:
      return Failure(.invalid, "Job \(job.id) is over already: \(job.state.rawValue).")
    }
  }
}
