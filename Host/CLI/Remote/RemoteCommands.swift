// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import Network
import OrderedJSON
import Store
import VideoDocuments

/// The commands, where their jobs are a gateway's.
enum RemoteCommands {
  private static let remote: Set<String> = [
    "generate", "jobs", "show", "wait", "get", "cancel", "settle", "again", "models list", "models show",
    "models default", "plugins list", "plugins show", "doctor",
  ]
  /// Of those, the ones that bring a clip home.
  private static let saving: Set<String> = ["generate", "again", "wait", "get"]
  /// These find the gateway by themselves.
  private static let ownWay: Set<String> = [
    "tokens create", "tokens list", "tokens show", "tokens revoke", "webhooks list", "webhooks show",
    "webhooks resend", "webhooks secret", "webhooks default",
  ]
  /// These are about some machine: about the gateway's where `--gateway` says so, and never because of a variable.
  private static let asked: Set<String> = ["config show", "keys list", "keys test"]
  /// These are about this machine, whatever gateway is named.
  private static let local: Set<String> = ["completions", "help"]

  /// The exit code of a command with a gateway; nil where the command is not for one, or finds it by itself.
  static func run(_ command: ParsedCommand, _ session: Session) throws(UsageFailure) -> Int32? {
    let path = command.path.joined(separator: " ")
    guard !local.contains(path), !ownWay.contains(path), RemoteGateway.isNamed(in: session) else { return nil }
    // A variable stands for all commands of a shell; only who asked for it gets an error.
    let isAsked = command.value("gateway") != nil
    if path == "models default", !command.positionals.isEmpty { return isAsked ? refuse(path, session) : nil }
    if asked.contains(path) { return isAsked ? operate(path, session) : nil }
    guard remote.contains(path) else { return isAsked ? refuse(path, session) : nil }
    try refuseOptions(command)
    let arguments = try ["generate", "again"].contains(path) ? GenerateArguments(command) : nil
    let timeout = try ["generate", "again", "wait"].contains(path) ? command.milliseconds("timeout") : nil
    if ["wait", "get"].contains(path) { try StandardOutput.check(command, outputs: command.values("output")) }
    let settlement = try path == "settle" ? Settlement(command) : .looked
    let limit = try path == "jobs" ? command.integer("limit", in: 1...1000) ?? 20 : 20
    return MainThread.run { interruption in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        guard let gateway = try RemoteGateway.named(in: session) else { return ExitCode.unexpected.rawValue }
        var jobs = RemoteJobs(session: session, gateway: gateway, interruption: interruption)
        // Before anything is bought: a configuration that cannot be read ends the command.
        if saving.contains(path) { jobs.usualOutput = try session.configuration(try session.locations()).output }
        switch path {
        case "jobs": return try await jobs.list(limit: limit)
        case "show": return try await jobs.show()
        case "cancel": return try await jobs.cancel()
        case "settle": return try await jobs.settle(settlement)
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

  private static func refuse(_ path: String, _ session: Session) -> Int32 {
    session.fail(
      Failure(
        .unsupported, "`filmgate \(path)` is about the machine that it runs on, not about a gateway.",
        field: "gateway", advice: "run it where the gateway runs, without --gateway"))
  }

  /// Options whose effect is the gateway's to decide.
  private static func refuseOptions(_ command: ParsedCommand) throws(UsageFailure) {
    for option in ["account", "profile", "sandbox"] where command.value(option) != nil {
      throw .withoutEffect(
        option: "--\(option)",
        reason: option == "sandbox"
          ? "a gateway answers with stand-ins when it is started with `filmgate serve --sandbox`"
          : "the gateway chooses the account")
    }
  }

  /// What an administrator looks at.
  private static func operate(_ path: String, _ session: Session) -> Int32 {
    MainThread.run { _ in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        guard let gateway = try RemoteGateway.named(in: session) else { return ExitCode.unexpected.rawValue }
        switch path {
        case "config show":
          let json = try await gateway.get("/v1/admin/configuration")
          session.terminal.result(session.wantsJSON ? json.text : ConfigurationText.render(json))
          return ExitCode.done.rawValue
        case "keys list":
          return KeysCommand.list(try await gateway.get("/v1/admin/credentials")["data"]?.array ?? [], session)
        default:
          let owner = PercentEncoding.encode(session.command.positionals[0])
          let answer = try await gateway.post("/v1/admin/credentials/\(owner)/test")
          let rows = (answer["data"]?.array ?? []).map { row in
            (account: row["account"]?.string ?? "", failure: row["failure"].flatMap { try? Failure($0, at: "failure") })
          }
          return KeysCommand.tell(rows, session)
        }
      }
    }
  }
}
