// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import Network
import Store
import VideoDocuments

/// Where webhooks are looked after: the jobs' database of this machine, or a gateway elsewhere.
@LoopActor protocol WebhookDesk {
  /// Newest first; `caller` is a key's id or name.
  func list(
    caller: String?, state: WebhookMessage.State?, limit: Int
  ) async throws(Failure) -> [WebhookMessage]
  /// By its own id, or the newest of a job.
  func find(_ text: String) async throws(Failure) -> WebhookMessage
  /// Sends it now; nil when a process that runs is at it.
  func resend(_ id: String) async throws(Failure) -> WebhookMessage?
  /// Where a key's webhooks go when the request names no address.
  func address(of caller: String) async throws(Failure) -> (keyID: String, url: String?)
  func setAddress(_ url: String?, of caller: String) async throws(Failure) -> (keyID: String, url: String?)
  func secret(of caller: String) async throws(Failure) -> (keyID: String, secret: String)
}

/// The jobs' database of this machine: a gateway may be at work with it.
struct LocalWebhookDesk: WebhookDesk {
  let session: Session
  let store: SQLiteStore
  let databasePath: String

  private func key(_ text: String) async throws(Failure) -> CallerKeyRecord {
    try await store.callerKeys().find(text, nowSeconds: SystemClock().nowMilliseconds / 1_000)
  }

  private func keys() async throws(Failure) -> CallerKeys {
    try await LocalTokenDesk(session: session, store: store, databasePath: databasePath).keys()
  }

  private func settings() throws(Failure) -> GatewayConfiguration {
    try session.configuration(try session.locations()).gateway
  }

  func list(
    caller: String?, state: WebhookMessage.State?, limit: Int
  ) async throws(Failure) -> [WebhookMessage] {
    var filter = WebhookFilter(limit: limit)
    if let caller { filter.keyID = try await key(caller).id }
    if let state { filter.states = [state] }
    return try await store.webhooks(filter)
  }

  func find(_ text: String) async throws(Failure) -> WebhookMessage { try await store.findWebhook(text) }

  func resend(_ id: String) async throws(Failure) -> WebhookMessage? {
    let settings = try settings()
    let keys = try await keys()
    let client = HTTPClient()
    let links = keys.contentLinks(lifetimeMilliseconds: settings.linkLifetimeMilliseconds)
    let sender = WebhookSender(
      secrets: keys.webhookSecrets, mayBePrivate: { settings.webhooksMayBePrivate },
      link: { job in
        settings.publicURL.map {
          links.url(base: $0, jobID: job.id, variant: nil, nowMilliseconds: SystemClock().nowMilliseconds)
        }
      }, send: { await client.send($0) })
    return try await Webhooks(outbox: store, store: store, sender: sender).deliver(id)
  }

  func address(of caller: String) async throws(Failure) -> (keyID: String, url: String?) {
    let key = try await key(caller)
    return (key.id, try await store.webhookDefault(of: key.id))
  }

  func setAddress(_ url: String?, of caller: String) async throws(Failure) -> (keyID: String, url: String?) {
    let key = try await key(caller)
    let mayBePrivate = try settings().webhooksMayBePrivate
    var checked: String?
    if let url { checked = try WebhookAddress.check(url, mayBePrivate: mayBePrivate, field: "URL").description }
    try await store.setWebhookDefault(checked, of: key.id)
    return try await address(of: key.id)
  }

  func secret(of caller: String) async throws(Failure) -> (keyID: String, secret: String) {
    let key = try await key(caller)
    return (key.id, try await keys().webhookSecrets.secret(of: key.id) ?? "")
  }
}
