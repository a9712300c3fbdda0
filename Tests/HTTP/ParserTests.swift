// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Testing

@Suite struct ParserTests {
  @Test func aPlainRequestIsTakenApart() throws {
    let parsed = parse("GET /v1/videos/a%20b?x=1&y HTTP/1.1\r\nHost: example.org:80\r\nX-A:  b \t\r\nx-a: c\r\n\r\n")
    let head = try #require(parsed.requests.first?.head)
    #expect(parsed.failure == nil)
    #expect(parsed.requests.count == 1)
    #expect(head.method == "GET")
    #expect(head.target == "/v1/videos/a%20b?x=1&y")
    #expect(head.path == "/v1/videos/a%20b")
    #expect(head.segments == ["v1", "videos", "a b"])
    #expect(head.query == "x=1&y")
    #expect(head.version == .http11)
    #expect(head.headers["X-a"] == "b")
    #expect(head.headers.values("x-A") == ["b", "c"])
    #expect(head.framing == .empty)
    #expect(head.keepsAlive)
  }

  @Test(
    arguments: [
      ("GET /a HTTP/1.1", "/a", nil), ("GET /?q HTTP/1.1", "/", "q"), ("GET /a? HTTP/1.1", "/a", ""),
      ("GET http://h:1/a/b?c?d HTTP/1.1", "/a/b", "c?d"), ("GET HTTPS://h HTTP/1.1", "/", nil),
      ("GET http://h?x HTTP/1.1", "/", "x"), ("OPTIONS * HTTP/1.1", "*", nil), ("GET //a HTTP/1.1", "//a", nil),
    ] as [(String, String, String?)])
  func targetsOfAllServedForms(line: String, path: String, query: String?) throws {
    let head = try #require(parse("\(line)\r\nHost: h\r\n\r\n").requests.first?.head)
    #expect(head.path == path)
    #expect(head.query == query)
  }

  @Test(arguments: [
    ("1.1", "", true), ("1.1", "Connection: close\r\n", false), ("1.1", "Connection: x, Close\r\n", false),
    ("1.0", "", false), ("1.0", "Connection: Keep-Alive\r\n", true),
    ("1.0", "Connection: keep-alive, close\r\n", false),
  ])
  func connectionOptions(version: String, fields: String, keepsAlive: Bool) throws {
    let head = try #require(parse("GET / HTTP/\(version)\r\nHost: h\r\n\(fields)\r\n").requests.first?.head)
    #expect(head.keepsAlive == keepsAlive)
  }

  @Test func whatLooksOddButIsRightIsAccepted() {
    let requests = [
      "\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
      "GET / HTTP/1.1\r\nHost:\r\n\r\n",
      "GET / HTTP/1.1\r\nHost: [::1]:80\r\n\r\n",
      "GET / HTTP/1.0\r\n\r\n",
      "GET / HTTP/1.1\r\nhOST:h\r\nA:\r\nB: \u{E9}\tx\r\n\r\n",
      "DELETE / HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 000000000000000\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n",
    ]
    for request in requests {
      let parsed = parse(request)
      #expect(parsed.failure == nil && parsed.requests.first?.isComplete == true, "\(request)")
    }
  }

  @Test func limitsAreExact() {
    var limits = HTTPLimits()
    limits.requestLineBytes = 16
    limits.headBytes = 27
    limits.fields = 1
    func failure(_ text: String) -> RequestFailure? { parse(Array(text.utf8), slice: .max, limits: limits).failure }
    #expect(failure("GET / HTTP/1.1\r\nHost: h\r\n\r\n") == nil)
    #expect(failure("GET /a HTTP/1.1\r\nHost: h\r\n\r\n") == .requestLineTooLong(limit: 16))
    #expect(failure("GET / HTTP/1.1\r\nHost: hh\r\n\r\n") == .headTooLarge(limit: 27))
    limits.headBytes = 100
    #expect(failure("GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n") == .tooManyFields(limit: 1))
    limits.fields = 2
    limits.bodyBytes = 3
    func post(_ fields: String) -> RequestFailure? { failure("PUT / HTTP/1.1\r\nHost: h\r\n\(fields)") }
    #expect(post("Content-Length: 3\r\n\r\nabc") == nil)
    #expect(post("Content-Length: 4\r\n\r\n") == .bodyTooLarge(limit: 3))
    #expect(post("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n") == nil)
    #expect(post("Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\n") == .bodyTooLarge(limit: 3))
  }

  /// Requests of every framing in one connection: any slicing gives what one piece gives.
  @Test func anySlicingGivesTheSameRequests() {
    let text =
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
      + "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\nhello world"
      + "POST /3 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
      + "5;a=b\r\nhello\r\n1\r\n \r\n00005\r\nworld\r\n0\r\nTrailer: x\r\n\r\n"
      + "\r\nGET /4 HTTP/1.0\r\n\r\n"
    let bytes = Array(text.utf8)
    let whole = parse(bytes, slice: bytes.count)
    #expect(whole.failure == nil)
    #expect(whole.requests.map(\.head.path) == ["/1", "/2", "/3", "/4"])
    #expect(whole.requests.map { String(decoding: $0.body, as: UTF8.self) } == ["", "hello world", "hello world", ""])
    #expect(whole.requests.map(\.isComplete) == [true, true, true, true])
    for slice in 1..<bytes.count { #expect(parse(bytes, slice: slice) == whole) }
    // Two pieces, cut at every place.
    for cut in 1..<bytes.count {
      var parser = RequestParser()
      var body: [UInt8] = []
      var ends = 0
      for part in [bytes[..<cut], bytes[cut...]] {
        parser.feed(part)
        while let event = try? parser.next() {
          if case .body(let piece) = event { body += piece }
          if case .end = event { ends += 1 }
        }
      }
      #expect(ends == 4 && body == Array("hello worldhello world".utf8))
    }
  }

  @Test func aLargeChunkedBodyComesOutWhole() {
    let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var bytes = Array("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
    var rest = body[...]
    var size = 1
    while !rest.isEmpty {
      let piece = rest.prefix(size)
      bytes += Array(String(piece.count, radix: 16, uppercase: size % 2 == 0).utf8) + [13, 10] + piece + [13, 10]
      rest = rest.dropFirst(size)
      size = size * 3 % 20_011 + 1
    }
    bytes += Array("0\r\n\r\n".utf8)
    for slice in [1_000, 4_096, 65_536, bytes.count] {
      let parsed = parse(bytes, slice: slice)
      #expect(parsed.requests.first?.body == body)
      #expect(parsed.requests.first?.isComplete == true)
    }
  }
}
