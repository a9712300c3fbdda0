// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Glibc
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// `wait` and `get`: come back to a job and put its clip where it is wanted.
@LoopActor enum JobSaving {
  static func run(
    _ session: Session, _ interruption: MainThread.Interruption, timeoutMilliseconds: Int64?, looksOnce: Bool = false
  ) async -> Int32 {
    await session.runOnLoop { () async throws(Failure) -> Int32 in
      let engine = try await Engine.open(session, isSandbox: false)
      return await engine.closing { () async -> Int32 in
        await session.runOnLoop { () async throws(Failure) -> Int32 in
          try await save(session, engine, interruption, timeoutMilliseconds, looksOnce)
        }
      }
    }
  }

  private static func save(
    _ session: Session, _ engine: Engine, _ interruption: MainThread.Interruption, _ timeoutMilliseconds: Int64?,
    _ looksOnce: Bool
  ) async throws(Failure) -> Int32 {
    let runner = engine.runner
    let job = try await runner.show(session.command.positionals[0])
    let wanted = session.command.value("output").map { OutputPath.expand($0, id: job.id, model: job.task.model) }
    if let wanted, wanted != "-" {
      try OutputCheck.check(wanted, mayReplace: session.command.isOn("overwrite"), writes: true)
    }
    if let wanted, wanted != "-", job.state.isLive {
      _ = try await runner.setOutputPath(
        Purchase.absolute(wanted), isOverwriting: session.command.isOn("overwrite"), of: job.id)
    }
    let display = JobDisplay(session)
    if job.state == .done, let file = job.archived.first {
      // Finished before: the file is where it was saved; bring it to where it is wanted now.
      if let wanted { return try await deliver(file, to: wanted, session) }
      guard access(file.path, R_OK) == 0 else {
        throw Failure(
          .notFound, "The clip was saved at \(file.path) and is not there any more.", field: "output",
          advice: "look for where it was moved, or start a new job with `filmgate again \(job.id)`")
      }
    }
    var follower = JobFollower(session: session, runner: runner, interruption: interruption, display: display)
    follower.showsPaths = wanted != "-"
    if looksOnce { follower.timeoutWords = "It is not finished" }
    let timeout = looksOnce ? lookMilliseconds : timeoutMilliseconds
    let code = try await follower.follow(
      job.id, until: .done, timeoutMilliseconds: timeout, looksAtOnce: true, cutsShort: !looksOnce)
    return wanted == "-" && code == ExitCode.done.rawValue ? try await stream(job.id, runner) : code
  }

  /// Writes a finished job's clip to stdout.
  static func stream(_ id: String, _ runner: JobRunner) async throws(Failure) -> Int32 {
    guard let file = try await runner.show(id).archived.first else {
      throw Failure(.notFound, "The job \(id) has no clip.", advice: "`filmgate show \(id)` tells what it has")
    }
    try await Blocking.run { () -> Result<Void, Failure> in
      do throws(Failure) { return .success(try FileCopy.copy(file.path, to: "-")) } catch { return .failure(error) }
    }.get()
    return ExitCode.done.rawValue
  }

  /// How long `get` looks: enough for one question to the provider.
  static let lookMilliseconds: Int64 = 2_000

  private static func deliver(_ file: ArchivedFile, to wanted: String, _ session: Session) async throws(Failure)
    -> Int32
  {
    let target = wanted == "-" ? wanted : Purchase.absolute(wanted)
    try await Blocking.run { () -> Result<Void, Failure> in
      do throws(Failure) { return .success(try FileCopy.copy(file.path, to: target)) } catch { return .failure(error) }
    }.get()
    if session.wantsJSON {
      let event: JSON = ["event": "saved", "job": .string(session.command.positionals[0]), "path": .string(target)]
      session.terminal.result(event.text)
    } else if target != "-" {
      session.terminal.result(target)
    }
    return ExitCode.done.rawValue
  }
}
