// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import HTTPServer
import Jobs
import Network
import OrderedJSON
import VideoDocuments

extension ServeCommand {
  /// Serves until it is told to end.
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    let isSandbox = session.command.isOn("sandbox")
    return MainThread.run { interruption in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let host = try await GatewayHost.open(session, isSandbox: isSandbox)
        return await host.closing { () async throws(Failure) -> Int32 in
          try host.listen(session.command.value("listen"))
          host.announce()
          await interruption.wait()
          await host.drain()
          return ExitCode.done.rawValue
        }
      }
    }
  }
}
