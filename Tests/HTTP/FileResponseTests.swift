// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Glibc
import HTTPServer
import Testing

private let content = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
/// "Sun, 06 Nov 1994 08:49:37 GMT"
private let modified: Int64 = 784_111_777

private func get(_ headers: HTTPHeaders, method: String = "GET", length: UInt64 = 1_000) -> (
  answer: HTTPResponse, range: Range<UInt64>?
) {
  var range: Range<UInt64>?
  let answer = FileResponse.make(
    for: RequestHead(method: method, target: "/", path: "/", headers: headers), length: length,
    contentType: "video/mp4", etag: "abc", lastModified: modified, headers: ["Cache-Control": "private"]
  ) { asked in
    range = asked
    return .bytes(Array(content[Int(asked.lowerBound)..<Int(asked.upperBound)]))
  }
  return (answer, range)
}

private let whole: Range<UInt64> = 0..<1_000

private let requests: [(HTTPHeaders, Int, Range<UInt64>?)] = [
  ([:], 200, whole),
  (["Range": "bytes=0-9"], 206, 0..<10),
  (["Range": "bytes=990-"], 206, 990..<1_000),
  (["Range": "bytes=-10"], 206, 990..<1_000),
  (["Range": "bytes=0-5000"], 206, whole),
  (["Range": "bytes=1000-"], 416, nil),
  (["Range": "bytes=-0"], 416, nil),
  // Not served, so the whole is sent: several ranges, other units, nonsense.
  (["Range": "bytes=0-1,5-6"], 200, whole),
  (["Range": "bytes=0-1", "range": "bytes=5-6"], 200, whole),
  (["Range": "lines=0-1"], 200, whole),
  (["Range": "bytes=5-1"], 200, whole),
  (["Range": "bytes=0-1", "If-Range": "\"abc\""], 206, 0..<2),
  (["Range": "bytes=0-1", "If-Range": "\"abd\""], 200, whole),
  (["Range": "bytes=0-1", "If-Range": "W/\"abc\""], 200, whole),
  (["Range": "bytes=0-1", "If-Range": "Sun, 06 Nov 1994 08:49:37 GMT"], 206, 0..<2),
  (["Range": "bytes=0-1", "If-Range": "Sun, 06 Nov 1994 08:49:38 GMT"], 200, whole),
  (["Range": "bytes=2000-", "If-Range": "\"abd\""], 200, whole),
  (["If-None-Match": "\"abc\""], 304, nil),
  (["If-None-Match": "\"x\", W/\"abc\""], 304, nil),
  (["If-None-Match": "*"], 304, nil),
  (["If-None-Match": "abc"], 200, whole),
  (["If-None-Match": "\"abc\"", "Range": "bytes=0-1"], 304, nil),
  (["If-None-Match": "\"x\"", "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"], 200, whole),
  (["If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT"], 304, nil),
  (["If-Modified-Since": "Sun, 06 Nov 1994 08:49:36 GMT"], 200, whole),
  (["If-Modified-Since": "yesterday"], 200, whole),
  (["If-Match": "\"abc\""], 200, whole),
  (["If-Match": "*"], 200, whole),
  (["If-Match": "W/\"abc\""], 412, nil),
  (["If-Match": "\"x\"", "If-None-Match": "\"abc\""], 412, nil),
  (["If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:36 GMT"], 412, nil),
]

@Suite struct FileResponseTests {
  @Test(arguments: requests)
  func conditionsAndRangesAreHonoured(_ headers: HTTPHeaders, status: Int, range: Range<UInt64>?) {
    let (answer, asked) = get(headers)
    #expect(answer.status == status)
    #expect(asked == range)
    let head = get(headers, method: "HEAD").answer
    // HEAD has no ranges: it says what GET would without one.
    #expect(head.status == (status == 206 || status == 416 ? 200 : status))
  }

