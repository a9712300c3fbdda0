// SPDX-License-Identifier: Apache-2.0
import Foundation
import Network
import Testing
import VideoDocuments

@Suite struct MessageBodyTests {
  func file(_ bytes: [UInt8]) throws -> AssetFile {
    let source = try TemporaryFile(bytes)
    return try #require(AssetFile(taking: open(source.path, O_RDONLY | O_CLOEXEC)))
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 1000, 49_151, 49_152, 49_153, 300_001])
  func `Files stand in a body raw, in base64 and as data URLs, and the length is right`(_ count: Int) async throws {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131 ^ $0 >> 5) }
    let file = try file(bytes)
    let body = MessageBody([
      .bytes(Array("{\"a\":\"".utf8)), .file(file, .base64, mediaType: "image/png"), .bytes([]),
      .bytes(Array("\",\"b\":\"".utf8)), .file(file, .dataURL, mediaType: "image/png"), .bytes(Array("\"}".utf8)),
      .file(file, .raw, mediaType: "x"),
    ])
    let text = Data(bytes).base64EncodedString()
    let expected = Array("{\"a\":\"\(text)\",\"b\":\"data:image/png;base64,\(text)\"}".utf8) + bytes
    #expect(body.contentLength == Int64(expected.count))
    #expect(await body.digest() == .success(SHA256Digest(of: expected)))
    let server = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    let outcome = await HTTPClient(proxies: ProxySettings()).send(.local("POST", server.url, body: body))
    #expect(outcome.response?.status == 200)
    let sent = try #require(server.requests.first)
    #expect(Array(sent.suffix(expected.count)) == expected)
    #expect(String(decoding: sent.prefix(300), as: UTF8.self).contains("Content-Length: \(expected.count)\r\n"))
  }

  @Test func `A file that became shorter fails the request instead of sending something else`() async throws {
    let source = try TemporaryFile([UInt8](repeating: 7, count: 200_000))
    let file = try #require(AssetFile(taking: open(source.path, O_RDONLY | O_CLOEXEC)))
    truncate(source.path, 100_000)
    let body = MessageBody([.file(file, .base64, mediaType: "image/png")])
    #expect(await body.digest() == .failure(.shrunk))
    let server = try StubServer { $0.readRequest() }
    let failure = try #require(
      await HTTPClient(proxies: ProxySettings()).send(.local("POST", server.url, body: body)).failure)
    #expect(failure.kind == .bodySource)
    #expect(server.requests.isEmpty)
  }

  /// In a process of its own: the other tests that run meanwhile need memory too.
  @Test func `A file of 40 MB is hashed and sent with less than 8 MB of memory`() async {
    await #expect(processExitsWith: .success) {
      let source = try TemporaryFile()
      ftruncate(source.descriptor, 40 * 1024 * 1024)
      let file = try #require(AssetFile(taking: open(source.path, O_RDONLY | O_CLOEXEC)))
      // Counts what arrives and keeps nothing.
      let server = try StubServer { connection in
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
          let count = recv(connection.descriptor, &buffer, buffer.count, 0)
          guard count > 0 else { return }
          if buffer[..<count].last == UInt8(ascii: "}") { break }
        }
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      }
      let body = MessageBody([.file(file, .base64, mediaType: "image/png"), .bytes([UInt8(ascii: "}")])])
      let client = HTTPClient(proxies: ProxySettings())
      // Loads the libraries.
      _ = await client.send(
        .local("GET", HTTPURL(scheme: .http, host: "127.0.0.1", port: try StubServer.refusedPort())))
      let before = try residentBytes()
      _ = try await body.digest().get()
      let response = await client.send(.local("POST", server.url, body: body)).response
      #expect(response?.status == 200)
      #expect(try residentBytes() - before < 8 * 1024 * 1024)
    }
  }
}

private func residentBytes() throws -> Int {
  let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
  return (Int(fields[1]) ?? 0) * 4096
}
