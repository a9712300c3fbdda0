// SPDX-License-Identifier: Apache-2.0

/// The two versions of the protocol that are served.
public enum HTTPVersion: Sendable, Hashable {
  case http10
  case http11
}

/// How a request's body is delimited.
public enum BodyFraming: Sendable, Hashable {
  case empty
  /// Bytes, more than zero.
  case length(UInt64)
  case chunked
}

/// A request without its body, as the strict parser accepted it.
public struct RequestHead: Sendable, Hashable {
  /// One to sixteen capital letters.
  public var method: String
  /// The request target as sent.
  public var target: String
  /// The target's path, still percent-encoded; "*" for `OPTIONS *`.
  public var path: String
  /// What follows the first "?", still encoded; nil without one.
  public var query: String?
  public var version: HTTPVersion
  public var headers: HTTPHeaders
  public var framing: BodyFraming

  public init(
    method: String, target: String, path: String, query: String? = nil, version: HTTPVersion = .http11,
    headers: HTTPHeaders = [:], framing: BodyFraming = .empty
  ) {
    self.method = method
    self.target = target
    self.path = path
    self.query = query
    self.version = version
    self.headers = headers
    self.framing = framing
  }

  /// Whether the client wants the connection to stay (RFC 9112, 9.3).
  public var keepsAlive: Bool {
    guard headers["connection"] != nil else { return version == .http11 }
    let options = headers.tokens("connection")
    if options.contains(where: { equalIgnoringCase($0, "close") }) { return false }
    return version == .http11 || options.contains { equalIgnoringCase($0, "keep-alive") }
  }

  /// Whether the client waits for an interim answer before it sends the body; a 1.0 client cannot (RFC 9110, 10.1.1).
  public var expectsContinue: Bool {
    version == .http11 && framing != .empty && headers["expect"].map { equalIgnoringCase($0, "100-continue") } == true
  }

  /// The path's segments, percent-decoded: "/v1/a%20b/" gives ["v1", "a b", ""]. Nil for a bad escape or invalid
  /// UTF-8. A slash that was escaped stays inside its segment, so that it cannot change the route.
  public var segments: [String]? {
    guard path.utf8.first == UInt8(ascii: "/") else { return nil }
    var segments: [String] = []
    for part in path.utf8.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      guard let segment = PercentCoding.decode(String(Substring(part))) else { return nil }
      segments.append(segment)
    }
    return segments
  }
}
