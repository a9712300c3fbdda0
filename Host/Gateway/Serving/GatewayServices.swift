// SPDX-License-Identifier: Apache-2.0

import Dialects
public import EventLoop
import HTTPServer
import OrderedJSON
import Store
import VideoDocuments

/// The gateway's parts beside its jobs: content, events, callbacks, and what operators look at.
@LoopActor public struct GatewayServices {
  /// Callers that wait for news.
  public let waits: OpenWaits

  public nonisolated init(waits: OpenWaits) { self.waits = waits }

  /// Answers a route that needs no key.
  func answer(_ exchange: Exchange, parts: GatewayParts) async -> HTTPResponse {
    switch exchange.route.action {
    case .welcome:
      return .json([
        "name": "filmgate", "version": .string(parts.version), "documentation": "/openapi.json", "health": "/healthz",
      ])
    case .health: return .json(["status": "ok"])
    default:
      return await ReplyWriter(parts: parts).write(
        .failure(Failure(.notFound, "This route is not served here.", field: "path")), exchange)
    }
  }

  /// Content by a signed link; nil where the request brings none.
  func signedContent(_ exchange: Exchange, _ id: String) async -> HTTPResponse? { nil }

  func content(_ exchange: Exchange, _ job: JobRecord, parts: GatewayParts) async -> Result<HTTPResponse, Failure> {
    .failure(Failure(.notFound, "Content is not served here."))
  }

  func finished(_ request: FinishedRequest) {}
}

/// What logs and metrics learn of a request.
struct FinishedRequest: Sendable {
  var requestID: String
  var method: String
  var pattern: String
  var format: String
  var status: Int
  var elapsedNanoseconds: UInt64
  var peer: String
}
