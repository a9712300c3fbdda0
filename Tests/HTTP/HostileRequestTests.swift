// SPDX-License-Identifier: Apache-2.0
import HTTPServer
import Testing

/// A raw request that must be refused, and with what.
struct HostileRequest: Sendable, CustomTestStringConvertible {
  let name: String
  let bytes: [UInt8]
  let failure: RequestFailure

  init(_ name: String, _ text: String, _ failure: RequestFailure) {
    self.name = name
    bytes = Array(text.utf8)
    self.failure = failure
  }

  init(_ name: String, bytes: [UInt8], _ failure: RequestFailure) {
    self.name = name
    self.bytes = bytes
    self.failure = failure
  }

  var testDescription: String { name }
}

private func get(_ fields: String) -> String { "GET / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n" }
private func post(_ fields: String, _ body: String = "") -> String {
  "POST / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n\(body)"
}
private func chunked(_ body: String) -> String { post("Transfer-Encoding: chunked\r\n", body) }
private let limits = HTTPLimits()

let hostileRequests: [HostileRequest] = [
  // Framing
  .init(
    "length and chunked", post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), .conflictingFraming),
  .init(
    "chunked and length", post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"), .conflictingFraming),
  .init("two different lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "abc"), .malformedContentLength),
  .init("two equal lengths", post("Content-Length: 2\r\nContent-Length: 2\r\n", "ab"), .malformedContentLength),
  .init("a list of lengths", post("Content-Length: 2, 2\r\n", "ab"), .malformedContentLength),
  .init("length with a plus", post("Content-Length: +2\r\n", "ab"), .malformedContentLength),
  .init("negative length", post("Content-Length: -2\r\n", "ab"), .malformedContentLength),
  .init("hexadecimal length", post("Content-Length: 0x2\r\n", "ab"), .malformedContentLength),
  .init("empty length", post("Content-Length:\r\n"), .malformedContentLength),
  .init("length with a space inside", post("Content-Length: 1 0\r\n", "ab"), .malformedContentLength),
  .init("length of sixteen digits", post("Content-Length: 1000000000000000\r\n"), .malformedContentLength),
  .init("length beyond the limit", post("Content-Length: 999999999999999\r\n"), .bodyTooLarge(limit: limits.bodyBytes)),
  .init("space before the colon", post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), .malformedField),
  .init("two codings in one field", post("Transfer-Encoding: gzip, chunked\r\n"), .unsupportedTransferCoding),
  .init("chunked twice", post("Transfer-Encoding: chunked, chunked\r\n"), .unsupportedTransferCoding),
  .init("two coding fields", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), .conflictingFraming),
  .init("identity", post("Transfer-Encoding: identity\r\n"), .unsupportedTransferCoding),
  .init("chunked in quotes", post("Transfer-Encoding: \"chunked\"\r\n"), .unsupportedTransferCoding),
  .init("chunked with a vertical tab", post("Transfer-Encoding: \u{0B}chunked\r\n"), .malformedField),
  .init("empty coding", post("Transfer-Encoding:\r\n"), .unsupportedTransferCoding),
  .init("chunked in 1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", .conflictingFraming),
  .init("post of 1.0 without length", "POST / HTTP/1.0\r\n\r\n", .lengthRequired),
  // Chunks
  .init("chunk size 0x1", chunked("0x1\r\na\r\n0\r\n\r\n"), .malformedChunk),
  .init("chunk size +1", chunked("+1\r\na\r\n0\r\n\r\n"), .malformedChunk),
  .init("chunk size with a space before", chunked(" 1\r\na\r\n0\r\n\r\n"), .malformedChunk),
  .init("chunk size with a space after", chunked("1 \r\na\r\n0\r\n\r\n"), .malformedChunk),
  .init("empty chunk size", chunked("\r\na\r\n0\r\n\r\n"), .malformedChunk),
  .init("chunk size of thirteen digits", chunked("0000000000001\r\na\r\n0\r\n\r\n"), .malformedChunk),
  .init("huge chunk", chunked("ffffffffffff\r\na"), .bodyTooLarge(limit: limits.bodyBytes)),
  .init("no line end after a chunk", chunked("1\r\nab\r\n0\r\n\r\n"), .malformedChunk),
  .init("bare line feed after a chunk", chunked("1\r\na\n0\r\n\r\n"), .malformedChunk),
  .init("bare line feed after a size", chunked("1\na\r\n0\r\n\r\n"), .bareLineEnd),
  .init("long chunk extension", chunked("1;\(String(repeating: "x", count: 1100))\r\na\r\n0\r\n\r\n"), .malformedChunk),
  .init(
    "many chunk extensions", chunked(String(repeating: "1;xxxxxxxxxxxxxxx\r\na\r\n", count: 65) + "0\r\n\r\n"),
    .malformedChunk),
  .init("carriage return in an extension", chunked("1;a\rb\r\na\r\n0\r\n\r\n"), .malformedChunk),
  .init("folded trailer", chunked("0\r\na: b\r\n c\r\n\r\n"), .malformedField),
  // Lines
  .init("bare line feeds", "GET / HTTP/1.1\nHost: h\n\n", .bareLineEnd),
  .init("bare line feed after a field", "GET / HTTP/1.1\r\nHost: h\nA: b\r\n\r\n", .bareLineEnd),
  .init("bare line feed as the end", "GET / HTTP/1.1\r\nHost: h\r\n\n", .bareLineEnd),
  .init("carriage return in a value", get("A: b\rc\r\n"), .malformedField),
  .init("obsolete folding", get("A: b\r\n c\r\n"), .malformedField),
  .init("folding of the first field", "GET / HTTP/1.1\r\n Host: h\r\n\r\n", .malformedField),
  .init("NUL in a value", get("A: b\0c\r\n"), .malformedField),
  .init("NUL in a name", get("A\0: b\r\n"), .malformedField),
  .init("empty name", get(": b\r\n"), .malformedField),
  .init("no colon", get("Abc\r\n"), .malformedField),
  .init("space in a name", get("A b: c\r\n"), .malformedField),
  .init("control byte in a value", get("A: \u{01}\r\n"), .malformedField),
  .init("delete in a value", get("A: \u{7F}\r\n"), .malformedField),
  .init(
    "a value that is not UTF-8", bytes: Array(get("A: ").utf8.dropLast(2)) + [0xFF, 0x0D, 0x0A, 0x0D, 0x0A],
    .malformedField),
  // Request line
  .init("method with a control byte", "G\u{01}T / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
  .init("lower-case method", "get / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
  .init("method of seventeen letters", "ABCDEFGHIJKLMNOPQ / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
  .init("space before the method", " GET / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
  .init("two spaces", "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
  .init("tab as separator", "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
  .init("space at the end", "GET / HTTP/1.1 \r\nHost: h\r\n\r\n", .malformedRequestLine),
  .init("no version", "GET /\r\n\r\n", .malformedRequestLine),
  .init("HTTP/2.0", "GET / HTTP/2.0\r\nHost: h\r\n\r\n", .unsupportedVersion),
  .init("HTTP/1.2", "GET / HTTP/1.2\r\nHost: h\r\n\r\n", .unsupportedVersion),
  .init("HTTP/01.1", "GET / HTTP/01.1\r\nHost: h\r\n\r\n", .unsupportedVersion),
  .init("lower-case version", "GET / http/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
  .init("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion),
  .init("a relative target", "GET a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
  .init("another scheme", "GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
  .init("absolute without a host", "GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
  .init("absolute with user information", "GET http://u@h/ HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
  .init("asterisk without OPTIONS", "GET * HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
  .init("authority form", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
  .init("non-ASCII target", "GET /\u{E9} HTTP/1.1\r\nHost: h\r\n\r\n", .malformedTarget),
  .init("TLS greeting", bytes: [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], .malformedRequestLine),
  .init("two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", .malformedRequestLine),
  .init(
    "long target", "GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: h\r\n\r\n",
    .requestLineTooLong(limit: limits.requestLineBytes)),
  .init(
    "endless method", String(repeating: "A", count: 9_000), .requestLineTooLong(limit: limits.requestLineBytes)),
  // Host and Expect
  .init("no host", "GET / HTTP/1.1\r\n\r\n", .malformedHost),
  .init("two hosts", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", .malformedHost),
  .init("two hosts in 1.0", "GET / HTTP/1.0\r\nHost: h\r\nHost: i\r\n\r\n", .malformedHost),
  .init("host with a path", "GET / HTTP/1.1\r\nHost: h/a\r\n\r\n", .malformedHost),
  .init("host with user information", "GET / HTTP/1.1\r\nHost: u@h\r\n\r\n", .malformedHost),
  .init("host with a space", "GET / HTTP/1.1\r\nHost: h i\r\n\r\n", .malformedHost),
  .init("another expectation", post("Content-Length: 1\r\nExpect: 200-ok\r\n"), .unsupportedExpectation),
  .init(
    "two expectations", post("Content-Length: 1\r\nExpect: 100-continue\r\nExpect: 100-continue\r\n"),
    .unsupportedExpectation),
  // Size
  .init(
    "a thousand fields", get((0..<1_000).map { "A\($0): b\r\n" }.joined()), .tooManyFields(limit: limits.fields)),
  .init(
    "a long field", get("A: \(String(repeating: "b", count: 17_000))\r\n"), .headTooLarge(limit: limits.headBytes)),
  .init(
    "a head without end", "GET / HTTP/1.1\r\nA: " + String(repeating: "b", count: 20_000),
    .headTooLarge(limit: limits.headBytes)),
  .init(
    "long trailers", chunked("0\r\nA: \(String(repeating: "b", count: 17_000))\r\n\r\n"),
    .headTooLarge(limit: limits.headBytes)),
]

@Suite struct HostileRequestTests {
  @Test(arguments: hostileRequests) func isRefused(_ request: HostileRequest) {
    #expect(parse(request.bytes, slice: request.bytes.count).failure == request.failure)
  }

  @Test(arguments: hostileRequests) func isRefusedAlikeByteByByte(_ request: HostileRequest) {
    let whole = parse(request.bytes, slice: request.bytes.count)
    for slice in [1, 7] { #expect(parse(request.bytes, slice: slice) == whole) }
  }

  @Test func aFailedParserStaysFailed() throws {
    var parser = RequestParser()
    parser.feed("x".utf8)
    #expect(throws: RequestFailure.malformedRequestLine) { try parser.next() }
    parser.feed("GET / HTTP/1.1\r\nHost: h\r\n\r\n".utf8)
    #expect(throws: RequestFailure.malformedRequestLine) { try parser.next() }
  }

  @Test func everyFailureHasAStatusOfItsClassAndASentence() {
    for request in hostileRequests {
      #expect([400, 411, 413, 414, 417, 431, 501, 505].contains(request.failure.status))
      #expect("\(request.failure)".hasSuffix("."))
    }
  }
}
