// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// How failures look over HTTP in the host's own wire formats.
public enum FailureStatus {
  /// Whose credentials or rights are meant.
  public enum Side: Sendable, Hashable {
    /// The caller's towards Filmgate.
    case caller
    /// The account's towards the provider: the caller can do nothing about it.
    case provider
  }

  /// The HTTP status of a failure.
  public static func status(of kind: FailureKind, side: Side = .provider) -> Int {
    switch kind {
    case .invalid, .unsupported, .refusedPrompt, .refusedInput, .refusedOutput: 400
    case .authentication: side == .caller ? 401 : 502
    case .permission: side == .caller ? 403 : 502
    case .balance: 402
    case .notFound: 404
    case .cancelled: 409
    case .expired: 410
    case .limit: 413
    case .rateLimited: 429
    case .internal: 500
    case .upstream, .drift: 502
    case .unreachable, .plugin: 503
    case .unknownOutcome: 504
    }
  }

  /// The word by which clients tell failures apart coarsely.
  public static func type(of kind: FailureKind, side: Side = .provider) -> String {
    switch kind {
    case .invalid, .unsupported, .limit, .notFound, .cancelled, .expired: "invalid_request_error"
    case .refusedPrompt, .refusedInput, .refusedOutput: "content_policy_error"
    case .authentication: side == .caller ? "authentication_error" : "upstream_error"
    case .permission: side == .caller ? "permission_error" : "upstream_error"
    case .balance: "insufficient_quota"
    case .rateLimited: "rate_limit_error"
    case .upstream, .drift, .unreachable, .unknownOutcome: "upstream_error"
    case .plugin, .internal: "server_error"
    }
  }

  /// `Retry-After` of a refusal that comes without one.
  public static let usualRetryAfterSeconds: Int64 = 5

  /// Whether a client must not send a request that failed so again by itself, as clients do after 408, 409, 429 and
  /// everything from 500, a create too: where it may have bought something, or where it would fail again.
  public static func mustNotRepeat(_ failure: Failure, status: Int, mayHaveCreatedTask: Bool = false) -> Bool {
    if mayHaveCreatedTask || failure.kind == .unknownOutcome || failure.charged != .no { return true }
    let isRepeated = [408, 409, 429].contains(status) || status >= 500
    return isRepeated && !failure.isRetryable
  }

  /// `Retry-After` in whole seconds, where waiting helps.
  public static func headers(of failure: Failure) -> [NameValuePair] {
    guard let milliseconds = failure.retryAfterMilliseconds, milliseconds > 0 else { return [] }
    return [NameValuePair("Retry-After", String((milliseconds + 999) / 1000))]
  }
}
