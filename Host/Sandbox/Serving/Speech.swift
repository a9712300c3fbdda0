// SPDX-License-Identifier: Apache-2.0
import Dialects
import EventLoop
import HTTPServer
import OrderedJSON
import VideoDocuments

/// One exchange in one wire format: the plugin's own, or the one that resellers share.
@LoopActor struct Speech {
  private let target: EndpointRoutes.Target
  private let endpoint: EndpointKey
  /// Whether the plugin's wire format has a route by which single tasks are looked at.
  private let hasTaskRoute: Bool
  private let port: any DialectPlugins
  private let began: UInt64
  private let requestID = RandomText.make()

  /// The usual name of such a route.
  private static let taskRoute = "get"

  init(
    _ target: EndpointRoutes.Target, _ manifest: Manifest, _ endpoint: EndpointKey, _ port: any DialectPlugins,
    began: UInt64
  ) {
    hasTaskRoute = manifest.dialect?.routes.contains { $0.name == Self.taskRoute } ?? false
    self.target = target
    self.endpoint = endpoint
    self.port = port
    self.began = began
  }

  /// What the request means.
  func read(_ head: VideoDocuments.RequestHead, _ body: [UInt8]) async throws(Failure) -> Intent {
    switch target {
    case .dialect(let route):
      return try await port.decode(pluginID: endpoint.pluginID, route: route, head: head, body: body)
    case .unifiedGet: return .get(id: head.parameters.first("id") ?? "", options: JSONObject())
    case .unifiedCreate:
      let json: JSON
      do throws(JSONParseFailure) {
        json = try JSON(parsing: body, limits: .lenient)
      } catch {
        throw Failure(.invalid, "The body is not JSON: \(error).", field: "body")
      }
      let decoded = try UnifiedDialect.decode(json)
      return .create(decoded.request, ledger: decoded.ledger)
    }
  }

  /// The reply that says what was done.
  func write(_ result: Outcome.Result, options: JSONObject = JSONObject()) async -> ServerResponse {
    let elapsed = Double(EventLoop.monotonicNanoseconds - began) / 1_000_000
    let outcome = Outcome(
      result, requestID: requestID, nowMilliseconds: WallClock.milliseconds, elapsedMilliseconds: elapsed,
      options: options)
    switch target {
    case .dialect(let route):
      do throws(Failure) {
        return ServerResponse(try await port.encode(pluginID: endpoint.pluginID, route: route, outcome: outcome))
      } catch {
        return .json(
          status: 500,
          PlainFailure.body("The plugin could not write the reply: \(error.message)", vendor: result.failureMessage))
      }
    case .unifiedCreate, .unifiedGet:
      return ServerResponse(UnifiedDialect.encode(outcome, await unifiedReply(outcome)))
    }
  }

  /// The sandbox is the provider: whoever has the wrong key is told so, and its links are the real ones.
  private func unifiedReply(_ outcome: Outcome) async -> UnifiedDialect.Reply {
    let link = outcome.result.task?.outputs.first { $0.kind == "video" }?.url ?? ""
    return UnifiedDialect.Reply(
      pollAfterSeconds: 0, side: .caller, vendorTask: await vendorTask(outcome), contentURL: { _ in link })
  }

  /// The task as the vendor behind a reseller would show it; nil where the plugin cannot say.
  private func vendorTask(_ outcome: Outcome) async -> JSON? {
    guard case .task = outcome.result, hasTaskRoute else { return nil }
    do throws(Failure) {
      return try await port.encode(pluginID: endpoint.pluginID, route: Self.taskRoute, outcome: outcome).body
    } catch {
      return nil
    }
  }
}

extension Outcome.Result {
  /// The one task that it is about.
  fileprivate var task: VideoTask? {
    switch self {
    case .created(let task), .task(let task), .cancelled(let task): task
    case .page, .removed, .failure: nil
    }
  }

  /// The failure's sentence, where it is one.
  fileprivate var failureMessage: String? {
    if case .failure(let failure) = self { failure.message } else { nil }
  }
}

/// Replies of the sandbox itself, where no plugin has a say.
enum PlainFailure {
  static func body(_ message: String, vendor: String? = nil) -> JSON {
    var error = JSONObject()
    error["message"] = .string(message)
    error.add("reply", vendor)
    return ["error": .object(error)]
  }
}

extension ServerResponse {
  /// A JSON document.
  static func json(status: Int, _ body: JSON) -> ServerResponse {
    ServerResponse(
      status: status, headers: ["Content-Type": "application/json"], body: .bytes(body.serialized()))
  }

  /// The reply that a plugin wrote. Fields that frame the message are the server's; a status that is none becomes 500.
  init(_ reply: HTTPReply) {
    self.init(status: (200...599).contains(reply.status) ? reply.status : 500)
    let framing: Set<String> = [
      "connection", "content-length", "content-type", "date", "keep-alive", "te", "trailer", "transfer-encoding",
      "upgrade",
    ]
    for header in reply.headers where !framing.contains(header.name.lowercased()) {
      headers.add(header.name, header.value)
    }
    guard let document = reply.body else { return }
    headers.set("Content-Type", "application/json")
    body = .bytes(document.serialized())
  }

  /// No answer at all: the connection closes.
  static var dropped: ServerResponse { ServerResponse(status: 500, body: .nothing) }
}
