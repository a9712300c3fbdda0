// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Network
import OrderedJSON
import Store
import VideoDocuments

/// Carries one operation of a plugin through: sends what it describes, hands the answer back, until it says something
/// final.
@LoopActor struct StepExchange {
  /// Http steps in one operation.
  static let maximumSteps = 16
  /// How often a step is sent that may be sent again.
  static let maximumSends = 3
  static let resendBackoffMilliseconds: Int64 = 300
  /// With which a Retry-After speaks of this very request.
  private static let statusesWithRetryAfter: Set<Int> = [408, 425, 429, 500, 502, 503, 504]

  enum End {
    case update(TaskUpdate)
    case wait(milliseconds: Int64)
    /// The plugin says so.
    case failed(Failure)
    /// The plugin gave no sensible answer to what the vendor said.
    case misunderstood(Failure)
    /// Surely no byte of the last step was sent.
    case notSent(Failure)
    /// The last step was sent, and no complete answer came.
    case lost(Failure)
  }

  var end: End
  /// The plugin's newest state.
  var state: JSON?
  /// Whether something was sent that may have bought something.
  var hasRisked = false
  /// Of the vendor's last answer.
  var status: Int?

  /// Runs from `first` on, which the operation `name` returned.
  static func run(
    _ name: String, _ first: Step, for job: JobRecord, provider: any ProviderCalls, wire: any Wire,
    clock: any JobClock
  ) async -> StepExchange {
    var exchange = StepExchange(end: .wait(milliseconds: 0), state: first.state ?? job.pluginState)
    var step = first
    for number in 1...maximumSteps {
      if let state = step.state { exchange.state = state }
      let request: HTTPStep
      switch step.action {
      case .update(let update): return exchange.ending(.update(update))
      case .wait(let milliseconds): return exchange.ending(.wait(milliseconds: milliseconds))
      case .fail(let failure): return exchange.ending(.failed(failure))
      case .http(let http): request = http
      }
      switch await send(request, for: job, wire: wire, clock: clock) {
      case .notSent(let failure): return exchange.ending(.notSent(failure))
      case .unknown(let failure):
        if request.retry != .safe { exchange.hasRisked = true }
        return exchange.ending(.lost(failure))
      case .answered(let answer):
        let isFree = ChargeStatement.saysNothingWasBought(status: answer.status, answer.headers)
        if request.retry != .safe, !isFree { exchange.hasRisked = true }
        exchange.status = answer.status
        let head = ResponseHead(operation: name, step: number, status: answer.status, headers: answer.headers)
        do throws(Failure) {
          step = try await provider.resume(
            job, state: exchange.state, head: head, body: answer.body, nowMilliseconds: clock.nowMilliseconds)
        } catch {
          return exchange.ending(.misunderstood(adding(answer, to: error, clock)))
        }
        if case .fail(var failure) = step.action {
          if isFree { failure.charged = .no }
          step.action = .fail(adding(answer, to: failure, clock))
        }
      }
    }
    return exchange.ending(
      .misunderstood(
        Failure(.plugin, "The plugin needs more than \(maximumSteps) requests for \(name).", isRetryable: false)))
  }

  private func ending(_ end: End) -> StepExchange {
    var exchange = self
    exchange.end = end
    return exchange
  }

  /// Sends, and sends again where the step allows it.
  private static func send(
    _ step: HTTPStep, for job: JobRecord, wire: any Wire, clock: any JobClock
  ) async -> WireOutcome {
    var sends = 1
    while true {
      let outcome = await wire.send(step, for: job)
      let mayRepeat: Bool
      switch (outcome, step.retry) {
      case (.notSent, .unsent), (.notSent, .safe), (.unknown, .safe): mayRepeat = true
      default: mayRepeat = false
      }
      guard mayRepeat, sends < maximumSends, !Task.isCancelled else { return outcome }
      do throws(CancellationError) {
        try await clock.sleep(milliseconds: resendBackoffMilliseconds << Int64(sends - 1))
      } catch {
        return outcome
      }
      sends += 1
    }
  }

  /// Puts the vendor's Retry-After into a failure that does not have it.
  private static func adding(_ answer: WireAnswer, to failure: Failure, _ clock: any JobClock) -> Failure {
    var failure = failure
    guard failure.retryAfterMilliseconds == nil, statusesWithRetryAfter.contains(answer.status),
      let header = answer.headers.header("Retry-After")
    else { return failure }
    failure.retryAfterMilliseconds = HTTPDate.retryAfterMilliseconds(header, nowMilliseconds: clock.nowMilliseconds)
    return failure
  }
}
