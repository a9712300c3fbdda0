// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Network
import OrderedJSON
import PluginHost
import Sandbox
import Synchronization
import VideoDocuments

extension SandboxCommand {
  /// Serves until it is interrupted.
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    var options = SandboxOptions()
    if let port = try session.command.integer("port", in: 1...65_535) { options.port = UInt16(port) }
    if let delay = try session.command.milliseconds("delay") { options.delayMilliseconds = delay }
    let settled = options
    return MainThread.run { interruption in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let configuration = try session.configuration(try session.locations())
        let settings = session.pluginSettings(configuration)
        let registry = await Blocking.run { PluginRegistry.discover(settings) }
        let started = try await SandboxStart.start(registry, options: settled)
        show(started.address, session)
        await interruption.wait()
        await started.sandbox.stop()
        await registry.stop()
        return ExitCode.done.rawValue
      }
    }
  }

  /// The secrets are made up for this sandbox and end with it, so they may be shown.
  private static func show(_ address: SandboxAddress, _ session: Session) {
    var rows: [[String]] = []
    for endpoint in address.endpoints {
      let secrets = endpoint.secrets.names.map { name in (name, endpoint.secrets[name] ?? "") }
      if session.wantsJSON {
        session.terminal.result(
          JSON.object([
            "plugin": .string(endpoint.pluginID), "profile": .string(endpoint.profile),
            "base_url": .string(endpoint.baseURL),
            "secrets": .object(JSONObject(secrets.map { ($0.0, JSON.string($0.1)) })),
          ]).text)
      } else {
        let shown = secrets.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
        rows.append(["\(endpoint.pluginID)/\(endpoint.profile)", endpoint.baseURL, shown])
      }
    }
    if !rows.isEmpty { session.terminal.result(TextTable.render(rows)) }
    for skipped in address.skipped {
      session.terminal.say("\(skipped.pluginID)/\(skipped.profile) is not served: \(skipped.reason.message)")
    }
    session.terminal.say("Serving on 127.0.0.1:\(address.port). Words in a prompt that make things go wrong:")
    session.terminal.say(HelpPage.table(Sandbox.faults.map { ($0.word, $0.meaning) }))
  }
}
