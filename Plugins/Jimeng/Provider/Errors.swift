// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

/// One row of the vendor's tables of error codes.
struct ErrorRow {
  let code: Int
  let status: Int
  /// The gateway's word; nil for codes of the service behind it.
  let word: String?
  let kind: FailureKind
  let isRetryable: Bool
  let message: String
  var advice: String?
  /// What the vendor writes.
  var vendorMessage: String
}

enum Errors {
  static let success = 10000

  /// Codes of the service. What came out and was rejected may pass at a second try; the rest of the policy codes not.
  static let service: [ErrorRow] = [
    row(50411, 400, .refusedInput, "Pre Img Risk Not Pass", "Jimeng's content policy forbids an image that was given."),
    row(50412, 400, .refusedPrompt, "Text Risk Not Pass", "Jimeng's content policy forbids the prompt."),
    row(50413, 400, .refusedPrompt, "Post Text Risk Not Pass", "Jimeng's content policy forbids the prompt."),
    row(50511, 400, .refusedOutput, "Post Img Risk Not Pass", "Jimeng held back what came out.", retryable: true),
    row(50512, 400, .refusedPrompt, "Text Risk Not Pass", "Jimeng's content policy forbids the text."),
    row(50516, 400, .refusedOutput, "Output Video Risk Not Pass", "Jimeng held back the video.", retryable: true),
    row(50517, 400, .refusedOutput, "Output Audio Risk Not Pass", "Jimeng held back the sound.", retryable: true),
    row(50518, 400, .refusedInput, "Copyright Risk Not Pass", "Jimeng found a copyright in what was given."),
    row(
      50519, 400, .refusedOutput, "Output Image Copyright Risk Not Pass", "Jimeng found a copyright in what came out.",
      retryable: true),
    row(50520, 400, .refusedInput, "Risk Internal Error", "Jimeng could not check the content."),
    row(50521, 400, .refusedInput, "Copyright Check Internal Error", "Jimeng could not check the copyright."),
    row(50522, 400, .refusedInput, "Copyright Check Internal Error", "Jimeng could not check the copyright."),
    row(50429, 429, .rateLimited, "Request Has Reached API Limit", "Jimeng gets requests too fast.", retryable: true),
    row(
      50430, 429, .rateLimited, "Request Has Reached API Concurrent Limit",
      "The account has as many tasks at once as it may.", retryable: true),
    row(50500, 500, .upstream, "Internal Error", "Jimeng has a fault.", retryable: true),
    row(50501, 500, .upstream, "Internal RPC Error", "Jimeng has a fault.", retryable: true),
    row(50200, 400, .invalid, "Invalid Arguments", "Jimeng does not accept a value of the request."),
    row(50201, 400, .invalid, "Missing Arguments", "Jimeng misses a value in the request."),
    row(50204, 400, .invalid, "Parse Failure", "Jimeng cannot read the request."),
    row(50205, 400, .invalid, "Image Too Large", "An image is too large for Jimeng."),
    row(50206, 400, .invalid, "Image Empty", "Jimeng misses an image, or found it empty."),
    row(50215, 400, .invalid, "Input Invalid", "Jimeng cannot use an input."),
  ]

