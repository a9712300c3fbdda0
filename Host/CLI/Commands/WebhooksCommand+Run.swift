// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import OrderedJSON
import Store
import VideoDocuments

extension WebhooksCommand {
  private static let defaultLimit = 20

  static func list(_ session: Session) throws(UsageFailure) -> Int32 {
    let limit = try session.command.integer("limit", in: 1...1000) ?? defaultLimit
    let state = session.command.value("state").flatMap(WebhookMessage.State.init)
    return withDesk(session) { (desk) async throws(Failure) -> Int32 in
      let messages = try await desk.list(caller: session.command.value("caller"), state: state, limit: limit)
      if session.wantsJSON {
        session.terminal.result(JSON.array(messages.map { $0.json }).text)
      } else if messages.isEmpty {
        session.terminal.say("There are no such webhooks.")
      } else {
        let now = SystemClock().nowMilliseconds
        session.terminal.result(TextTable.render(messages.map { WebhookText.row($0, nowMilliseconds: now) }))
      }
      return ExitCode.done.rawValue
    }
  }

  static func show(_ session: Session) -> Int32 {
    withDesk(session) { (desk) async throws(Failure) -> Int32 in
      let message = try await desk.find(session.command.positionals[0])
      session.terminal.result(
        session.wantsJSON
          ? message.json.text : WebhookText.page(message, nowMilliseconds: SystemClock().nowMilliseconds))
      return ExitCode.done.rawValue
    }
  }

  static func resend(_ session: Session) -> Int32 {
    withDesk(session) { (desk) async throws(Failure) -> Int32 in
      let message = try await desk.find(session.command.positionals[0])
      guard let sent = try await desk.resend(message.id) else {
        session.terminal.say(
          "The gateway that runs is sending it; `filmgate webhooks show \(message.id)` tells the end.")
        return ExitCode.done.rawValue
      }
      if session.wantsJSON {
        session.terminal.result(sent.json.text)
        return (sent.state == .delivered ? ExitCode.done : .unreachable).rawValue
      }
      guard sent.state == .delivered else {
        throw Failure(
          .unreachable, "The webhook was not delivered: \(WebhookText.lastProblem(sent))",
          advice: sent.nextAttemptAtMilliseconds == nil
            ? "put the server right, then send it once more" : "a gateway that runs tries again")
      }
      session.terminal.result("\(sent.id) delivered: \(sent.attempts.last.map { WebhookText.answer($0) } ?? "")")
      return ExitCode.done.rawValue
    }
  }

  static func secret(_ session: Session) -> Int32 {
    withDesk(session) { (desk) async throws(Failure) -> Int32 in
      let (keyID, secret) = try await desk.secret(of: session.command.positionals[0])
      session.terminal.result(
        session.wantsJSON ? JSON.object(["key": .string(keyID), "secret": .string(secret)]).text : secret)
      return ExitCode.done.rawValue
    }
  }

  static func setDefault(_ session: Session) -> Int32 {
    withDesk(session) { (desk) async throws(Failure) -> Int32 in
      let caller = session.command.positionals[0]
      let told: (keyID: String, url: String?)
      if let text = session.command.positionals.dropFirst().first {
        told = try await desk.setAddress(text == "none" ? nil : text, of: caller)
      } else {
        told = try await desk.address(of: caller)
      }
      session.terminal.result(
        session.wantsJSON
          ? JSON.object(["key": .string(told.keyID), "url": told.url.map { .string($0) } ?? .null]).text
          : told.url ?? "none")
      return ExitCode.done.rawValue
    }
  }

  /// The gateway that is named, else this machine's database.
  private static func withDesk(
    _ session: Session, _ body: @escaping @Sendable @LoopActor (any WebhookDesk) async throws(Failure) -> Int32
  ) -> Int32 {
    guard RemoteGateway.isNamed(in: session) else {
      return TokensCommand.withStore(session) { (store, path) async throws(Failure) -> Int32 in
        try await body(LocalWebhookDesk(session: session, store: store, databasePath: path))
      }
    }
    return MainThread.run { _ in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        guard let gateway = try RemoteGateway.named(in: session) else { return ExitCode.unexpected.rawValue }
        return try await body(RemoteWebhookDesk(gateway: gateway))
      }
    }
  }
}
