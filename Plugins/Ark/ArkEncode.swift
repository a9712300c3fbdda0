// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
public import VideoDocuments

/// Writes the replies that clients of the Ark API expect.
public struct ArkEncode: Sendable {
  /// Ours beside the model ids that the vendor knows, such as `volc-`; left out of what clients see.
  public var modelPrefix: String
  /// Reckons the tokens of a task that no vendor counted.
  public var tokens: @Sendable (VideoRequest) -> Int64?

  public init(modelPrefix: String = "", tokens: @escaping @Sendable (VideoRequest) -> Int64? = { _ in nil }) {
    self.modelPrefix = modelPrefix
    self.tokens = tokens
  }

  public func encode(_ outcome: Outcome, route: String) -> HTTPReply {
    switch outcome.result {
    case .created(let task):
      // "status" is what resellers add; the vendor's own clients read the id alone.
      var body: JSONObject = ["id": .string(task.id), "status": "submitted"]
      body.add("safety_identifier", task.request.user ?? task.request.options["safety_identifier"]?.string)
      return HTTPReply(body: .object(body))
    case .task(let task): return HTTPReply(body: object(task, outcome))
    case .page(let tasks, let total):
      return HTTPReply(
        body: ["items": .array(tasks.map { object($0, outcome) }), "total": .number(JSONNumber(total))])
    case .cancelled, .removed: return HTTPReply(body: [:])
    case .failure(let failure): return reply(failure, route: route, requestID: outcome.requestID)
    }
  }

  // MARK: Failures

  private func reply(_ failure: Failure, route: String, requestID: String) -> HTTPReply {
    let (code, status) = Self.code(failure, route: route)
    var headers: [NameValuePair] = []
    // The vendor's clients repeat 408, 409, 429 and 5xx by themselves: only what surely bought nothing may be.
    let mayRepeat = failure.isRetryable && failure.charged == .no
    if !mayRepeat { headers.append(NameValuePair("x-should-retry", "false")) }
    if let wait = failure.retryAfterMilliseconds, mayRepeat {
      headers.append(NameValuePair("Retry-After", String(wait / 1_000 + (wait % 1_000 > 0 ? 1 : 0))))
    }
    let error: JSON = [
      "code": .string(code), "message": .string(Self.message(failure, requestID: requestID)),
      "param": .string(failure.field.map(ArkField.name(ofCanonical:)) ?? ""),
      "type": .string(Self.type(status: status)),
    ]
    return HTTPReply(status: status, headers: headers, body: ["error": error])
  }

  /// What callers call the canonical fields.
  private static let names = Dictionary(
    ArkField.all.compactMap { field in field.canonical.map { ($0, field.name) } },
    uniquingKeysWith: { first, _ in first })

  /// The vendor's message, or ours, ending as the vendor's do.
  static func message(_ failure: Failure, requestID: String) -> String {
    let text = CallerWords.sentence(failure, names: names)
    guard !requestID.isEmpty, ArkErrors.requestID(in: text) == nil else { return text }
    return "\(text) Request id: \(requestID)"
  }

  /// The vendor's code and HTTP status of a failure.
  static func code(_ failure: Failure, route: String) -> (code: String, status: Int) {
    if let code = failure.vendorCode, let row = ArkErrors.row(of: code) {
      // Whose key was wrong? If the vendor said so, it is the gateway's account, and not the caller's affair.
      let isOfAccount = row.kind == .authentication || (row.kind == .permission && failure.kind != .permission)
      if isOfAccount { return ("InternalServiceError", 502) }
      if route == "delete", row.kind == .invalid { return (code, 409) }
      return (code, row.status)
    }
    switch failure.kind {
    case .invalid, .unsupported:
      // A running task cannot be deleted; the vendor's documents leave the status open.
      if route == "delete" { return ("OperationDenied.InvalidState", 409) }
      return (failure.kind == .invalid ? "InvalidParameter" : "InvalidParameter.UnsupportedParameter", 400)
    case .refusedPrompt: return ("InputTextSensitiveContentDetected", 400)
    case .refusedInput: return ("InputImageSensitiveContentDetected", 400)
    case .refusedOutput: return ("OutputVideoSensitiveContentDetected", 400)
    case .authentication: return ("AuthenticationError", 401)
    case .permission: return ("AccessDenied", 403)
    case .balance: return ("AccountOverdueError", 403)
    case .rateLimited: return ("RateLimitExceeded", 429)
    case .notFound where failure.field == "model": return ("InvalidEndpointOrModel.NotFound", 404)
    case .notFound, .expired: return ("NotFound", 404)
    case .cancelled: return ("OperationDenied.InvalidState", 409)
    case .limit: return ("InvalidParameter", 400)
    case .unreachable, .upstream, .drift, .unknownOutcome, .plugin, .internal: return ("InternalServiceError", 500)
    }
  }

  private static func type(status: Int) -> String {
    switch status {
    case 401: "Unauthorized"
    case 403: "Forbidden"
    case 404: "NotFound"
    case 409: "Conflict"
    case 429: "TooManyRequests"
    case 500...: "InternalServerError"
    default: "BadRequest"
    }
  }
}
