// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Network
import Testing

@Suite struct DownloadTests {
  let client = HTTPClient(proxies: ProxySettings())
  static let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 17 ^ $0 >> 9) }

  func download(_ url: HTTPURL, _ change: (inout DownloadDescription) -> Void = { _ in }) -> DownloadDescription {
    var result = DownloadDescription(url)
    result.allowsPrivateAddresses = true
    change(&result)
    return result
  }

  /// Serves `content`, ranges too.
  func fileServer() throws -> StubServer {
    try StubServer { connection in
      while let request = connection.readRequest() {
        let lines = request.head.components(separatedBy: "\r\n")
        let range = lines.first { $0.lowercased().hasPrefix("range: bytes=") }
        let start = range.flatMap { Int($0.dropFirst(13).dropLast()) } ?? 0
        let total = Self.content.count
        if start == total && range != nil {
          connection.send(
            "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Range: bytes */\(total)\r\nContent-Length: 0\r\n\r\n")
          continue
        }
        let status =
          range == nil ? "200 OK" : "206 Partial Content\r\nContent-Range: bytes \(start)-\(total - 1)/\(total)"
        connection.send("HTTP/1.1 \(status)\r\nETag: \"1\"\r\nContent-Length: \(total - start)\r\n\r\n")
        connection.send(Array(Self.content[start...]))
      }
    }
  }

  @Test func `A file arrives whole, with progress`() async throws {
    let server = try fileServer()
    let file = try TemporaryFile([UInt8](repeating: 1, count: 4_000_000))
    let seen = Seen()
    let outcome = await client.download(download(server.url), to: file.descriptor) { seen.add($0) }
    guard case .complete(let count, let headers, let url) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(count == 3_000_000 && url == server.url && headers.first("etag") == "\"1\"")
    #expect(file.contents == Self.content)
    #expect(await seen.all.last == DownloadProgress(byteCount: 3_000_000, totalBytes: 3_000_000))
  }

  @Test func `A slow disk holds the network back, and nothing is lost`() async throws {
    // A pipe cannot be written by position: the failure of the file is the answer, not a crash or a full memory.
    let server = try fileServer()
    let null = open("/dev/full", O_WRONLY)
    defer { close(null) }
    let outcome = await client.download(download(server.url), to: null)
    guard case .failed(let failure, _) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(failure.kind == .localFile && failure.detail == "No space left on device")
  }

  @Test func `Many megabytes stay intact through the window`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(Self.content.count * 16)\r\n\r\n")
      for _ in 0..<16 { connection.send(Self.content) }
    }
    let file = try TemporaryFile()
    let outcome = await client.download(download(server.url), to: file.descriptor)
    guard case .complete(let count, _, _) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(count == 48_000_000)
    var hasher = SHA256Hasher()
    for _ in 0..<16 { hasher.update(Self.content) }
    let expected = hasher.finish()
    #expect(SHA256Hasher.digest(ofFile: file.descriptor) == .success(expected))
  }

  @Test func `A part is continued, begun anew, or found complete`() async throws {
    let server = try fileServer()
    let part = try TemporaryFile(Array(Self.content[..<1_234_567]))
    let continued = await client.download(
      download(server.url) {
        $0.resumeAtByte = 1_234_567
        $0.resumeEntityTag = "\"1\""
      }, to: part.descriptor)
    guard case .complete(3_000_000, _, _) = continued else {
      Issue.record("\(continued)")
      return
    }
    #expect(part.contents == Self.content)
    let sent = String(decoding: server.requests[0], as: UTF8.self)
    #expect(sent.contains("Range: bytes=1234567-\r\nIf-Range: \"1\"\r\n"))
    let again = await client.download(download(server.url) { $0.resumeAtByte = 3_000_000 }, to: part.descriptor)
    guard case .complete(3_000_000, _, _) = again else {
      Issue.record("\(again)")
      return
    }
    let plain = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole")
    let anew = await client.download(download(plain.url) { $0.resumeAtByte = 100 }, to: part.descriptor)
    guard case .complete(5, _, _) = anew else {
      Issue.record("\(anew)")
      return
    }
    #expect(part.contents == Array("whole".utf8))
  }

  @Test func `Another part than asked for is not taken`() async throws {
    let server = try StubServer.answering(
      "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-4/100\r\nContent-Length: 5\r\n\r\nwrong")
    let part = try TemporaryFile(Array("0123456789".utf8))
    let outcome = await client.download(download(server.url) { $0.resumeAtByte = 10 }, to: part.descriptor)
    guard case .failed(let failure, 10) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(failure.kind == .protocolViolation)
    #expect(part.contents == Array("0123456789".utf8))
  }

  @Test func `A download that stops short says how much is there`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")
      connection.send(Array(Self.content[..<1_000_000]))
    }
    let file = try TemporaryFile()
    let outcome = await client.download(download(server.url), to: file.descriptor)
    guard case .failed(let failure, 1_000_000) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(failure.kind == .partial)
    #expect(file.contents == Array(Self.content[..<1_000_000]))
  }

  @Test func `A file beyond the limit is refused, announced or not; an empty one is a file`() async throws {
    let announced = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n012345")
    let silent = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\n\r\n012345")
    }
    for server in [announced, silent] {
      let file = try TemporaryFile()
      let outcome = await client.download(download(server.url) { $0.maximumBytes = 5 }, to: file.descriptor)
      guard case .failed(let failure, _) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(failure.kind == .tooLarge)
    }
    let empty = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let file = try TemporaryFile([1, 2, 3])
    guard case .complete(0, _, _) = await client.download(download(empty.url), to: file.descriptor) else {
      Issue.record("an empty file is complete")
      return
    }
    #expect(file.contents.isEmpty)
  }

  @Test func `A refusal is an answer, cut at its bound`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 404 Not Found\r\n\r\n")
      while connection.send([UInt8](repeating: 65, count: 50_000)) {}
    }
    let file = try TemporaryFile()
    let outcome = await client.download(download(server.url), to: file.descriptor)
    guard case .refused(let response) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(response.status == 404 && response.body.count <= DownloadDescription.keptRefusalBytes)
    #expect(file.contents.isEmpty)
  }

  @Test func `Redirects are followed, five at most, without the key to another origin`() async throws {
    let target = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfilm")
    let server = try StubServer { connection in
      while let request = connection.readRequest() {
        let hops = Int(request.head.components(separatedBy: " ")[1].dropFirst()) ?? 0
        let location = hops == 0 ? target.url.description : "/\(hops - 1)"
        connection.send("HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n")
      }
    }
    func outcome(_ hops: Int) async throws -> DownloadOutcome {
      let file = try TemporaryFile()
      let description = download(try server.url.joining(path: "/\(hops)")) {
        $0.headers = [HTTPHeader("Authorization", "Bearer secret"), HTTPHeader("Accept", "video/mp4")]
      }
      return await client.download(description, to: file.descriptor)
    }
    guard case .complete(4, _, let url) = try await outcome(4) else {
      Issue.record("five redirects are allowed")
      return
    }
    #expect(url == target.url)
    let first = String(decoding: server.requests[0], as: UTF8.self)
    let last = String(decoding: target.requests[0], as: UTF8.self)
    #expect(first.contains("Bearer secret") && !last.contains("secret") && last.contains("Accept: video/mp4"))
    guard case .failed(let failure, _) = try await outcome(5) else {
      Issue.record("six redirects are too many")
      return
    }
    #expect(failure.kind == .redirect)
  }

  @Test(arguments: ["file:///etc/passwd", "gopher://127.0.0.1/", "http://user@127.0.0.1/", "https://", ""])
  func `A redirect to no usable URL is refused`(_ location: String) async throws {
    let server = try StubServer.answering("HTTP/1.1 302 Found\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n")
    let file = try TemporaryFile()
    guard case .failed(let failure, _) = await client.download(download(server.url), to: file.descriptor) else {
      Issue.record("followed to \(location)")
      return
    }
    #expect(failure.kind == .redirect)
  }

  @Test func `A link to a private address is refused`() async throws {
    let server = try fileServer()
    let file = try TemporaryFile()
    let outcome = await client.download(DownloadDescription(server.url), to: file.descriptor)
    guard case .failed(let failure, _) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(failure.kind == .blockedAddress && server.connections == 0)
  }

  @Test func `A trickle fails as slow`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
      for _ in 0..<6_000 {
        guard connection.send([1, 2, 3]) else { return }
        Thread.sleep(forTimeInterval: 0.1)
      }
    }
    let file = try TemporaryFile()
    let outcome = await client.download(download(server.url) { $0.lowSpeedSeconds = 1 }, to: file.descriptor)
    guard case .failed(let failure, _) = outcome else {
      Issue.record("\(outcome)")
      return
    }
    #expect(failure.kind == .slow)
  }

  @Test func `Cancelling ends a download`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nsome")
      Thread.sleep(forTimeInterval: 600)
    }
    let file = try TemporaryFile()
    let (client, description, descriptor) = (client, download(server.url), file.descriptor)
    let task = Task { await client.download(description, to: descriptor) }
    while server.requests.isEmpty { try await Task.sleep(nanoseconds: 5_000_000) }
    task.cancel()
    guard case .failed(let failure, _) = await task.value else {
      Issue.record("not cancelled")
      return
    }
    #expect(failure.kind == .cancelled)
  }
}

@LoopActor final class Seen {
  private(set) var all: [DownloadProgress] = []
  nonisolated init() {}
  func add(_ progress: DownloadProgress) { all.append(progress) }
}
