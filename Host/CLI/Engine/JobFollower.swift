// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Glibc
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// Drives a job while showing it, and turns how that ended into words and an exit code.
@LoopActor struct JobFollower {
  let session: Session
  let runner: JobRunner
  let interruption: MainThread.Interruption
  let display: JobDisplay
  /// Off when stdout is the clip itself.
  var showsPaths = true
  /// What is said when the time is over.
  var timeoutWords = "Stopped waiting"

  /// How long after the timeout a step that hangs is ended.
  private static let graceMilliseconds: Int64 = 250

  /// `cutsShort`: at the timeout, end also what is under way, such as a download.
  func follow(
    _ id: String, until goal: DriveGoal, timeoutMilliseconds: Int64?, looksAtOnce: Bool = false,
    cutsShort: Bool = true
  ) async throws(Failure) -> Int32 {
    let clock = SystemClock()
    let deadline = timeoutMilliseconds.map { clock.nowMilliseconds + $0 }
    let display = display
    let runner = runner
    let driving = Task { @LoopActor () -> Result<DriveResult, Failure> in
      do throws(Failure) {
        return .success(
          try await runner.drive(id, until: goal, deadlineMilliseconds: deadline, looksAtOnce: looksAtOnce) {
            progress in
            switch progress {
            case .changed(let job): display.show(job)
            case .trouble(let failure, let next):
              display.trouble(failure, inMilliseconds: next.map { $0 - clock.nowMilliseconds })
            case .downloading(_, let received, let total): display.downloading(id, received: received, total: total)
            case .drivenElsewhere(let process): display.say("Process \(process) is driving this job; watching.")
            }
          })
      } catch {
        return .failure(error)
      }
    }
    interruption.onInterrupt { driving.cancel() }
    // The drive itself looks at the clock between its steps; this ends a step that hangs.
    let interruption = interruption
    let alarm = cutsShort ? timeoutMilliseconds : nil
    let timer = alarm.map { milliseconds in
      EventLoop.after(nanoseconds: UInt64(milliseconds + Self.graceMilliseconds) * 1_000_000) { driving.cancel() }
    }
    let result = await driving.value
    timer?.cancel()
    display.finish()
    var end = try result.get()
    if end.reason == .detached, !interruption.isInterrupted { end.reason = .timedOut }
    return report(end)
  }

  private func report(_ result: DriveResult) -> Int32 {
    let job = result.job
    switch result.reason {
    case .settled: return settled(job)
    case .accepted:
      display.event("accepted", ["job": .string(job.id)])
      if !session.wantsJSON { session.terminal.result(job.id) }
      display.say("The job goes on; `filmgate wait \(job.id)` comes back to it.")
      return ExitCode.done.rawValue
    case .paused(let failure): return session.fail(withAdvice(failure, job))
    case .timedOut: return stillRunning(job, timeoutWords, .stillRunning)
    case .detached: return stillRunning(job, "Interrupted", .interrupted)
    }
  }

  private func settled(_ job: JobRecord) -> Int32 {
    switch job.state {
    case .done:
      display.event("done", ["job": JobLines.json(job)])
      if !session.wantsJSON {
        if let cost = job.task.cost {
          display.say(
            "\(session.command.isOn("sandbox") ? "would have cost" : "cost") \(cost.decimal) \(cost.currency)")
        }
        for warning in job.warnings { display.say("warning: \(Sanitized.line(warning))") }
        if showsPaths { for file in job.archived { session.terminal.result(file.path) } }
      }
      return ExitCode.done.rawValue
    case .unknown:
      var failure =
        JobLines.failure(job)
        ?? Failure(.unknownOutcome, "Whether the provider took this job is not known.", charged: .unknown)
      // What a sandbox has lost ends with it.
      if session.command.isOn("sandbox") { failure.advice = job.task.failure?.advice }
      return session.fail(failure)
    default:
      let fallback = Failure(
        job.state == .cancelled ? .cancelled : job.state == .expired ? .expired : .upstream,
        "The job \(JobLines.state(job)).", isRetryable: false)
      let failure = withAdvice(job.task.failure ?? job.trouble ?? fallback, job)
      // A definite refusal keeps its own code; everything else that ended at the provider is the provider's failure.
      let code = ExitCode(failure)
      return session.fail(
        failure, code == .unreachable && job.acceptedAtMilliseconds != nil ? .providerFailed : code)
    }
  }

  private func withAdvice(_ failure: Failure, _ job: JobRecord) -> Failure {
    var failure = failure
    guard failure.advice == nil else { return failure }
    switch failure.kind {
    case .cancelled, .expired: failure.advice = "start a new job with `filmgate again \(job.id)`"
    default: break
    }
    return failure
  }

  private func stillRunning(_ job: JobRecord, _ what: String, _ code: ExitCode) -> Int32 {
    display.event("left", ["job": .string(job.id), "state": .string(JobLines.state(job))])
    if !session.wantsJSON { session.terminal.result(job.id) }
    display.say(
      session.command.isOn("sandbox")
        ? "\(what); the sandbox ends here, and the job with it."
        : "\(what); the job goes on. `filmgate wait \(job.id)` comes back to it.")
    return code.rawValue
  }
}
