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
  let content: ContentService
  let links: ContentLinks
  public let metrics: GatewayMetrics
  let log: RequestLog
  public let health: HealthChecks
  let callbacks: VendorCallbacks
  let administration: Administration?

  public nonisolated init(
    waits: OpenWaits, content: ContentService, links: ContentLinks, metrics: GatewayMetrics, log: RequestLog,
    health: HealthChecks, callbacks: VendorCallbacks, administration: Administration? = nil
  ) {
    self.administration = administration
    self.callbacks = callbacks
    self.waits = waits
    self.metrics = metrics
    self.log = log
    self.health = health
    self.content = content
    self.links = links
  }

  /// Answers a route that needs no key.
  func answer(_ exchange: Exchange, parts: GatewayParts) async -> HTTPResponse {
    switch exchange.route.action {
    case .welcome:
      return .json([
        "name": "filmgate", "version": .string(parts.version), "documentation": "/openapi.json", "health": "/healthz",
      ])
    case .health: return health.live()
    case .ready: return await health.ready()
    case .callback(let token): return await callbacks.respond(exchange.request, token: token)
    case .metrics: return await metrics.response()
    case .openAPI: return exchange.world.openAPI.response(version: parts.version)
    default:
      return await ReplyWriter(parts: parts).write(
        .failure(Failure(.notFound, "This route is not served here.", field: "path")), exchange)
    }
  }

  /// Content by a signed link; nil where the request brings none and has to prove itself otherwise.
  func signedContent(_ exchange: Exchange, parts: GatewayParts) async -> Result<HTTPResponse, Failure>? {
    let head = exchange.request.head
    switch links.verify(path: head.path, query: head.query, nowMilliseconds: exchange.nowMilliseconds) {
    case .unsigned: return nil
    case .expired:
      return .failure(
        Failure(.permission, "The time of this link is over.", advice: "Ask for the task: its answer has a new one."))
    case .forged: return .failure(Failure(.permission, "This link was not made here, or was changed since."))
    case .valid(let jobID, let variant):
      do throws(Failure) {
        guard let job = try await parts.store.job(jobID) else { throw JobDesk.unknown(jobID) }
        // Who brings the link is not known, whose it is is.
        let place = try parts.places.take(job.caller?.keyID ?? "")
        var response = try await content.respond(to: exchange.request, job: job, variant: variant).get()
        response.lease = place
        return .success(response)
      } catch {
        return .failure(error)
      }
    }
  }
}
