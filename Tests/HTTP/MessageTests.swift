// SPDX-License-Identifier: Apache-2.0
import EventLoop
import HTTPServer
import Testing

@Suite struct MessageTests {
  @Test func headersKeepTheirOrderAndIgnoreCase() {
    var headers: HTTPHeaders = ["A": "1", "b": "2", "a": "3"]
    #expect(headers["B"] == "2")
    #expect(headers.values("A") == ["1", "3"])
    headers.set("A", "4")
    #expect(headers.fields.map(\.name) == ["b", "A"])
    headers.add("Accept", "x , ,y")
    #expect(headers.tokens("accept") == ["x", "y"])
    headers.remove("ACCEPT")
    #expect(headers["accept"] == nil)
  }

  @Test func percentCodingDecodesStrictly() {
    #expect(PercentCoding.decode("a%20b+c") == "a b+c")
    #expect(PercentCoding.decode("a+b", plusIsSpace: true) == "a b")
    #expect(PercentCoding.decode("%e4%BD%a0") == "\u{4F60}")
    for bad in ["%", "%4", "%zz", "%FF", "%C0%80"] { #expect(PercentCoding.decode(bad) == nil, "\(bad)") }
    #expect(PercentCoding.encode("a b/\u{4F60}~") == "a%20b%2F%E4%BD%A0~")
  }

  @Test func queriesBecomeOrderedPairs() {
    let pairs = PercentCoding.queryPairs("b=1&a=x%3Dy=z&&c&b=+2")
    #expect(pairs?.map(\.name) == ["b", "a", "c", "b"])
    #expect(pairs?.map(\.value) == ["1", "x=y=z", "", " 2"])
    #expect(PercentCoding.queryPairs(nil)?.isEmpty == true)
    #expect(PercentCoding.queryPairs("a=%G0") == nil)
  }

  @Test func anEscapedSlashStaysInItsSegment() {
    #expect(RequestHead(method: "GET", target: "/", path: "/a%2Fb//c").segments == ["a/b", "", "c"])
    #expect(RequestHead(method: "GET", target: "/", path: "/%FF").segments == nil)
  }

  @Test(
    arguments: [
      (nil, .whole), ("bytes=0-0", .part(0..<1)), ("bytes=2-", .part(2..<10)), ("Bytes=2-100", .part(2..<10)),
      ("bytes=-3", .part(7..<10)), ("bytes=-30", .part(0..<10)), ("bytes=-0", .unsatisfiable),
      ("bytes=10-", .unsatisfiable), ("bytes=10-12", .unsatisfiable), ("bytes=3-2", .whole),
      ("bytes=0-1,3-4", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("items=0-1", .whole), ("bytes=a-b", .whole),
      ("bytes=0-18446744073709551615", .part(0..<10)), ("bytes=0-99999999999999999999999", .part(0..<10)),
      ("bytes=99999999999999999999999-", .unsatisfiable), ("bytes=-99999999999999999999999", .part(0..<10)),
      ("bytes=+1-2", .whole),
    ] as [(String?, ByteRange)])
  func rangesOfTenBytes(header: String?, expected: ByteRange) {
    #expect(ByteRange(header: header, length: 10) == expected)
  }

  @Test func rangesHaveTheirContentRange() {
    #expect(ByteRange.part(2..<10).contentRange(length: 10) == "bytes 2-9/10")
    #expect(ByteRange.unsatisfiable.contentRange(length: 10) == "bytes */10")
    #expect(ByteRange(header: "bytes=0-", length: 0) == .unsatisfiable)
  }

  @Test func datesAreTheExampleOfTheStandard() {
    #expect(HTTPDate.text(secondsSince1970: 784_111_777) == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(HTTPDate.secondsSince1970("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
    #expect(HTTPDate.secondsSince1970("Sunday, 06-Nov-94 08:49:37 GMT") == nil)
    #expect(HTTPDate.secondsSince1970("Sun, 06 Nov 1994 08:49:37 UTC") == nil)
    #expect(HTTPDate.text(secondsSince1970: 0) == "Thu, 01 Jan 1970 00:00:00 GMT")
  }

  @Test @LoopActor func bodiesInMemoryAreReadOnceAndCollectHasALimit() async throws {
    #expect(try await HTTPBody([1, 2, 3]).collect(limit: 3) == [1, 2, 3])
    await #expect(throws: HTTPBodyFailure.tooLarge(limit: 2)) { try await HTTPBody([1, 2, 3]).collect(limit: 2) }
    let body = HTTPBody([1])
    #expect(try await body.next() == [1])
    #expect(try await body.next() == nil)
    body.cancel()
    await #expect(throws: HTTPBodyFailure.disconnected) { try await body.next() }
  }
}
