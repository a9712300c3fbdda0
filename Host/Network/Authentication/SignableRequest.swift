// SPDX-License-Identifier: Apache-2.0

/// What a scheme sees of a request, sent or received.
public struct SignableRequest: Sendable {
  /// Upper-case method.
  public var method: String
  /// Percent-encoded path as on the request line.
  public var path: String
  /// Percent-encoded query as on the request line, without `?`.
  public var query: String?
  /// The head. A request to sign may leave `Host` out; a received one has the client's own.
  public var headers: [HTTPHeader]
  /// What the `Host` header will say when `headers` has none.
  public var host: String
  /// SHA-256 of the body's bytes; only `hmac-v4` looks at it.
  public var bodyDigest: SHA256Digest

  /// A request about to be sent to `url`.
  public init(
    method: String, url: HTTPURL, headers: [HTTPHeader] = [], bodyDigest: SHA256Digest = .ofNothing
  ) {
    self.init(
      method: method, path: url.path, query: url.query, headers: headers, host: url.hostHeader,
      bodyDigest: bodyDigest)
  }

  /// A request that was received: the parts of its request line and its head.
  public init(
    method: String, path: String, query: String?, headers: [HTTPHeader], host: String = "",
    bodyDigest: SHA256Digest = .ofNothing
  ) {
    self.method = method
    self.path = path.isEmpty ? "/" : path
    self.query = query
    self.headers = headers
    self.host = headers.first("host") ?? host
    self.bodyDigest = bodyDigest
  }
}

/// What signing adds to a request.
public struct SigningAdditions: Sendable, Equatable {
  /// Headers to set, replacing any of the same name.
  public var headers: [HTTPHeader]
  /// Query parameters to append.
  public var query: [QueryItem]

  public init(headers: [HTTPHeader] = [], query: [QueryItem] = []) {
    self.headers = headers
    self.query = query
  }
}

/// Why a request could not be signed.
public enum SigningFailure: Error, Sendable, Equatable {
  /// The account has no secret of this name.
  case missingSecret(name: String)
  /// The secret of this name holds control characters, perhaps a line end from a file.
  case unusableSecret(name: String)
  /// The query has a broken escape, so that its canonical form does not exist.
  case malformedQuery
}

/// What a received request says about who sent it, before anything is checked.
public enum PresentedCredential: Sendable, Equatable {
  /// The identifier of an access key: look its secret up, then verify.
  case accessKey(String)
  /// The secret itself: look it up by its hash. Never print it.
  case token(String)
}

/// Why a received request does not prove who sent it. Carries nothing secret.
public enum VerificationFailure: Error, Sendable, Hashable {
  /// The header or query parameter that carries the proof, or a header that must be there, is missing.
  case missing(String)
  /// The header cannot be read.
  case malformed(String)
  /// The token names another algorithm or a scope that is not this service's.
  case wrongScope(String)
  /// The access key is not the one whose secret was given.
  case unknownKey
  /// This header must be among the signed ones.
  case notSigned(String)
  /// Too far from the time given; positive when the request is from the past.
  case skew(seconds: Int64)
  /// The token is no longer valid.
  case expired
  /// The token is not valid yet.
  case notYetValid
  /// The body is not the one whose digest was signed.
  case bodyMismatch
  /// The secret, token or signature is wrong.
  case mismatch
  /// The verifier itself lacks a secret of this name.
  case missingSecret(name: String)
}
