// SPDX-License-Identifier: Apache-2.0

import Dialects
public import EventLoop
public import HTTPServer
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// Answers five wire formats over whatever accounts there are.
@LoopActor public final class Gateway: HTTPResponder {
  public let parts: GatewayParts
  /// What requests that come from now on work with.
  public private(set) var world: GatewayWorld
  /// Answers of parts that are not about jobs, by action.
  private let services: GatewayServices

  public init(_ parts: GatewayParts, world: GatewayWorld, services: GatewayServices) {
    self.parts = parts
    self.world = world
    self.services = services
  }

  /// Takes another configuration, other accounts or plugins; requests under way end with what they began with.
  public func replace(_ world: GatewayWorld) { self.world = world }

  /// Every method that some route takes.
  private static let methods = "GET, HEAD, POST, DELETE, OPTIONS"

  public func noteRefusal(_ failure: RequestFailure, peer: String) {
    services.metrics.requestRefused(status: failure.status)
    services.log.refusal(status: failure.status, reason: failure.description, peer: peer)
  }

  public func respond(to request: HTTPRequest) async -> HTTPResponse {
    let requestID = RequestID.of(request.head.headers)
    services.metrics.requestBegan()
    let world = world
    let note = ExchangeNote()
    let began = EventLoop.monotonicNanoseconds
    let found: Result<Route, RouteMiss>
    do throws(RouteMiss) {
      found = .success(
        try world.routes.match(
          method: request.head.method, path: request.head.path, query: request.head.query ?? ""))
    } catch {
      found = .failure(error)
    }
    var response: HTTPResponse
    let route: Route
    switch found {
    case .success(let match):
      route = match
      let exchange = Exchange(
        request: request, route: match, requestID: requestID, beganNanoseconds: began,
        nowMilliseconds: SystemClock().nowMilliseconds, world: world, note: note)
      response = await answer(exchange)
    case .failure(let miss):
      route = Route(
        format: miss.format, action: .welcome, pattern: "unmatched",
        head: RequestHead(method: request.head.method, path: request.head.path))
      let exchange = Exchange(
        request: request, route: route, requestID: requestID, beganNanoseconds: began,
        nowMilliseconds: SystemClock().nowMilliseconds, world: world, note: note)
      response = await refuse(miss, exchange)
    }
    response.headers.set(RequestID.headerName, requestID)
    record(response, request, route, requestID, note, EventLoop.monotonicNanoseconds - began)
    return response
  }

  private func record(
    _ response: HTTPResponse, _ request: HTTPRequest, _ route: Route, _ requestID: String, _ note: ExchangeNote,
    _ nanoseconds: UInt64
  ) {
    services.metrics.requestFinished(
      route: route.pattern, method: request.head.method, status: response.status, nanoseconds: nanoseconds)
    var line = LoggedRequest(
      requestID: requestID, method: request.head.method, route: route.pattern, path: request.head.path,
      status: response.status, nanoseconds: nanoseconds)
    line.query = request.head.query
    line.peer = request.peer
    switch response.body {
    case .bytes(let bytes): line.bytes = UInt64(bytes.count)
    case .file(_, _, let count): line.bytes = count
    case .stream, .nothing: break
    }
    line.keyID = note.keyID
    line.jobID = note.jobID
    line.warningCount = note.warningCount
    line.failure = note.failure?.rawValue
    if response.status >= 500 { line.message = note.message }
    services.log.request(line)
  }

  private func refuse(_ miss: RouteMiss, _ exchange: Exchange) async -> HTTPResponse {
    // What the server as a whole can do (RFC 9110, 9.3.7); no path has this form.
    if exchange.request.head.path == "*" { return HTTPResponse(status: 204, headers: ["Allow": Self.methods]) }
    switch miss.reason {
    case .badTarget:
      let failure = Failure(.invalid, "The path or the query cannot be decoded.", field: "path")
      return await refuse(failure, status: nil, exchange)
    case .notFound:
      let failure = Failure(
        .notFound, "There is no such route here.", field: "path", advice: "GET /openapi.json lists the routes.")
      // Not every vendor's words for a task that is not there come with it.
      return await refuse(failure, status: 404, exchange)
    case .wrongMethod(let allowed):
      let list = allowed.joined(separator: ", ")
      let failure = Failure(.invalid, "This path takes \(list).", field: "method")
      var response = await refuse(failure, status: 405, exchange)
      response.headers.set("Allow", list)
      return response
    }
  }

  /// Refuses in the route's format; `status` is what HTTP has for it, whatever the format would say.
  private func refuse(_ failure: Failure, status: Int?, _ exchange: Exchange) async -> HTTPResponse {
    var extras = ReplyWriter.Extras()
    extras.side = .caller
    var response = await ReplyWriter(parts: parts).write(.failure(failure), exchange, extras)
    if let status { response.status = status }
    return response
  }

  private func answer(_ exchange: Exchange) async -> HTTPResponse {
    if exchange.route.isPublic { return await services.answer(exchange, parts: parts) }
    let writer = ReplyWriter(parts: parts)
    if case .content = exchange.route.action, let content = await services.signedContent(exchange, parts: parts) {
      switch content {
      case .success(let response): return response
      case .failure(let failure):
        var extras = ReplyWriter.Extras()
        extras.side = .caller
        return await writer.write(.failure(failure), exchange, extras)
      }
    }
    do throws(RequestReader.Refusal) {
      let reader = RequestReader(
        authenticator: parts.authenticator, temporaryFolder: parts.temporaryFolder, intake: parts.intake,
        places: parts.places)
      let received = try await reader.read(exchange.request, settings: exchange.world.settings)
      var proven = exchange
      proven.caller = received.caller
      exchange.note.keyID = received.caller.keyID
      var response = await RequestHandler(parts: parts, services: services, exchange: proven, caller: received.caller)
        .handle(received.body)
      response.lease = received.place
      return response
    } catch {
      switch error {
      // Nobody is there to read it.
      case .interrupted: return HTTPResponse(status: 400)
      case .malformed(let malformed):
        let failure = Failure(malformed.status == 413 ? .limit : .invalid, malformed.description, field: "body")
        return await refuse(failure, status: malformed.status, exchange)
      case .failure(let failure) where failure.field == RequestReader.codingField:
        var response = await refuse(failure, status: 415, exchange)
        // What is taken instead (RFC 9110, 12.5.3).
        response.headers.set("Accept-Encoding", "identity")
        return response
      case .failure(let failure):
        // A limit of HTTP, whatever the format's code for it.
        return await refuse(failure, status: failure.kind == .limit ? 413 : nil, exchange)
      }
    }
  }
}
