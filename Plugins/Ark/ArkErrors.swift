// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// The vendor's error codes. They are dotted; the part before the dot decides unless the whole code has an entry.
public enum ArkErrors {
  /// One row of the table.
  public struct Row: Sendable, Hashable {
    public var code: String
    public var kind: FailureKind
    public var status: Int

    init(_ code: String, _ kind: FailureKind, _ status: Int) {
      self.code = code
      self.kind = kind
      self.status = status
    }
  }

  /// From the vendor's list of error codes (document 1299023), with the HTTP status that each comes with.
  public static let table: [Row] =
    [
      Row("MissingParameter", .invalid, 400), Row("InvalidParameter", .invalid, 400),
      Row("InvalidArgumentError", .invalid, 400), Row("InvalidArgument", .invalid, 400),
      Row("InvalidImageURL", .invalid, 400), Row("OutofContextError", .invalid, 400),
      Row("InvalidEndpoint", .invalid, 400), Row("InvalidSubscription", .invalid, 400),
      Row("SensitiveContentDetected", .refusedPrompt, 400), Row("ContentSecurityDetectionError", .upstream, 400),
      Row("AuthenticationError", .authentication, 401), Row("InvalidAccountStatus", .authentication, 401),
      Row("AccessDenied", .permission, 403), Row("AccountOverdueError", .balance, 403),
      Row("OperationDenied.ServiceOverdue", .balance, 403), Row("OperationDenied.InvalidState", .invalid, 403),
      Row("OperationDenied", .permission, 403), Row("InvalidEndpointOrModel", .notFound, 404),
      Row("ModelNotOpen", .notFound, 404), Row("NotFound", .notFound, 404), Row("UnsupportedModel", .notFound, 404),
      Row("RateLimitExceeded", .rateLimited, 429), Row("ModelAccountRpmRateLimitExceeded", .rateLimited, 429),
      Row("ModelAccountTpmRateLimitExceeded", .rateLimited, 429),
      Row("ModelAccountIpmRateLimitExceeded", .rateLimited, 429),
      Row("APIAccountRpmRateLimitExceeded", .rateLimited, 429), Row("AccountRateLimitExceeded", .rateLimited, 429),
      Row("RequestBurstTooFast", .rateLimited, 429), Row("ServerOverloaded", .rateLimited, 429),
      Row("QuotaExceeded", .balance, 429), Row("SetLimitExceeded", .balance, 429),
      Row("InflightBatchsizeExceeded", .rateLimited, 429), Row("InternalServiceError", .upstream, 500),
    ] + content

  /// Content policy: what was looked at × how it was found.
  private static let content: [Row] = ["SensitiveContentDetected", "RiskDetection"].flatMap { finding in
    [
      Row("InputText\(finding)", .refusedPrompt, 400), Row("InputImage\(finding)", .refusedInput, 400),
      Row("InputVideo\(finding)", .refusedInput, 400), Row("InputAudio\(finding)", .refusedInput, 400),
      Row("OutputText\(finding)", .refusedOutput, 400), Row("OutputImage\(finding)", .refusedOutput, 400),
      Row("OutputVideo\(finding)", .refusedOutput, 400), Row("OutputAudio\(finding)", .refusedOutput, 400),
    ]
  }

  /// Words of resellers' own, who stand before the vendor; some come with a status that says something else.
  static let resellerWords: [String: FailureKind] = [
    "invalid_api_key": .authentication, "unauthorized": .authentication, "access_denied": .permission,
    "insufficient_user_quota": .balance, "insufficient_quota": .balance, "quota_not_enough": .balance,
    "rate_limit_exceeded": .rateLimited, "model_not_found": .notFound, "task_not_exist": .notFound,
    "task_not_found": .notFound, "not_found": .notFound, "sensitive_words_detected": .refusedPrompt,
    "invalid_request": .invalid, "invalid_request_error": .invalid,
  ]

  /// The row of a code, by the whole code and then by its part before the dot.
  public static func row(of code: String) -> Row? {
    if let exact = table.first(where: { $0.code == code }) { return exact }
    let prefix = code.split(separator: ".", maxSplits: 1).first.map(String.init) ?? code
    return table.first { $0.code == prefix }
      ?? (prefix.hasPrefix("InvalidArgument") ? table.first { $0.code == "InvalidArgument" } : nil)
  }

  /// The kind of a code, and by the HTTP status for one that is not in the table.
  public static func kind(code: String?, message: String, status: Int) -> FailureKind {
    guard let code else { return kind(status: status) }
    guard let row = row(of: code) else { return resellerWords[code.lowercased()] ?? kind(status: status) }
    // One code for two things: the allowance is used up, or too many tasks wait.
    if row.code == "QuotaExceeded", speaksOfWaiting(message) { return .rateLimited }
    return row.kind
  }

  private static func speaksOfWaiting(_ message: String) -> Bool {
    let text = message.lowercased()
    return ["queue", "concurren", "in flight", "inflight"].contains { text.holds($0) }
  }

  private static func kind(status: Int) -> FailureKind {
    switch status {
    case 401: .authentication
    case 402: .balance
    case 403: .permission
    case 404: .notFound
    case 408, 500...: .upstream
    case 429: .rateLimited
    case 400..<500: .invalid
    // The task itself failed, for a reason that has no entry.
    case 200..<300: .upstream
    default: .drift
    }
  }

  /// Whether the same request may succeed later.
  public static func isRetryable(code: String?, kind: FailureKind) -> Bool {
    // "Too many waiting" ends only when some of them end.
    if code == "InflightBatchsizeExceeded" || code == "QuotaExceeded" { return false }
    // The same input may pass the second time.
    return kind.isUsuallyRetryable || kind == .refusedOutput
  }
}
