// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import OrderedJSON
import Store
import VideoDocuments

extension Settlement {
  /// As the command line says it.
  init(_ command: ParsedCommand) throws(UsageFailure) {
    switch (command.value("upstream-id"), command.isOn("not-bought")) {
    case (_?, true): throw .conflicting("--upstream-id", "--not-bought")
    case (let id?, false): self = .found(upstreamID: id)
    case (nil, true): self = .notBought
    case (nil, false): self = .looked
    }
  }
}

extension SettleCommand {
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    let settlement = try Settlement(session.command)
    return MainThread.run { _ in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let engine = try await Engine.open(session, isSandbox: false)
        return await engine.closing { () async -> Int32 in
          await session.runOnLoop { () async throws(Failure) -> Int32 in
            tell(try await settlement.carryOut(session.command.positionals[0], engine.runner), session)
          }
        }
      }
    }
  }

  /// The job as it stands now.
  static func tell(_ job: JobRecord, _ session: Session) -> Int32 {
    if session.wantsJSON {
      session.terminal.result(JSON.object(["event": "settled", "job": JobLines.json(job)]).text)
      return ExitCode.done.rawValue
    }
    session.terminal.result("\(job.id) \(JobLines.state(job))")
    if job.state.isLive {
      session.terminal.say("The provider has it; `filmgate wait \(job.id)` waits for its clip.")
    } else if let failure = job.task.failure {
      session.terminal.say(FailureText.sentence(failure))
    }
    return ExitCode.done.rawValue
  }
}
