// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import Network
import OrderedJSON
import Store
import VideoDocuments

/// A gateway's keys, with a key that may administer it.
struct RemoteTokenDesk: TokenDesk {
  let gateway: RemoteGateway

  func list() async throws(Failure) -> [CallerKeyReport] {
    try await gateway.list("/v1/admin/tokens") { (json) throws(DocumentFailure) in try CallerKeyReport(json) }
  }

  func create(_ draft: CallerKeyDraft) async throws(Failure) -> CallerKeyReport {
    guard !draft.isAdministrator else {
      throw Failure(
        .unsupported, "A key that may administer is made where the gateway runs alone.", field: "admin",
        advice: "run it there, without --gateway")
    }
    return try report(try await gateway.post("/v1/admin/tokens", json: draft.json))
  }

  func find(_ text: String, withSecrets: Bool) async throws(Failure) -> CallerKeyReport {
    guard !withSecrets else { throw Self.hidden }
    return try report(try await gateway.get("/v1/admin/tokens/\(PercentEncoding.encode(text))"))
  }

  func revoke(_ id: String) async throws(Failure) -> CallerKeyReport {
    try report(try await gateway.post("/v1/admin/tokens/\(PercentEncoding.encode(id))/revoke"))
  }

  func unknown(_ patterns: [String]) async throws(Failure) -> [String] {
    patterns.isEmpty ? [] : ModelPatterns.unknown(patterns, try await gateway.catalog())
  }

  private func report(_ json: JSON) throws(Failure) -> CallerKeyReport {
    try gateway.document { () throws(DocumentFailure) in try CallerKeyReport(json) }
  }

  /// Whoever may administer a gateway is not to speak in the name of its callers.
  nonisolated static let hidden = Failure(
    .unsupported, "A gateway shows the secrets of a key once, when the key is made.", field: "secret",
    advice: "run it where the gateway runs, without --gateway")
}

/// A gateway's webhooks, with a key that may administer it.
struct RemoteWebhookDesk: WebhookDesk {
  let gateway: RemoteGateway

  func list(
    caller: String?, state: WebhookMessage.State?, limit: Int
  ) async throws(Failure) -> [WebhookMessage] {
    var items = [QueryItem("limit", String(limit))]
    if let caller { items.append(QueryItem("key", caller)) }
    if let state { items.append(QueryItem("state", state.rawValue)) }
    return try await gateway.list("/v1/admin/webhooks?\(QueryItem.serialize(items))") {
      (json) throws(DocumentFailure) in try WebhookMessage(json, at: "webhook")
    }
  }

  func find(_ text: String) async throws(Failure) -> WebhookMessage {
    try message(try await gateway.get("/v1/admin/webhooks/\(PercentEncoding.encode(text))"))
  }

  func resend(_ id: String) async throws(Failure) -> WebhookMessage? {
    try message(try await gateway.post("/v1/admin/webhooks/\(PercentEncoding.encode(id))/resend"))
  }

  func address(of caller: String) async throws(Failure) -> (keyID: String, url: String?) {
    Self.address(try await gateway.get("/v1/admin/tokens/\(PercentEncoding.encode(caller))/webhook"))
  }

  func setAddress(_ url: String?, of caller: String) async throws(Failure) -> (keyID: String, url: String?) {
    Self.address(
      try await gateway.post(
        "/v1/admin/tokens/\(PercentEncoding.encode(caller))/webhook",
        json: ["url": url.map { .string($0) } ?? .null]))
  }

  func secret(of caller: String) async throws(Failure) -> (keyID: String, secret: String) {
    throw RemoteTokenDesk.hidden
  }

  private static func address(_ json: JSON) -> (keyID: String, url: String?) {
    (json["key"]?.string ?? "", json["url"]?.string)
  }

  private func message(_ json: JSON) throws(Failure) -> WebhookMessage {
    try gateway.document { () throws(DocumentFailure) in try WebhookMessage(json, at: "webhook") }
  }
}
