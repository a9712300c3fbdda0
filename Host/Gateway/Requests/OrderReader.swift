// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import HTTPServer
import OrderedJSON
import VideoDocuments

/// Reads what a request means in the format that it came in.
@LoopActor struct OrderReader {
  let plugins: any DialectPlugins

  func read(_ exchange: Exchange, _ body: ReceivedBody) async throws(Failure) -> Order {
    switch exchange.route.action {
    case .create: return .create(CreateOrder(try decode(exchange, body), media: body.media))
    case .submit:
      let basis = exchange.query("again").flatMap { $0.isEmpty ? nil : CreateOrder.Basis.inputs(ofID: $0) }
      return .create(CreateOrder(try await recognized(exchange, body), media: body.media, basis: basis))
    case .get(let id): return .get(id: id, options: JSONObject())
    case .list: return .list(try Self.filter(exchange))
    case .cancel(let id): return .cancel(id: id)
    case .remove(let id): return .remove(id: id)
    case .remix(let id):
      let decoded = try OpenAIDialect.decodeRemix(try Self.json(body))
      return .create(CreateOrder(decoded, media: body.media, basis: .remix(id: id)))
    case .again(let id):
      let decoded =
        body.document.isEmpty
        ? DecodedRequest(request: VideoRequest(model: "")) : try OpenAIDialect.decodeChanges(try Self.json(body))
      return .create(CreateOrder(decoded, media: body.media, basis: .again(id: id)))
    case .edit:
      let followUp = try OpenAIDialect.decodeEdit(try Self.json(body))
      return .create(CreateOrder(followUp.decoded, media: body.media, basis: .followUp(followUp.source)))
    case .extend:
      let followUp = try OpenAIDialect.decodeExtension(try Self.json(body))
      return .create(CreateOrder(followUp.decoded, media: body.media, basis: .followUp(followUp.source)))
    default: return try await decodedByPlugin(exchange, body)
    }
  }

  private func decode(_ exchange: Exchange, _ body: ReceivedBody) throws(Failure) -> DecodedRequest {
    let json = try Self.json(body)
    if exchange.route.format == .openai { return try OpenAIDialect.decode(json) }
    let decoded = try UnifiedDialect.decode(json)
    guard !decoded.request.model.isEmpty else {
      throw Failure(
        .invalid, "The model is missing.", field: "model", advice: "Name one; GET /v1/models lists them.")
    }
    return decoded
  }

  private func decodedByPlugin(_ exchange: Exchange, _ body: ReceivedBody) async throws(Failure) -> Order {
    guard case .plugin(let pluginID, let route) = exchange.route.format else {
      throw Failure(.internal, "The route \(exchange.route.pattern) has no reader.")
    }
    var head = exchange.route.head
    head.headers = RouteMatcher.visible(
      exchange.request.head.headers.fields.map { NameValuePair($0.name, $0.value) })
    switch try await plugins.decode(pluginID: pluginID, route: route, head: head, body: body.document) {
    case .create(let request, let ledger):
      var order = CreateOrder(DecodedRequest(request: request, ledger: ledger), media: body.media)
      order.places = InputPlaces(of: request, in: body.document)
      return .create(order)
    case .get(let id, let options): return .get(id: id, options: options)
    case .list(let filter): return .list(filter)
    case .cancel(let id): return .cancel(id: id)
    case .remove(let id): return .remove(id: id)
    case .reply(let reply): return .reply(reply)
    }
  }

  /// `{"request": VideoRequest}`, where inputs may name parts of the form by their asset id; else a body in any format.
  func recognized(_ exchange: Exchange, _ body: ReceivedBody) async throws(Failure) -> DecodedRequest {
    let json = try Self.json(body)
    if let given = json["request"] {
      let document = given.string.flatMap { try? JSON(parsing: $0) } ?? given
      var request: VideoRequest
      do throws(DocumentFailure) {
        request = try VideoRequest(document, at: "request")
      } catch {
        throw Failure(.invalid, "The request cannot be read: \(error).", field: "request")
      }
      for index in request.inputs.indices {
        guard let asset = request.inputs[index].asset else { continue }
        guard let link = json[asset]?.string, InlineMedia.name(of: link) != nil else {
          // The earlier job has it, or there will be a word about it.
          if exchange.query("again")?.isEmpty == false { continue }
          throw Failure(
            .invalid, "The file of the input \(asset) is missing.", field: asset,
            advice: "Send it as a part of a multipart form under that name.")
        }
        request.inputs[index].asset = nil
        request.inputs[index].url = link
      }
      var decoded = DecodedRequest(request: request)
      let ledger = json["ledger"]?.string.flatMap { try? JSON(parsing: $0) } ?? json["ledger"]
      for element in ledger?.array ?? [] {
        guard let entry = try? LedgerEntry(element) else { continue }
        decoded.ledger.append(entry)
      }
      return decoded
    }
    switch try RequestFile.recognize(json, catalog: exchange.world.catalog) {
    case .unified: return try UnifiedDialect.decode(json)
    case .dialect(let pluginID, let route, let head):
      let intent = try await plugins.decode(pluginID: pluginID, route: route, head: head, body: body.document)
      guard case .create(let request, let ledger) = intent else {
        throw Failure(.invalid, "The request does not ask for a clip.", field: "request")
      }
      return DecodedRequest(request: request, ledger: ledger)
    }
  }

  /// The body of the host's own formats.
  static func json(_ body: ReceivedBody) throws(Failure) -> JSON {
    do throws(JSONParseFailure) {
      return try JSON(parsing: body.document)
    } catch {
      throw Failure(
        .invalid, "The body is not valid JSON: line \(error.line), column \(error.column): \(error.reason).",
        field: "body", advice: "Send a JSON object, or a multipart form with its own Content-Type.")
    }
  }

  /// `page`, `page_size`, `status` and `model` of the unified list.
  private static func filter(_ exchange: Exchange) throws(Failure) -> TaskFilter {
    var filter = TaskFilter(
      pageNumber: try exchange.integer("page", in: 1...1_000_000) ?? 1,
      pageSize: try exchange.integer("page_size", in: 1...500) ?? 20)
    filter.model = exchange.query("model").flatMap { $0.isEmpty ? nil : $0 }
    if let word = exchange.query("status"), !word.isEmpty {
      guard let phase = phases[word.lowercased()] else {
        throw Failure(
          .invalid, "status is none of queued, in_progress, completed, failed, cancelled and expired.",
          field: "status", advice: "Correct it, or leave it out.")
      }
      filter.phase = phase
    }
    return filter
  }

  private static let phases: [String: TaskPhase] = [
    "queued": .queued, "in_progress": .running, "running": .running, "completed": .succeeded, "succeeded": .succeeded,
    "success": .succeeded, "failed": .failed, "cancelled": .cancelled, "expired": .expired,
  ]
}
