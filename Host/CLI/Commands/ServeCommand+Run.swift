// SPDX-License-Identifier: Apache-2.0

import EventLoop
import VideoDocuments

extension ServeCommand {
  /// Serves until it is told to end.
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    let isSandbox = session.command.isOn("sandbox")
    return MainThread.run { interruption in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        // From the first moment: whoever is told to end while it starts ends in order too.
        let ending = Ending()
        interruption.onInterrupt { Task { @LoopActor in ending.come() } }
        let host = try await GatewayHost(session, isSandbox: isSandbox)
        return await host.closing { () async throws(Failure) -> Int32 in
          try host.listen(session.command.value("listen"))
          interruption.onHangup { Task { @LoopActor in await host.reload() } }
          host.announce()
          await ending.wait()
          await host.drain()
          return ExitCode.done.rawValue
        }
      }
    }
  }
}

/// The moment when a server is told to end, which may come before anybody waits for it.
@LoopActor private final class Ending {
  private var hasCome = false
  private var waiter: LoopContinuation<Void>?

  func come() {
    hasCome = true
    waiter?.resume()
    waiter = nil
  }

  func wait() async {
    guard !hasCome else { return }
    await EventLoop.suspend { waiter = $0 }
  }
}
