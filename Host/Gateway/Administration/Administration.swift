// SPDX-License-Identifier: Apache-2.0

public import EventLoop
import HTTPServer
public import Jobs
import Network
public import OrderedJSON
public import Store
public import VideoDocuments

/// What a key that may administer can do about the gateway itself.
@LoopActor public struct Administration {
  public typealias Look = @LoopActor @Sendable () async throws(Failure) -> JSON

  private let keys: CallerKeys
  private let keyStore: any CallerKeyStore
  private let outbox: any WebhookOutbox
  private let resend: @LoopActor @Sendable (_ id: String) async throws(Failure) -> WebhookMessage?
  private let runner: JobRunner
  private let configuration: Look
  private let credentials: Look
  private let test: @LoopActor @Sendable (_ owner: String) async throws(Failure) -> JSON
  private let log: RequestLog

  /// - Parameters:
  ///   - resend: sends a message now; nil when another process is at it.
  ///   - configuration: what is in force, without secrets.
  ///   - credentials: which of the providers' credentials are known, masked.
  ///   - test: whether the providers accept those of a plugin or account.
  public nonisolated init(
    keys: CallerKeys, keyStore: any CallerKeyStore, outbox: any WebhookOutbox, runner: JobRunner, log: RequestLog,
    resend: @escaping @LoopActor @Sendable (_ id: String) async throws(Failure) -> WebhookMessage?,
    configuration: @escaping Look, credentials: @escaping Look,
    test: @escaping @LoopActor @Sendable (_ owner: String) async throws(Failure) -> JSON
  ) {
    self.keys = keys
    self.keyStore = keyStore
    self.outbox = outbox
    self.runner = runner
    self.log = log
    self.resend = resend
    self.configuration = configuration
    self.credentials = credentials
    self.test = test
  }

  /// `link` makes the links to clips.
  func answer(
    _ request: AdministrationRequest, _ exchange: Exchange, body: JSON?,
    link: @escaping @Sendable (_ jobID: String, _ variant: String?) -> String
  ) async throws(Failure) -> HTTPResponse {
    guard let caller = exchange.caller, caller.isAdministrator else {
      throw Failure(
        .permission, "This key may not administer the gateway.",
        advice: "Use one that was made with `filmgate tokens create NAME --admin` where the gateway runs.")
    }
    let now = exchange.nowMilliseconds / 1_000
    switch request {
    case .tokens: return .json(Self.list(try await CallerKeyReport.all(keyStore, nowSeconds: now).map { $0.json }))
    case .createToken:
      let (key, _) = try await keys.create(try CallerKeyDraft(body ?? .object([:])))
      tell("made", key, by: caller)
      return .json(
        CallerKeyReport(key, nowSeconds: now).showingSecrets(keys).json, headers: ["Cache-Control": "no-store"])
    case .token(let id): return .json(try await report(try await find(id, now), now))
    case .revokeToken(let id):
      let found = try await find(id, now)
      guard found.id != caller.keyID else {
        throw Failure(
          .invalid, "This is the key that asks, and nobody could take that back.", field: JobDesk.stateField,
          advice: "Revoke it where the gateway runs, or by another key that may administer.")
      }
      let key = try await keys.revoke(found.id)
      tell("revoked", key, by: caller)
      return .json(try await report(key, now))
    case .webhookAddress(let id): return try await address(of: try await find(id, now))
    case .setWebhookAddress(let id):
      let key = try await find(id, now)
      let settings = exchange.world.settings
      try await outbox.setWebhookDefault(
        try Self.address(body, mayBePrivate: settings.webhooksMayBePrivate), of: key.id)
      tell("given another address for webhooks", key, by: caller)
      return try await address(of: key)
    case .webhooks: return .json(Self.list(try await messages(exchange, now).map { $0.json }))
    case .webhook(let id): return .json(try await message(id).json)
    case .resendWebhook(let id):
      let message = try await message(id)
      guard let sent = try await resend(message.id) else {
        throw Failure(
          .invalid, "The webhook \(message.id) is being sent at the moment.", field: JobDesk.stateField,
          advice: "Ask for it in a moment.")
      }
      return .json(sent.json)
    case .settleJob(let id):
      let job = try await Settlement(body ?? .object([:])).carryOut(id, runner)
      exchange.note.jobID = job.id
      log.note(.info, "jobs", "The job \(job.id) was settled by the key \(caller.keyID).")
      return .json(RecordListing.one(job, link: link))
    case .configuration: return .json(try await configuration())
    case .credentials: return .json(try await credentials())
    case .testCredentials(let owner): return .json(try await test(owner))
    }
  }

  private static func list(_ elements: [JSON]) -> JSON { ["object": "list", "data": .array(elements)] }

  private func find(_ id: String, _ now: Int64) async throws(Failure) -> CallerKeyRecord {
    try await keyStore.callerKeys().find(id, nowSeconds: now)
  }

  private func report(_ key: CallerKeyRecord, _ now: Int64) async throws(Failure) -> JSON {
    try await CallerKeyReport.make(key, keyStore, nowSeconds: now).json
  }

  private func tell(_ what: String, _ key: CallerKeyRecord, by caller: Caller) {
    log.note(.info, "keys", "The key \(key.id) was \(what) by the key \(caller.keyID).")
  }

  // MARK: Webhooks

  private func address(of key: CallerKeyRecord) async throws(Failure) -> HTTPResponse {
    let url = try await outbox.webhookDefault(of: key.id)
    return .json(["key": .string(key.id), "url": url.map { .string($0) } ?? .null])
  }

  /// `{"url": …}`; null for none.
  private static func address(_ body: JSON?, mayBePrivate: Bool) throws(Failure) -> String? {
    guard let url = body?["url"] else {
      throw Failure(.invalid, "The url is missing.", field: "url", advice: "Send {\"url\": null} for none.")
    }
    if url.isNull { return nil }
    guard let text = url.string else { throw Failure(.invalid, "The url must be a text.", field: "url") }
    return try WebhookAddress.check(text, mayBePrivate: mayBePrivate, field: "url").description
  }

  private func messages(_ exchange: Exchange, _ now: Int64) async throws(Failure) -> [WebhookMessage] {
    var filter = WebhookFilter(limit: try exchange.integer("limit", in: 1...1_000) ?? 20)
    if let key = exchange.query("key"), !key.isEmpty { filter.keyID = try await find(key, now).id }
    if let word = exchange.query("state"), !word.isEmpty {
      guard let state = WebhookMessage.State(rawValue: word) else {
        throw Failure(
          .invalid, "state is none of \(WebhookMessage.State.allCases.map { $0.rawValue }.joined(separator: ", ")).",
          field: "state", advice: "Correct it, or leave it out.")
      }
      filter.states = [state]
    }
    return try await outbox.webhooks(filter)
  }

  private func message(_ id: String) async throws(Failure) -> WebhookMessage { try await outbox.findWebhook(id) }
}

extension WebhookOutbox {
  /// By its own id, or the newest of a job.
  @LoopActor public func findWebhook(_ text: String) async throws(Failure) -> WebhookMessage {
    if let message = try await webhook(text) { return message }
    if let message = try await webhooks(WebhookFilter(jobID: text, limit: 1)).first { return message }
    throw Failure(
      .notFound, "There is no such webhook, and none of a job of that id.", field: "ID",
      advice: "`filmgate webhooks list` lists them; one is written when a job with an address has ended")
  }
}
