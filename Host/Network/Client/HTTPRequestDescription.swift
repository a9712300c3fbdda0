// SPDX-License-Identifier: Apache-2.0

/// A request to send, and the bounds within which it must be answered.
public struct HTTPRequestDescription: Sendable {
  /// Time for the whole exchange when nobody says otherwise.
  public static let defaultTimeoutMilliseconds: Int64 = 60_000
  /// Time for name, connection and handshake.
  public static let defaultConnectTimeoutMilliseconds: Int64 = 10_000
  /// Largest answer.
  public static let defaultMaximumResponseBytes = 8 * 1024 * 1024
  /// A body gets one second more for each of these many bytes, on top of the timeout.
  public static let slowestUploadBytesPerSecond: Int64 = 128 * 1024

  /// Which version of HTTP to speak.
  public enum Version: Sendable {
    /// HTTP/1.1.
    case http1
    /// HTTP/2 where TLS negotiates it.
    case automatic
  }

  /// Upper-case method.
  public var method: String
  /// Where to.
  public var url: HTTPURL
  /// The head; `Host` and `Content-Length` are added.
  public var headers: [HTTPHeader]
  /// The body.
  public var body: MessageBody
  /// For the whole exchange, beside what `slowestUploadBytesPerSecond` adds.
  public var timeoutMilliseconds = defaultTimeoutMilliseconds
  /// For name, connection and handshake.
  public var connectTimeoutMilliseconds = defaultConnectTimeoutMilliseconds
  /// A longer answer fails as `tooLarge`.
  public var maximumResponseBytes = defaultMaximumResponseBytes
  /// Whether sending it twice does no harm. If so, an idle connection may be used, and where that turns out to be dead,
  /// another. If not, a connection of its own is made: libcurl repeats any request for which a used connection gave no
  /// answer, and the service may have acted on the first.
  public var isRepeatable: Bool
  /// Whether the host may resolve to a private, loopback or link-local address.
  public var allowsPrivateAddresses = false
  /// Which version of HTTP to speak.
  public var version = Version.http1

  /// GET, HEAD and OPTIONS are repeatable unless the caller says otherwise.
  public init(_ method: String, _ url: HTTPURL, headers: [HTTPHeader] = [], body: MessageBody = .empty) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    isRepeatable = ["GET", "HEAD", "OPTIONS"].contains(method)
  }

  /// The request with what a signer added: headers of the same name are replaced, query parameters appended.
  public func adding(_ additions: SigningAdditions) -> HTTPRequestDescription {
    var result = self
    let replaced = Set(additions.headers.map { $0.name.lowercased() })
    result.headers = headers.filter { !replaced.contains($0.name.lowercased()) } + additions.headers
    result.url = url.appending(additions.query)
    return result
  }

  /// What a signer signs. `bodyDigest` is `body.digest()` where the scheme needs it.
  public func signable(bodyDigest: SHA256Digest = .ofNothing) -> SignableRequest {
    SignableRequest(method: method, url: url, headers: headers, bodyDigest: bodyDigest)
  }
}

/// A complete answer.
public struct ReceivedResponse: Sendable, Hashable {
  public var status: Int
  public var headers: [HTTPHeader]
  public var body: [UInt8]

  public init(status: Int, headers: [HTTPHeader], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// How a request ended.
public enum TransportOutcome: Sendable, Hashable {
  /// The service answered, with whatever status.
  case response(ReceivedResponse)
  /// It did not, or not completely.
  case failed(TransportFailure)
}
