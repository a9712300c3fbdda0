// SPDX-License-Identifier: Apache-2.0

/// An absolute `http` or `https` URL, held in the parts that a request needs. Reading it is strict: what two programs
/// might understand differently (user names, back-slashes, odd numbers for addresses) is refused.
public struct HTTPURL: Sendable, Hashable, CustomStringConvertible {
  /// How the connection is made.
  public enum Scheme: String, Sendable, Hashable {
    case http
    case https

    /// The port when the URL names none.
    public var defaultPort: UInt16 { self == .http ? 80 : 443 }
  }

  /// The longest URL that is read, in bytes.
  public static let maximumBytes = 16 * 1024

  /// Scheme.
  public var scheme: Scheme
  /// Lower-case host name, dotted IPv4 address, or IPv6 address without brackets.
  public var host: String
  /// The port as written; nil when the URL names none, or the scheme's own.
  public var port: UInt16?
  /// The percent-encoded path, always beginning with `/`.
  public var path: String
  /// The percent-encoded query without `?`; nil when there is no `?`.
  public var query: String?

  /// Makes a URL from parts that are already valid and encoded.
  public init(scheme: Scheme, host: String, port: UInt16? = nil, path: String = "/", query: String? = nil) {
    self.scheme = scheme
    self.host = host
    self.port = port == scheme.defaultPort ? nil : port
    self.path = path.hasPrefix("/") ? path : "/" + path
    self.query = query
  }

  /// The port that a connection goes to.
  public var effectivePort: UInt16 { port ?? scheme.defaultPort }

  /// The host as a URL writes it: an IPv6 address in brackets.
  public var writtenHost: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host }

  /// What the `Host` header says: with the port unless it is the scheme's own.
  public var hostHeader: String { port.map { "\(writtenHost):\($0)" } ?? writtenHost }

  /// Scheme, host and port: what a browser calls the origin.
  public var origin: String { "\(scheme.rawValue)://\(hostHeader)" }

  /// Path and query: what the request line says.
  public var target: String { query.map { "\(path)?\($0)" } ?? path }

  public var description: String { origin + target }

  /// The URL without its query, for logs and messages: signed links carry their secret there.
  public var withoutQuery: String { query == nil ? description : origin + path + "?…" }

  /// The decoded query; nil when an escape is broken, empty when there is no query.
  public var queryItems: [QueryItem]? { QueryItem.parse(query ?? "") }

  /// This URL with `items` encoded and added to the end of its query.
  public func appending(_ items: [QueryItem]) -> HTTPURL {
    guard !items.isEmpty else { return self }
    var result = self
    let added = QueryItem.serialize(items)
    result.query = query.map { $0.isEmpty ? added : "\($0)&\(added)" } ?? added
    return result
  }

  /// This URL with a relative path joined to its own by exactly one slash, and its query replaced by the path's.
  /// The path may carry a query (`/v1/videos?limit=2`). Throws when the result would not be a valid URL.
  public func joining(path relative: String) throws(HTTPURLFailure) -> HTTPURL {
    var base = path
    while base.hasSuffix("/") { base.removeLast() }
    var rest = relative[...]
    while rest.hasPrefix("/") { rest = rest.dropFirst() }
    return try HTTPURL(rest.isEmpty && base.isEmpty ? origin + "/" : origin + base + (rest.isEmpty ? "" : "/") + rest)
  }
}

/// Why a text is not a URL that this program will call.
public enum HTTPURLFailure: Error, Sendable, Hashable {
  /// Nothing there.
  case empty
  /// More than `HTTPURL.maximumBytes`.
  case tooLong
  /// Not `http://` or `https://`.
  case unsupportedScheme
  /// A user name or password before the host.
  case userInformation
  /// No host, or one with characters that host names do not have.
  case badHost
  /// A port that is not 1 to 65535.
  case badPort
  /// A space, control character or back-slash at this byte offset of the path or query.
  case badCharacter(offset: Int)
  /// A `%` that two hexadecimal digits do not follow.
  case badEscape(offset: Int)
}