  @Test func answersSayWhatTheyAre() {
    let part = get(["Range": "bytes=10-19"]).answer.headers
    #expect(part["content-range"] == "bytes 10-19/1000")
    #expect(part["content-type"] == "video/mp4")
    #expect(part["etag"] == "\"abc\"")
    #expect(part["last-modified"] == "Sun, 06 Nov 1994 08:49:37 GMT")
    #expect(part["accept-ranges"] == "bytes")
    let unchanged = get(["If-None-Match": "\"abc\""]).answer.headers
    #expect(unchanged["etag"] == "\"abc\"" && unchanged["cache-control"] == "private")
    #expect(unchanged["content-type"] == nil)
    #expect(get(["Range": "bytes=1000-"]).answer.headers["content-range"] == "bytes */1000")
    let refused = get([:], method: "POST").answer
    #expect(refused.status == 405 && refused.headers["allow"] == "GET, HEAD")
  }

  @Test func nothingIsAProperWholeAndHasNoRange() {
    #expect(get([:], length: 0).answer.status == 200)
    #expect(get(["Range": "bytes=0-"], length: 0).answer.status == 416)
  }

  @Test(.timeLimit(.minutes(10))) @LoopActor func aFileComesWholeAndInPartsOverOneConnection() async throws {
    let path = NSTemporaryDirectory() + "filmgate-http-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    // More than the socket's buffers hold.
    let long = (0..<12_000_000).map { UInt8(truncatingIfNeeded: $0 / 256 &* 13) }
    _ = FileManager.default.createFile(atPath: path, contents: Data(long))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await withServer { request in
      let file = OpenFile(descriptor: open(path, O_RDONLY | O_CLOEXEC))
      return FileResponse.make(
        for: request.head, file: file, length: UInt64(long.count), contentType: "a/b", etag: "x")
    } test: { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
        client.send(
          "GET / HTTP/1.1\r\nHost: h\r\nRange: bytes=5-8\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nIf-None-Match: *\r\n\r\n")
        client.send("GET / HTTP/1.1\r\nHost: h\r\nRange: bytes=100-\r\nConnection: close\r\n\r\n")
        // The buffers fill while nobody reads.
        client.sleep(milliseconds: 100)
        var all: [UInt8] = []
        while let piece = client.receive(), !piece.isEmpty { all += piece }
        return all
      }
      #expect(answer.suffix(long.count - 100) == long[100...])
      let text = String(decoding: answer.prefix(1_500), as: UTF8.self)
      #expect(text.contains("HTTP/1.1 200 OK\r\n") && text.contains("Content-Length: 12000000\r\n"))
      #expect(text.contains("Content-Range: bytes 5-8/12000000\r\n"))
      #expect(text.contains("HTTP/1.1 304 Not Modified\r\n"))
    }
  }

  @Test(.timeLimit(.minutes(10))) @LoopActor func aFileShorterThanSaidEndsTheConnection() async throws {
    let path = NSTemporaryDirectory() + "filmgate-http-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    _ = FileManager.default.createFile(atPath: path, contents: Data([1, 2, 3]))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await withServer { request in
      let file = OpenFile(descriptor: open(path, O_RDONLY | O_CLOEXEC))
      return FileResponse.make(for: request.head, file: file, length: 10, contentType: "a/b")
    } test: { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n")
        return client.receiveAll()
      }
      #expect(answer.contains("Content-Length: 10\r\n") && answer.hasSuffix("\r\n\r\n\u{1}\u{2}\u{3}"))
    }
  }

  @Test(.timeLimit(.minutes(10))) @LoopActor func aClientThatLeavesDuringAFileHarmsNobody() async throws {
    let path = NSTemporaryDirectory() + "filmgate-http-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    _ = FileManager.default.createFile(atPath: path, contents: Data(count: 32 << 20))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await withServer { request in
      let file = OpenFile(descriptor: open(path, O_RDONLY | O_CLOEXEC))
      return FileResponse.make(for: request.head, file: file, length: 32 << 20, contentType: "a/b")
    } test: { server in
      let port = server.port
      let answer = await onThread {
        for _ in 0..<20 {
          let client = TestClient(port)
          client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
          _ = client.receive()
        }
        let client = TestClient(port)
        client.send("GET / HTTP/1.1\r\nHost: h\r\nRange: bytes=0-4\r\nConnection: close\r\n\r\n")
        return client.receiveAll()
      }
      #expect(answer.hasSuffix("\r\n\r\n\0\0\0\0\0"))
      try await eventually { server.connectionCount == 0 }
    }
  }
}
