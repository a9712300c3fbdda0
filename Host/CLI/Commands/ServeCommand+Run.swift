// SPDX-License-Identifier: Apache-2.0

import EventLoop
import VideoDocuments

extension ServeCommand {
  /// Serves until it is told to end.
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    let isSandbox = session.command.isOn("sandbox")
    return MainThread.run { interruption in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let host = try await GatewayHost(session, isSandbox: isSandbox)
        return await host.closing { () async throws(Failure) -> Int32 in
          try host.listen(session.command.value("listen"))
          interruption.onHangup { Task { @LoopActor in await host.reload() } }
          // Who reads the announcement may end this at once, and it is then to end in order.
          interruption.onInterrupt {}
          host.announce()
          await interruption.wait()
          await host.drain()
          return ExitCode.done.rawValue
        }
      }
    }
  }
}
