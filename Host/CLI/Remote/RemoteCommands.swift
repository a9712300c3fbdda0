// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Network
import OrderedJSON
import Store
import VideoDocuments

/// The commands, where their jobs are a gateway's.
enum RemoteCommands {
  private static let remote: Set<String> = [
    "generate", "jobs", "show", "wait", "get", "cancel", "again", "models list", "models show", "plugins list",
    "plugins show", "doctor",
  ]
  /// These are about this machine, whatever gateway is named.
  private static let local: Set<String> = ["completions", "help"]

  /// The exit code of a command with a gateway; nil where the command is not for one.
  static func run(_ command: ParsedCommand, _ session: Session) throws(UsageFailure) -> Int32? {
    let path = command.path.joined(separator: " ")
    guard !local.contains(path) else { return nil }
    let isNamed = command.value("gateway") != nil || Locations.processEnvironment()["FILMGATE_GATEWAY"] != nil
    guard isNamed else { return nil }
    guard remote.contains(path) else {
      // A variable stands for all commands of a shell; only who asked for it gets an error.
      guard command.value("gateway") != nil else { return nil }
      return session.fail(
        Failure(
          .unsupported, "`filmgate \(path)` is about the machine that it runs on, not about a gateway.",
          field: "gateway", advice: "run it where the gateway runs, without --gateway"))
    }
    let arguments = try ["generate", "again"].contains(path) ? GenerateArguments(command) : nil
    let timeout = try ["generate", "again", "wait"].contains(path) ? command.milliseconds("timeout") : nil
    if ["wait", "get"].contains(path) { try StandardOutput.check(command, outputs: command.values("output")) }
    let limit = try path == "jobs" ? command.integer("limit", in: 1...1000) ?? 20 : 20
    return MainThread.run { interruption in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        guard let gateway = try RemoteGateway.named(in: session) else { return ExitCode.unexpected.rawValue }
        let jobs = RemoteJobs(session: session, gateway: gateway, interruption: interruption)
        switch path {
        case "jobs": return try await jobs.list(limit: limit)
        case "show": return try await jobs.show()
        case "cancel": return try await jobs.cancel()
        case "wait": return try await jobs.save(timeoutMilliseconds: timeout)
        case "get": return try await jobs.save(timeoutMilliseconds: 0)
        case "generate", "again":
          guard let arguments else { return ExitCode.unexpected.rawValue }
          return try await RemotePurchase(
            session: session, gateway: gateway, arguments: arguments, jobs: jobs
          ).run(isAgain: path == "again")
        case "doctor": return try await jobs.examine()
        default: return try await RemoteCatalog(session: session, gateway: gateway).run(path)
        }
      }
    }
  }
}
