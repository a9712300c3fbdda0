// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import HTTPServer
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// Writes what was done in the format of the route.
@LoopActor struct ReplyWriter {
  let parts: GatewayParts

  /// What a reply says beside its outcome.
  struct Extras {
    var warnings: [String] = []
    /// The query's own wishes, as the plugin decoded them.
    var options = JSONObject()
    var hasMore = false
    var isReplay = false
    /// By task id.
    var remixedFrom: [String: String] = [:]
    var pollAfterMilliseconds: Int64 = 5_000
    /// A create that failed may have left a job behind.
    var mayHaveCreatedTask = false
    /// A create was refused, and surely nothing was bought.
    var isSurelyFree = false
    /// The request contradicts an earlier one: 409, and no use in sending it again.
    var isConflict = false
    /// Whose credentials a failure speaks of.
    var side = FailureStatus.Side.provider
  }

  /// Bytes of `X-Filmgate-Warnings`.
  private static let maximumWarningBytes = 4_096
  static let warningsHeader = "X-Filmgate-Warnings"

  func write(_ result: Outcome.Result, _ exchange: Exchange, _ extras: Extras = Extras()) async -> HTTPResponse {
    var outcome = Outcome(
      result, requestID: exchange.requestID, nowMilliseconds: exchange.nowMilliseconds,
      elapsedMilliseconds: exchange.elapsedMilliseconds, options: extras.options)
    if case .failure(let failure) = result {
      exchange.note.failure = failure.kind
      exchange.note.message = exchange.note.message ?? failure.message
      outcome.result = .failure(
        ProviderSide.hidingInternal(extras.side == .provider ? ProviderSide.failure(failure) : failure))
    }
    exchange.note.warningCount = extras.warnings.count
    var reply = await reply(outcome, exchange, extras)
    if case .object(var object)? = reply.body, !extras.warnings.isEmpty, object["warnings"] == nil {
      object["warnings"] = .array(extras.warnings.map { .string($0) })
      reply.body = .object(object)
    }
    var response = HTTPResponse(reply)
    if !extras.warnings.isEmpty { response.headers.set(Self.warningsHeader, Self.headerText(extras.warnings)) }
    if extras.isReplay { response.headers.set("Idempotency-Replayed", "true") }
    if extras.isConflict {
      response.status = 409
      response.headers.set("x-should-retry", "false")
    }
    if case .failure(let failure) = outcome.result { Self.advise(&response, failure, extras) }
    if case .plugin = exchange.route.format, !result.isOver, response.headers["retry-after"] == nil {
      response.headers.set("Retry-After", String((extras.pollAfterMilliseconds + 999) / 1_000))
    }
    if response.status == 401 { response.headers.set("WWW-Authenticate", "Bearer realm=\"filmgate\"") }
    return response
  }

  /// What every format's clients are told of a failure beside its body: whether to try again, and when.
  private static func advise(_ response: inout HTTPResponse, _ failure: Failure, _ extras: Extras) {
    if extras.isSurelyFree { response.headers.set(ChargeStatement.header, ChargeStatement.nothing) }
    let status = response.status
    if FailureStatus.mustNotRepeat(failure, status: status, mayHaveCreatedTask: extras.mayHaveCreatedTask) {
      response.headers.set("x-should-retry", "false")
    } else if status == 429, response.headers["x-should-retry"] == nil, response.headers["retry-after"] == nil {
      response.headers.set("Retry-After", String(FailureStatus.usualRetryAfterSeconds))
    }
  }

  /// The host's own object for an outcome: a status request's body in the route's format.
  func object(_ result: Outcome.Result, _ exchange: Exchange, _ extras: Extras) -> JSON {
    let outcome = Outcome(result, requestID: exchange.requestID, nowMilliseconds: SystemClock().nowMilliseconds)
    let reply =
      exchange.route.format == .unified ? unified(outcome, exchange, extras) : openAI(outcome, exchange, extras)
    return reply.body ?? .null
  }

  private func reply(_ outcome: Outcome, _ exchange: Exchange, _ extras: Extras) async -> HTTPReply {
    switch exchange.route.format {
    case .unified: return unified(outcome, exchange, extras)
    case .openai: return openAI(outcome, exchange, extras)
    case .plugin(let pluginID, let route):
      do throws(Failure) {
        return try await parts.plugins.encode(pluginID: pluginID, route: route, outcome: outcome)
      } catch {
        return plain(outcome, error, exchange)
      }
    }
  }

