// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Network
import Synchronization
import Testing

@Suite struct StreamingTests {
  let client = HTTPClient(proxies: ProxySettings())
  static let piece = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }

  func download(_ url: HTTPURL, _ change: (inout DownloadDescription) -> Void = { _ in }) -> DownloadDescription {
    var result = DownloadDescription(url)
    result.allowsPrivateAddresses = true
    change(&result)
    return result
  }

  /// Sends `count` pieces, however slowly they are taken, and counts what has left.
  func pieceServer(_ count: Int, sent: Counter) throws -> StubServer {
    try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(count * Self.piece.count)\r\n\r\n")
      for _ in 0..<count {
        guard connection.send(Self.piece) else { return sent.end() }
        sent.add(Self.piece.count)
      }
      sent.end()
    }
  }

  func streaming(_ description: DownloadDescription) async throws -> StreamedAnswer {
    switch await client.stream(description) {
    case .streaming(let answer): return answer
    case .refused(let response): throw Unexpected(what: "\(response)")
    case .failed(let failure): throw Unexpected(what: "\(failure)")
    }
  }

  struct Unexpected: Error { let what: String }

  @Test func `The head comes before the body, whose end is told`() async throws {
    let gate = DispatchSemaphore(value: 0)
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 206 Partial Content\r\nContent-Length: 4\r\nETag: \"1\"\r\n\r\n")
      gate.wait()
      connection.send("film")
    }
    let answer = try await streaming(download(server.url) { $0.headers = [HTTPHeader("Range", "bytes=0-3")] })
    #expect(answer.status == 206 && answer.headers.first("etag") == "\"1\"")
    gate.signal()
    var all: [UInt8] = []
    while let piece = try await answer.body.next() { all += piece }
    #expect(all == Array("film".utf8))
    #expect(try await answer.body.next() == nil)
    #expect(String(decoding: server.requests[0], as: UTF8.self).contains("Range: bytes=0-3"))
  }

  @Test func `A reader who is away stops the server, is no slow server, and gets every byte`() async throws {
    let sent = Counter()
    let server = try pieceServer(64, sent: sent)
    let answer = try await streaming(download(server.url) { $0.lowSpeedSeconds = 4 })
    var hasher = SHA256Hasher()
    var largest = 0
    for _ in 0..<3 {
      guard let piece = try await answer.body.next() else { break }
      largest = max(largest, piece.count)
      hasher.update(piece)
    }
    // Longer than a server may be silent.
    try await Task.sleep(nanoseconds: 5_000_000_000)
    let before = sent.value
    // What the kernel holds on both sides is all that can have left.
    #expect(before < 32_000_000)
    while let piece = try await answer.body.next() {
      largest = max(largest, piece.count)
      hasher.update(piece)
    }
    var expected = SHA256Hasher()
    for _ in 0..<64 { expected.update(Self.piece) }
    let (received, wanted) = (hasher.finish(), expected.finish())
    #expect(received == wanted)
    #expect(largest <= DownloadStream.windowBytes + 64 * 1024)
  }

  @Test func `A body that breaks off is delivered as far as it came, then thrown`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n")
      connection.send(Self.piece)
    }
    let answer = try await streaming(download(server.url))
    var count = 0
    do {
      while let piece = try await answer.body.next() { count += piece.count }
      Issue.record("the end of half a file is no end")
    } catch {
      #expect(error.kind == .partial)
    }
    #expect(count == 1_000_000)
  }

  @Test(arguments: ["cancel", "drop", "task"]) func `Letting go ends the transfer`(_ how: String) async throws {
    let sent = Counter()
    let server = try pieceServer(200, sent: sent)
    let description = download(server.url)
    if how == "task" {
      let silent = try StubServer { connection in
        connection.readRequest()
        Thread.sleep(forTimeInterval: 600)
      }
      let (client, waiting) = (client, download(silent.url))
      let task = Task { await client.stream(waiting) }
      while silent.requests.isEmpty { try await Task.sleep(nanoseconds: 5_000_000) }
      task.cancel()
      guard case .failed(let failure) = await task.value else { throw Unexpected(what: "an answer") }
      #expect(failure.kind == .cancelled)
      return
    }
    var answer: StreamedAnswer? = try await streaming(description)
    _ = try await answer?.body.next()
    if how == "cancel" { await answer?.body.cancel() } else { answer = nil }
    // The server notices because its client is gone; otherwise it would wait for ever.
    for _ in 0..<6_000 where !sent.isOver { try await Task.sleep(nanoseconds: 10_000_000) }
    #expect(sent.isOver && sent.value < 200_000_000)
  }

  @Test func `A server that falls silent fails as slow, before the head and after it`() async throws {
    let server = try StubServer { connection in
      guard let request = connection.readRequest() else { return }
      if request.head.hasPrefix("GET /body") {
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome")
      }
      Thread.sleep(forTimeInterval: 600)
    }
    func impatient(_ path: String, seconds: Int, connecting milliseconds: Int64) throws -> DownloadDescription {
      download(try server.url.joining(path: path)) {
        $0.lowSpeedSeconds = seconds
        $0.connectTimeoutMilliseconds = milliseconds
      }
    }
    guard case .failed(let early) = await client.stream(try impatient("/head", seconds: 0, connecting: 5_000)) else {
      throw Unexpected(what: "a head")
    }
    #expect(early.kind == .slow)
    let answer = try await streaming(try impatient("/body", seconds: 4, connecting: 60_000))
    do {
      while try await answer.body.next() != nil {}
      Issue.record("no end was sent")
    } catch {
      #expect(error.kind == .slow)
    }
  }

  @Test func `Readers who are away do not hold up a purchase at the same host`() async throws {
    let server = try StubServer { connection in
      while let request = connection.readRequest() {
        guard request.head.hasPrefix("GET") else {
          connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
          continue
        }
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
        for _ in 0..<50 { guard connection.send(Self.piece) else { return } }
      }
    }
    var readers: [StreamedAnswer] = []
    for _ in 0..<40 { readers.append(try await streaming(download(server.url))) }
    let answer = await client.send(.local("POST", server.url))
    #expect(answer.response?.status == 200)
    for reader in readers { await reader.body.cancel() }
  }

  @Test func `A redirect is followed where a link may lead, and nowhere else`() async throws {
    let inside = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret")
    let origin = try StubServer { connection in
      while let request = connection.readRequest() {
        // Through the proxy the target is absolute.
        let target = request.head.contains("/out") ? "/film" : inside.url.description
        let isFilm = request.head.contains("/film")
        connection.send(
          isFilm
            ? "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nfilm"
            : "HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n")
      }
    }
    // A public host, played by a proxy on loopback.
    let client = HTTPClient(proxies: ProxySettings(http: "http://127.0.0.1:\(origin.port)"))
    guard case .streaming(let answer) = await client.stream(DownloadDescription(try HTTPURL("http://cdn.example/out")))
    else { throw Unexpected(what: "no film") }
    #expect(answer.url == (try HTTPURL("http://cdn.example/film")))
    #expect(try await answer.body.next() == Array("film".utf8))
    guard case .failed(let failure) = await client.stream(DownloadDescription(try HTTPURL("http://cdn.example/in")))
    else { throw Unexpected(what: "a redirect into this machine") }
    #expect(failure.kind == .blockedAddress && inside.connections == 0)
    // A host that the account names itself may be private; where it redirects to may not.
    var known = DownloadDescription(HTTPURL(scheme: .http, host: "localhost", port: origin.port, path: "/in"))
    known.knownHost = "localhost"
    guard case .failed(let second) = await self.client.stream(known) else {
      throw Unexpected(what: "a redirect from a known host")
    }
    #expect(second.kind == .blockedAddress && inside.connections == 0)
    #expect(origin.requests.count == 4)
  }
}

/// Counts over threads.
final class Counter: Sendable {
  private let state = Mutex((value: 0, isOver: false))
  var value: Int { state.withLock { $0.value } }
  var isOver: Bool { state.withLock { $0.isOver } }
  func add(_ count: Int) { state.withLock { $0.value += count } }
  func end() { state.withLock { $0.isOver = true } }
}