  /// Codes of the gateway before the service.
  static let gateway: [ErrorRow] = [
    gate(100002, 400, "MissingParameter", .invalid, "Volcengine misses a parameter."),
    gate(100004, 400, "MissingRequestInfo", .invalid, "Volcengine misses a part of the request."),
    gate(
      100006, 400, "InvalidTimestamp", .authentication, "Volcengine does not accept the time of the request.",
      retryable: true, "Set this machine's clock right."),
    gate(100007, 404, "ServiceNotFound", .notFound, "Volcengine does not know this service."),
    gate(100008, 404, "InvalidActionOrVersion", .notFound, "Volcengine does not know this action or version."),
    gate(100009, 401, "InvalidAccessKey", .authentication, "Volcengine does not know the access key."),
    gate(
      100010, 401, "SignatureDoesNotMatch", .authentication, "Volcengine could not verify the signature.",
      "Look at the secret key: it is used as the console shows it, without decoding."),
    gate(
      100013, 403, "AccessDenied", .permission, "The account may not use this call.",
      "Open the model for the account in Volcengine's console."),
    gate(100014, 500, "InternalError", .upstream, "Volcengine has a fault.", retryable: true),
    gate(100016, 500, "InternalServiceTimeout", .upstream, "Volcengine took too long.", retryable: true),
    gate(100018, 429, "FlowLimitExceeded", .rateLimited, "Volcengine gets requests too fast.", retryable: true),
    gate(
      100019, 503, "ServiceUnavailableTemp", .upstream, "Volcengine is unavailable for the moment.", retryable: true),
    gate(100023, 500, "InternalServiceError", .upstream, "Volcengine has a fault.", retryable: true),
    gate(100024, 401, "InvalidAuthorization", .authentication, "Volcengine does not accept the credentials."),
    gate(100025, 401, "InvalidCredential", .authentication, "Volcengine does not accept the credentials."),
    gate(100026, 401, "InvalidSecretToken", .authentication, "Volcengine does not accept the session token."),
  ]

  static func row(_ code: Int) -> ErrorRow? { (service + gateway).first { $0.code == code } }

  static func isGateway(_ code: Int) -> Bool { gateway.contains { $0.code == code } }

  /// The failure of a call: gateway errors first, then the service's code, then the HTTP status alone.
  static func failure(_ answer: Answer, json: JSON?) -> Failure {
    let error = json?.value(at: "ResponseMetadata.Error")?.nonNull
    let reader = json.map { AnswerReader($0) }
    let code = error?["CodeN"]?.lenientInt ?? (error == nil ? reader?.text("code", "status").flatMap { Int($0) } : nil)
    let word = error?["Code"]?.string ?? reader?.text("error.code", "code")
    let found =
      code.flatMap { Self.row($0) } ?? word.flatMap { word in gateway.first { $0.word == word } }
    let status = answer.head.status
    let vendorMessage =
      error?["Message"]?.string ?? reader?.text("message", "error.message") ?? "HTTP \(status)"
    let kind = found?.kind ?? Self.kind(status: status, word: word)
    var failure = Failure(
      kind, found?.message ?? "The provider refused with HTTP \(status).", advice: found?.advice,
      isRetryable: found?.isRetryable, vendorCode: code.map { String($0) } ?? word, vendorMessage: vendorMessage,
      vendorRequestID: reader?.text("ResponseMetadata.RequestId", "request_id"),
      retryAfterMilliseconds: answer.retryAfterMilliseconds)
    // The vendor does not say whether a task was made before the fault.
    if answer.head.operation == "create", kind == .upstream { failure.charged = .unknown }
    return failure
  }

  /// Resellers' words, else the status.
  private static func kind(status: Int, word: String?) -> FailureKind {
    switch word?.lowercased() {
    case "invalid_api_key", "unauthorized": return .authentication
    case "insufficient_user_quota", "insufficient_quota": return .balance
    case "rate_limit_exceeded": return .rateLimited
    case "model_not_found", "task_not_exist", "not_found": return .notFound
    case "invalid_request": return .invalid
    case "sensitive_words_detected": return .refusedPrompt
    default: break
    }
    switch status {
    case 400, 405, 413, 415, 422: return .invalid
    case 401: return .authentication
    case 402: return .balance
    case 403: return .permission
    case 404: return .notFound
    case 429: return .rateLimited
    default: return .upstream
    }
  }

  private static func row(
    _ code: Int, _ status: Int, _ kind: FailureKind, _ vendorMessage: String, _ message: String,
    retryable: Bool = false
  ) -> ErrorRow {
    ErrorRow(
      code: code, status: status, word: nil, kind: kind, isRetryable: retryable, message: message, advice: nil,
      vendorMessage: vendorMessage)
  }

  private static func gate(
    _ code: Int, _ status: Int, _ word: String, _ kind: FailureKind, _ message: String, retryable: Bool = false,
    _ advice: String? = nil
  ) -> ErrorRow {
    ErrorRow(
      code: code, status: status, word: word, kind: kind, isRetryable: retryable, message: message, advice: advice,
      vendorMessage: word)
  }
}