  private func unified(_ outcome: Outcome, _ exchange: Exchange, _ extras: Extras) -> HTTPReply {
    let (base, link) = (exchange.baseURL, parts.link)
    return UnifiedDialect.encode(
      outcome,
      UnifiedDialect.Reply(
        warnings: extras.warnings, pollAfterSeconds: Int((extras.pollAfterMilliseconds + 999) / 1_000),
        side: extras.side, contentURL: { link(base, $0, nil) }))
  }

  private func openAI(_ outcome: Outcome, _ exchange: Exchange, _ extras: Extras) -> HTTPReply {
    let (base, link) = (exchange.baseURL, parts.link)
    let (remixedFrom, catalog) = (extras.remixedFrom, exchange.world.catalog)
    return OpenAIDialect.encode(
      outcome,
      OpenAIDialect.Reply(
        warnings: extras.warnings, pollAfterMilliseconds: Int(extras.pollAfterMilliseconds), side: extras.side,
        hasMore: extras.hasMore, mayHaveCreatedTask: extras.mayHaveCreatedTask,
        size: { request in
          guard let model = try? catalog.model(named: request.model).model,
            let size = JobView.size(of: request, model)
          else { return nil }
          return "\(size.widthPixels)x\(size.heightPixels)"
        }, remixedFrom: { remixedFrom[$0] },
        contentURL: { link(base, $0, nil) }))
  }

  /// For a plugin that cannot write its reply: what was done must not be lost with it.
  private func plain(_ outcome: Outcome, _ failure: Failure, _ exchange: Exchange) -> HTTPReply {
    let base = exchange.baseURL
    let link = parts.link
    var warnings = ["The plugin could not write this reply: \(failure.message)"]
    if case .failure = outcome.result { warnings = [] }
    return UnifiedDialect.encode(
      outcome, UnifiedDialect.Reply(warnings: warnings, contentURL: { link(base, $0, nil) }))
  }

  /// A JSON array of the sentences in ASCII; those that would make it too long are counted instead.
  static func headerText(_ warnings: [String]) -> String {
    var elements = ""
    for (index, warning) in warnings.enumerated() {
      let separator = index > 0 ? "," : ""
      let next = separator + ascii(JSON.string(warning).text)
      // Two brackets.
      guard elements.utf8.count + next.utf8.count + 2 <= maximumWarningBytes else {
        elements += separator + ascii(JSON.string("… and \(warnings.count - index) more").text)
        break
      }
      elements += next
    }
    return "[\(elements)]"
  }

  private static func ascii(_ text: String) -> String {
    var text = text
    // Byte by byte in one piece of memory: every answer that warns passes here.
    if text.withUTF8({ $0.allSatisfy { (0x20..<0x7F).contains($0) } }) { return text }
    var result = ""
    for unit in text.utf16 {
      if (0x20..<0x7F).contains(unit), let scalar = Unicode.Scalar(unit) {
        result.unicodeScalars.append(scalar)
      } else {
        let digits = String(unit, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      }
    }
    return result
  }
}

extension Outcome.Result {
  /// Whether nobody needs to ask again.
  fileprivate var isOver: Bool {
    switch self {
    case .created(let task), .task(let task): task.phase.isTerminal
    case .page, .cancelled, .removed, .failure: true
    }
  }
}

extension HTTPResponse {
  /// A JSON document.
  static func json(status: Int = 200, _ body: JSON, headers: HTTPHeaders = [:]) -> HTTPResponse {
    var headers = headers
    headers.set("Content-Type", "application/json")
    return HTTPResponse(status: status, headers: headers, body: .bytes(body.serialized()))
  }

  /// The reply that a dialect wrote. Fields that frame the message are the server's; a status that is none becomes 500.
  init(_ reply: HTTPReply) {
    self.init(status: (200...599).contains(reply.status) ? reply.status : 500)
    for header in reply.headers where !Self.framing.contains(header.name.lowercased()) {
      headers.add(header.name, header.value)
    }
    guard let document = reply.body else { return }
    headers.set("Content-Type", "application/json")
    body = .bytes(document.serialized())
  }

  private static let framing: Set<String> = [
    "connection", "content-length", "content-type", "date", "keep-alive", "te", "trailer", "transfer-encoding",
    "upgrade", "set-cookie",
  ]
}
