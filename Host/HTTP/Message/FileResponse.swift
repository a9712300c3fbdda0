// SPDX-License-Identifier: Apache-2.0

/// Answers GET and HEAD for a representation of known length, with conditions and one range (RFC 9110, 13 and 14).
public enum FileResponse {
  /// Answers from a file. See the other `make` for what the parameters do.
  public static func make(
    for head: RequestHead, file: OpenFile, length: UInt64, contentType: String, etag: String? = nil,
    lastModified: Int64? = nil, headers: HTTPHeaders = [:]
  ) -> HTTPResponse {
    make(
      for: head, length: length, contentType: contentType, etag: etag, lastModified: lastModified, headers: headers
    ) { range in .file(file, offset: range.lowerBound, count: UInt64(range.count)) }
  }

  /// Answers from whatever `body` makes of a range of the representation's bytes; it is asked at most once.
  ///
  /// The answer is 200 or 206 with the body, 304 or 412 by the request's conditions, 416 for a range beyond the end,
  /// 405 for a method other than GET and HEAD. Several ranges in one request are answered by the whole.
  /// - Parameters:
  ///   - etag: What identifies these very bytes, without quotation marks: a digest, say. Printable ASCII.
  ///   - lastModified: Seconds since 1970.
  ///   - headers: More fields, sent with 304 as well: Cache-Control, Content-Disposition.
  public static func make(
    for head: RequestHead, length: UInt64, contentType: String, etag: String? = nil, lastModified: Int64? = nil,
    headers: HTTPHeaders = [:], body: (Range<UInt64>) -> HTTPResponseBody
  ) -> HTTPResponse {
    guard head.method == "GET" || head.method == "HEAD" else {
      return HTTPResponse(status: 405, headers: ["Allow": "GET, HEAD"])
    }
    let tag = etag.map { "\"\($0)\"" }
    let conditions = FileConditions(head.headers, tag: tag, lastModified: lastModified)
    guard conditions.matches else { return HTTPResponse(status: 412) }
    var headers = headers
    headers.set("Accept-Ranges", "bytes")
    if let tag { headers.set("ETag", tag) }
    if let lastModified { headers.set("Last-Modified", HTTPDate.text(secondsSince1970: lastModified)) }
    if conditions.isUnchanged { return HTTPResponse(status: 304, headers: headers) }
    // A range means something to GET alone (RFC 9110, 14.2), so that HEAD tells the whole length.
    let wanted = head.method == "GET" && conditions.allowsRange ? head.headers.values("range") : []
    let range = ByteRange(header: wanted.count == 1 ? wanted[0] : nil, length: length)
    if let text = range.contentRange(length: length) { headers.set("Content-Range", text) }
    switch range {
    case .unsatisfiable: return HTTPResponse(status: 416, headers: headers)
    case .whole:
      headers.set("Content-Type", contentType)
      return HTTPResponse(status: 200, headers: headers, body: body(0..<length))
    case .part(let bytes):
      headers.set("Content-Type", contentType)
      return HTTPResponse(status: 206, headers: headers, body: body(bytes))
    }
  }
}

/// The conditions of a request for a representation (RFC 9110, 13.1), evaluated in the order of 13.2.2.
private struct FileConditions {
  /// If-Match and If-Unmodified-Since hold, or are absent; else 412.
  private(set) var matches = true
  /// The client has these bytes already; 304.
  private(set) var isUnchanged = false
  /// If-Range is absent or names these bytes.
  private(set) var allowsRange = true

  init(_ headers: HTTPHeaders, tag: String?, lastModified: Int64?) {
    /// Whether the field lists the tag. Marks for weak tags are looked over only where bytes need not be equal.
    func lists(_ field: String, weakly: Bool) -> Bool {
      headers.tokens(field).contains { listed in
        let given = weakly && listed.hasPrefix("W/") ? String(listed.dropFirst(2)) : listed
        return given == "*" || given == tag
      }
    }
    func date(_ field: String) -> Int64? { headers[field].flatMap(HTTPDate.secondsSince1970) }

    if headers["if-match"] != nil {
      matches = lists("if-match", weakly: false)
    } else if let since = date("if-unmodified-since"), let lastModified {
      matches = lastModified <= since
    }
    if headers["if-none-match"] != nil {
      isUnchanged = lists("if-none-match", weakly: true)
    } else if let since = date("if-modified-since"), let lastModified {
      isUnchanged = lastModified <= since
    }
    if let condition = headers["if-range"] {
      // Dates must be equal, not merely later (RFC 9110, 13.1.5).
      allowsRange = condition == tag || lastModified != nil && HTTPDate.secondsSince1970(condition) == lastModified
    }
  }
}
