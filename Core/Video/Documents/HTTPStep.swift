// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// An HTTP request described as data: the host checks it, signs it and sends it.
///
/// JSON: `{"method", "path" | "url", "query"?: [[n, v]], "headers"?: [[n, v]], "body"?, "retry"?, "signed"?}`.
/// `path` follows the connection's base URL and prefix; `url` is absolute and must be on an allowed host.
public struct HTTPStep: JSONDocument {
  /// When the host may send the request a second time by itself.
  public enum Retry: String, Sendable, Hashable, CaseIterable {
    /// Never: for whatever buys something.
    case never
    /// Only if no byte of it was sent.
    case unsent
    /// Whenever it failed in transit: for reads.
    case safe
  }

  public var method: String
  public var path: String?
  public var url: String?
  public var query: [NameValuePair]
  public var headers: [NameValuePair]
  public var body: RequestBody?
  public var retry: Retry
  /// Whether the host adds the account's credentials; true unless said otherwise.
  public var isSigned: Bool

  public init(
    _ method: String, path: String, query: [NameValuePair] = [], headers: [NameValuePair] = [],
    body: RequestBody? = nil, retry: Retry
  ) {
    self.method = method
    self.path = path
    self.url = nil
    self.query = query
    self.headers = headers
    self.body = body
    self.retry = retry
    self.isSigned = true
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    method = try reader.text("method")
    self.path = try reader.optionalText("path")
    url = try reader.optionalText("url")
    query = try reader.documents("query")
    headers = try reader.documents("headers")
    body = try reader.optionalDocument("body")
    retry = try reader.optionalWord("retry") ?? .never
    isSigned = try reader.optionalFlag("signed") ?? true
    guard (self.path == nil) != (url == nil) else {
      throw DocumentFailure(
        path: reader.path(of: "path"), reason: .wrongType(expected: "given alone: one of path and url"))
    }
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("method", method)
    object.add("path", path)
    object.add("url", url)
    object.add("query", query)
    object.add("headers", headers)
    object.add("body", body)
    object.add("retry", retry.rawValue)
    if !isSigned { object["signed"] = false }
    return .object(object)
  }
}
