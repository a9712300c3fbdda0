// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Jobs
import Network
import OrderedJSON
import VideoDocuments

/// What is found out about a request on its way, for the log.
@LoopActor final class ExchangeNote {
  var keyID: String?
  var jobID: String?
  var warningCount = 0
  var failure: FailureKind?
  /// The failure's sentence, for the operator: a caller may have been told less.
  var message: String?

  nonisolated init() {}
}

/// One request on its way through the gateway.
struct Exchange: Sendable {
  let request: HTTPRequest
  let route: Route
  /// As replies name it: a repeated request gets the first one's.
  var requestID: String
  /// Monotonic nanoseconds.
  let beganNanoseconds: UInt64
  /// Unix milliseconds.
  let nowMilliseconds: Int64
  /// What was in force when the request came.
  let world: GatewayWorld
  /// What the log is to say of it.
  let note: ExchangeNote
  /// Nobody on public routes.
  var caller: Caller?

  var elapsedMilliseconds: Double {
    Double(EventLoop.monotonicNanoseconds - beganNanoseconds) / 1_000_000
  }

  /// A member of the query; the first where there are several.
  func query(_ name: String) -> String? { route.head.query.first(name) }

  /// A switch in the query: `name`, `name=true`, `name=1`.
  func isOn(_ name: String) throws(Failure) -> Bool {
    switch query(name)?.lowercased() {
    case nil, "false", "0": return false
    case "", "true", "1": return true
    default:
      throw Failure(.invalid, "\(name) can be true or false.", field: name, advice: "Correct it, or leave it out.")
    }
  }

  /// A whole number in the query within bounds.
  func integer(_ name: String, in range: ClosedRange<Int>) throws(Failure) -> Int? {
    guard let text = query(name), !text.isEmpty else { return nil }
    guard let number = Int(text), range.contains(number) else {
      throw Failure(
        .invalid, "\(name) must be a whole number from \(range.lowerBound) to \(range.upperBound).", field: name,
        advice: "Correct it, or leave it out.")
    }
    return number
  }

  /// How callers reach this gateway.
  var baseURL: String {
    if let url = world.settings.publicURL { return url.hasSuffix("/") ? String(url.dropLast()) : url }
    return "http://\(request.head.headers["host"] ?? world.settings.listen)"
  }
}
