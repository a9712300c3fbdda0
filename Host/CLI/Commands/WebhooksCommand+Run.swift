// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import Network
import OrderedJSON
import Store
import VideoDocuments

extension WebhooksCommand {
  private static let defaultLimit = 20

  static func list(_ session: Session) throws(UsageFailure) -> Int32 {
    let limit = try session.command.integer("limit", in: 1...1000) ?? defaultLimit
    return TokensCommand.withStore(session) { (store, _) async throws(Failure) -> Int32 in
      var filter = WebhookFilter(limit: limit)
      if let key = session.command.value("key") { filter.keyID = try await TokensCommand.find(key, store).id }
      if let state = session.command.value("state").flatMap(WebhookMessage.State.init) { filter.states = [state] }
      let messages = try await store.webhooks(filter)
      if session.wantsJSON {
        session.terminal.result(JSON.array(messages.map { WebhookText.json($0) }).text)
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
    TokensCommand.withStore(session) { (store, _) async throws(Failure) -> Int32 in
      let message = try await find(session.command.positionals[0], store)
      if session.wantsJSON {
        session.terminal.result(WebhookText.json(message).text)
      } else {
        session.terminal.result(WebhookText.page(message, nowMilliseconds: SystemClock().nowMilliseconds))
      }
      return ExitCode.done.rawValue
    }
  }

  static func resend(_ session: Session) -> Int32 {
    TokensCommand.withStore(session) { (store, path) async throws(Failure) -> Int32 in
      let settings = try session.configuration(try session.locations()).gateway
      let message = try await find(session.command.positionals[0], store)
      let keys = try await TokensCommand.open(store, path)
      let client = HTTPClient()
      let links = keys.contentLinks(lifetimeMilliseconds: settings.linkLifetimeMilliseconds)
      let sender = WebhookSender(
        secrets: keys.webhookSecrets, mayBePrivate: { settings.webhooksMayBePrivate },
        link: { job in
          settings.publicURL.map {
            links.url(base: $0, jobID: job.id, variant: nil, nowMilliseconds: SystemClock().nowMilliseconds)
          }
        }, send: { await client.send($0) })
      let webhooks = Webhooks(outbox: store, store: store, sender: sender)
      guard let sent = try await webhooks.deliver(message.id) else {
        session.terminal.say(
          "The gateway that runs is sending it; `filmgate webhooks show \(message.id)` tells the end.")
        return ExitCode.done.rawValue
      }
      if session.wantsJSON {
        session.terminal.result(WebhookText.json(sent).text)
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
    TokensCommand.withStore(session) { (store, path) async throws(Failure) -> Int32 in
      let key = try await TokensCommand.find(session.command.positionals[0], store)
      let secret = try await TokensCommand.open(store, path).webhookSecrets.secret(of: key.id) ?? ""
      if session.wantsJSON {
        session.terminal.result(JSON.object(["key": .string(key.id), "secret": .string(secret)]).text)
      } else {
        session.terminal.result(secret)
      }
      return ExitCode.done.rawValue
    }
  }

  static func setDefault(_ session: Session) -> Int32 {
    TokensCommand.withStore(session) { (store, _) async throws(Failure) -> Int32 in
      let settings = try session.configuration(try session.locations()).gateway
      let key = try await TokensCommand.find(session.command.positionals[0], store)
      if let text = session.command.positionals.dropFirst().first {
        let url: String? =
          text == "none"
          ? nil
          : try WebhookAddress.check(text, mayBePrivate: settings.webhooksMayBePrivate, field: "URL").description
        try await store.setWebhookDefault(url, of: key.id)
      }
      let url = try await store.webhookDefault(of: key.id)
      if session.wantsJSON {
        session.terminal.result(
          JSON.object(["key": .string(key.id), "url": url.map { .string($0) } ?? .null]).text)
      } else {
        session.terminal.result(url ?? "none")
      }
      return ExitCode.done.rawValue
    }
  }

  /// By its own id, or the newest of a job.
  @LoopActor private static func find(_ text: String, _ store: SQLiteStore) async throws(Failure) -> WebhookMessage {
    if let message = try await store.webhook(text) { return message }
    if let message = try await store.webhooks(WebhookFilter(jobID: text, limit: 1)).first { return message }
    throw Failure(
      .notFound, "There is no webhook \(TokenText.quoted(text)), and none of a job of that id.", field: "ID",
      advice: "`filmgate webhooks list` lists them; one is written when a job with an address has ended")
  }
}
