// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

/// One row of Kling's table of error codes.
struct ErrorRow {
  let code: Int
  let status: Int
  let kind: FailureKind
  let isRetryable: Bool
  let message: String
  var advice: String?
}

enum Errors {
  /// Every code of the vendor's page, with the HTTP status that goes with it. The status alone decides nothing: used-up
  /// packages and an address that is not on the list come as 429 too.
  static let table: [ErrorRow] = [
    row(1000, 401, .authentication, "Kling could not authenticate the request."),
    row(1001, 401, .authentication, "Kling got no credentials."),
    row(1002, 401, .authentication, "Kling does not know these credentials."),
    row(
      1003, 401, .authentication, "The token is not valid yet.", retryable: true, "Set this machine's clock right."),
    row(1004, 401, .authentication, "The token has expired.", retryable: true, "Set this machine's clock right."),
    row(1100, 429, .balance, "Something is wrong with the Kling account.", "Look at the account in Kling's console."),
    row(1101, 429, .balance, "The Kling account is in arrears.", "Pay what is due in Kling's console."),
    row(1102, 429, .balance, "The resource package is used up or expired.", "Buy a package in Kling's console."),
    row(1103, 403, .permission, "The account may not use this model or call."),
    row(1200, 400, .invalid, "Kling does not accept the request's parameters."),
    row(1201, 400, .invalid, "Kling does not accept a value of the request."),
    row(1202, 404, .notFound, "Kling does not know this method."),
    row(1203, 404, .notFound, "Kling does not have what was asked for: a model or a task."),
    row(1300, 400, .refusedPrompt, "Kling's policy forbids the request."),
    row(1301, 400, .refusedPrompt, "Kling's content policy forbids the prompt or an input."),
    row(1302, 429, .rateLimited, "Kling gets requests too fast.", retryable: true),
    row(1303, 429, .rateLimited, "The account has as many tasks at once as its package allows.", retryable: true),
    row(
      1304, 429, .permission, "This machine's address is not on the account's list.",
      "Add the address in Kling's console."),
    row(5000, 500, .upstream, "Kling has a fault.", retryable: true),
    row(5001, 503, .upstream, "Kling is down for maintenance.", retryable: true),
    row(5002, 504, .upstream, "Kling took too long.", retryable: true),
  ]

  static func row(_ code: Int) -> ErrorRow? { table.first { $0.code == code } }

  /// Words that resellers use for codes.
  static let words: [(word: String, kind: FailureKind)] = [
    ("invalid_api_key", .authentication), ("unauthorized", .authentication), ("access_denied", .permission),
    ("insufficient_user_quota", .balance), ("insufficient_quota", .balance), ("quota_not_enough", .balance),
    ("rate_limit_exceeded", .rateLimited), ("model_not_found", .notFound), ("task_not_exist", .notFound),
    ("task_not_found", .notFound), ("not_found", .notFound), ("sensitive_words_detected", .refusedPrompt),
    ("invalid_request", .invalid), ("invalid_request_error", .invalid),
  ]

  /// How long to wait after code 1303 at least, as the vendor advises.
  static var leastRetryMilliseconds: Int64 { 1_000 }

  /// The kind by code, else by HTTP status.
  static func kind(code: String?, message: String, status: Int) -> FailureKind {
    if let code {
      if let number = Int(code), let row = row(number) { return row.kind }
      if let known = words.first(where: { $0.word == code.lowercased() }) { return known.kind }
    }
    switch status {
    case 400, 405, 413, 415, 422: return .invalid
    case 401: return .authentication
    case 402: return .balance
    case 403: return .permission
    case 404: return .notFound
    case 429: return .rateLimited
    case 200..<300: return kind(ofFailedTask: message)
    default: return .upstream
    }
  }

  /// A failed task has no code, only a sentence.
  static func kind(ofFailedTask message: String) -> FailureKind {
    let text = message.lowercased()
    let policyWords = ["risk", "sensitive", "policy", "violat", "moderation", "nsfw"]
    if policyWords.contains(where: { text.holds($0) }) { return .refusedOutput }
    if text.holds("parallel task") || text.holds("resource pack limit") { return .rateLimited }
    return .upstream
  }

  /// The failure that an answer with a code other than 0, or a status of refusal, stands for.
  static func failure(_ answer: Answer, json: JSON?) -> Failure {
    let reader = json.map { AnswerReader($0) }
    let code = reader?.text("code", "error.code")
    let status = answer.head.status
    let vendorMessage = reader?.text("message", "error.message", "msg") ?? "HTTP \(status)"
    let row = code.flatMap { Int($0) }.flatMap { Self.row($0) }
    let kind = Self.kind(code: code, message: vendorMessage, status: status)
    let sentence = row?.message ?? "The provider refused with HTTP \(status)."
    var failure = Failure(
      kind, sentence, advice: row?.advice, isRetryable: row?.isRetryable, vendorCode: code,
      vendorMessage: vendorMessage, vendorRequestID: reader?.text("request_id"),
      retryAfterMilliseconds: answer.retryAfterMilliseconds)
    if row?.code == 1302 || row?.code == 1303 {
      failure.retryAfterMilliseconds = max(failure.retryAfterMilliseconds ?? 0, leastRetryMilliseconds)
    }
    // The vendor does not say whether a task was made before the fault.
    if answer.head.operation == "create", kind == .upstream { failure.charged = .unknown }
    return failure
  }

  private static func row(
    _ code: Int, _ status: Int, _ kind: FailureKind, _ message: String, retryable: Bool = false,
    _ advice: String? = nil
  ) -> ErrorRow {
    ErrorRow(code: code, status: status, kind: kind, isRetryable: retryable, message: message, advice: advice)
  }
}
