// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// What the job commands share: the store, opened and recovered.
enum JobAccess {
  /// For commands that only read: no plugin is loaded.
  @LoopActor static func withStore<Value: Sendable>(
    _ session: Session, _ body: @LoopActor (JobRunner) async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let engine = try await Engine.open(session, isSandbox: false, readsOnly: true)
    let result: Result<Value, Failure>
    do throws(Failure) {
      result = .success(try await body(engine.runner))
    } catch {
      result = .failure(error)
    }
    await engine.close()
    return try result.get()
  }

  /// A state's words on the command line, as the store knows them.
  static func states(_ word: String) -> Set<JobState> {
    switch word {
    case "queued": return [.planned, .watching]
    case "submitting": return [.submitting]
    case "running": return [.watching, .collecting]
    case "unknown": return [.unknown]
    case "succeeded": return [.done]
    case "failed": return [.failed]
    case "cancelled": return [.cancelled]
    case "expired": return [.expired]
    default: return []
    }
  }
}

extension JobsCommand {
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    let limit = try session.command.integer("limit", in: 1...1000) ?? 20
    return MainThread.run { _ in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let word = session.command.value("state")
        let jobs = try await JobAccess.withStore(session) { (runner) async throws(Failure) -> [JobRecord] in
          let states = word.map(JobAccess.states) ?? []
          return try await runner.list(JobFilter(states: states, limit: word == nil ? limit : 1000))
        }
        let shown = jobs.filter { word == nil || JobLines.state($0) == word }.prefix(limit)
        if session.wantsJSON {
          session.terminal.result(JSON.array(shown.map { JobLines.json($0) }).text)
          return ExitCode.done.rawValue
        }
        let now = SystemClock().nowMilliseconds
        for job in shown {
          session.terminal.result(JobLines.line(job, nowMilliseconds: now, style: session.terminal.style))
        }
        if shown.isEmpty { session.terminal.say("There are no such jobs.") }
        return ExitCode.done.rawValue
      }
    }
  }
}

extension ShowCommand {
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    MainThread.run { _ in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let (job, events) = try await JobAccess.withStore(session) {
          (runner) async throws(Failure) -> (JobRecord, [JobLogEntry]) in
          let job = try await runner.show(session.command.positionals[0])
          return (job, try await runner.events(job.id))
        }
        if session.wantsJSON {
          session.terminal.result(JobLines.json(job, events).text)
        } else {
          session.terminal.result(JobLines.page(job, events, style: session.terminal.style))
        }
        return ExitCode.done.rawValue
      }
    }
  }
}

extension WaitCommand {
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    let timeout = try session.command.milliseconds("timeout")
    try StandardOutput.check(session.command, outputs: session.command.values("output"))
    return MainThread.run { interruption in
      await JobSaving.run(session, interruption, timeoutMilliseconds: timeout)
    }
  }
}

extension GetCommand {
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    try StandardOutput.check(session.command, outputs: session.command.values("output"))
    // One look: long enough to ask the provider once and to fetch what is there.
    return MainThread.run { interruption in
      await JobSaving.run(session, interruption, timeoutMilliseconds: nil, looksOnce: true)
    }
  }
}

extension CancelCommand {
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    MainThread.run { _ in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let engine = try await Engine.open(session, isSandbox: false)
        return await engine.closing { () async -> Int32 in
          await session.runOnLoop { () async throws(Failure) -> Int32 in
            let job = try await engine.runner.show(session.command.positionals[0])
            let cancelled = try await engine.runner.cancel(job.id)
            return report(cancelled.outcome, cancelled.job, session)
          }
        }
      }
    }
  }

  private static func report(_ outcome: CancelOutcome, _ job: JobRecord, _ session: Session) -> Int32 {
    switch outcome {
    case .cancelled, .pending:
      if session.wantsJSON {
        session.terminal.result(
          JSON.object(["event": outcome == .pending ? "cancelling" : "cancelled", "job": JobLines.json(job)]).text)
      } else if outcome == .pending {
        session.terminal.result("\(job.id) is being submitted; it will be cancelled as soon as the provider has it")
      } else {
        session.terminal.result("\(job.id) cancelled")
      }
      return ExitCode.done.rawValue
    case .tooLate(var failure), .providerCannot(var failure):
      if failure.advice == nil {
        failure.advice =
          job.state == .done || job.state == .collecting
          ? "`filmgate get \(job.id)` saves the clip" : "`filmgate show \(job.id)` tells how it stands"
      }
      return session.fail(failure, failure.kind == .unknownOutcome ? .unknownOutcome : .providerFailed)
    case .failed(let failure): return session.fail(failure)
    }
  }
}

/// The words that completion scripts offer for jobs.
enum JobWords {
  static func list(_ session: Session) -> [String] {
    let words = JobWordList()
    _ = MainThread.run { _ in
      let jobs = try? await JobAccess.withStore(session) { (runner) async throws(Failure) -> [JobRecord] in
        try await runner.list(JobFilter(limit: 50))
      }
      words.set((jobs ?? []).map { $0.id })
      return 0
    }
    return words.value
  }
}
