// SPDX-License-Identifier: Apache-2.0
import Foundation
import Network
import Testing

@Suite struct HTTPClientTests {
  let client = HTTPClient(proxies: ProxySettings())

  @Test func `A request is written as described and its answer read`() async throws {
    let server = try StubServer.answering(
      "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nX-Two: a\r\nx-two:  b \r\nContent-Length: 2\r\n\r\n{}")
    let url = try server.url.joining(path: "/v1/../videos?a=%2F")
    let request = HTTPRequestDescription.local(
      "POST", url, headers: [HTTPHeader("Authorization", "Bearer x"), HTTPHeader("X-Empty", "")], body: .text("héllo"))
    let response = try #require(await client.send(request).response)
    #expect(response.status == 201)
    #expect(response.body == Array("{}".utf8))
    #expect(response.headers.all("X-Two") == ["a", "b"])
    let sent = String(decoding: server.requests[0], as: UTF8.self)
    let head = sent.components(separatedBy: "\r\n\r\n")[0].components(separatedBy: "\r\n")
    #expect(head[0] == "POST /v1/../videos?a=%2F HTTP/1.1")
    #expect(
      Set(head.dropFirst()) == [
        "Host: 127.0.0.1:\(server.port)", "Accept: */*", "Authorization: Bearer x", "X-Empty:", "Content-Length: 6",
      ])
    #expect(sent.hasSuffix("\r\n\r\nhéllo"))
  }

  @Test(arguments: ["GET", "HEAD", "DELETE", "PUT", "PATCH", "POST", "OPTIONS"])
  func `Every method works, with no body`(_ method: String) async throws {
    let server = try StubServer.answering("HTTP/1.1 204 No Content\r\n\r\n")
    let response = try #require(await client.send(.local(method, server.url)).response)
    #expect(response.status == 204)
    let sent = String(decoding: server.requests[0], as: UTF8.self)
    #expect(sent.hasPrefix("\(method) / HTTP/1.1\r\n"))
    #expect(sent.contains("Content-Length: 0") == ["POST", "PUT", "PATCH"].contains(method))
    #expect(!sent.contains("Expect") && !sent.contains("Content-Type"))
  }

  @Test func `A GET or DELETE with a body sends it`() async throws {
    for method in ["GET", "DELETE"] {
      let server = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      _ = try #require(await client.send(.local(method, server.url, body: .text("abc"))).response)
      let sent = String(decoding: server.requests[0], as: UTF8.self)
      #expect(sent.hasPrefix("\(method) / ") && sent.hasSuffix("\r\n\r\nabc"))
    }
  }

  @Test func `Interim answers, chunks and trailers are read through`() async throws {
    let server = try StubServer.answering(
      "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-Late: 1\r\n\r\n"
        + "3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nX-Trailer: 1\r\n\r\n")
    let response = try #require(await client.send(.local("GET", server.url)).response)
    #expect(response.status == 200)
    #expect(response.body == Array("abcde".utf8))
    #expect(response.headers.map(\.name) == ["Transfer-Encoding", "X-Late"])
  }

  @Test func `Redirects are answers, not orders`() async throws {
    let server = try StubServer.answering(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
    #expect(await client.send(.local("GET", server.url)).response?.status == 302)
  }

  @Test func `Reads share a connection, what buys something has its own`() async throws {
    let server = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    for _ in 0..<3 { #expect(await client.send(.local("GET", server.url)).response?.status == 200) }
    #expect(server.connections == 1)
    #expect(await client.send(.local("POST", server.url, body: .text("x"))).response?.status == 200)
    #expect(server.connections == 2)
  }

  @Test func `Of many purchases at once one connection is kept for those who look later`() async throws {
    let ended = Counter()
    let server = try StubServer { connection in
      while connection.readRequest() != nil { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
      ended.add(1)
    }
    let client = client
    let url = server.url
    await withTaskGroup(of: Int?.self) { group in
      for _ in 0..<20 { group.addTask { await client.send(.local("POST", url, body: .text("x"))).response?.status } }
      for await status in group { #expect(status == 200) }
    }
    for _ in 0..<3_000 where ended.value < 19 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(ended.value == 19)
    #expect(await client.send(.local("GET", url)).response?.status == 200)
    #expect(server.connections == 20)
  }

  @Test func `Hundreds of requests at once are all answered`() async throws {
    let server = try StubServer { connection in
      while let request = connection.readRequest() {
        let body = request.head.components(separatedBy: "\r\n")[0]
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
      }
    }
    let client = client
    let answers = await withTaskGroup(of: String.self) { group in
      for number in 0..<300 {
        let url = HTTPURL(scheme: .http, host: "127.0.0.1", port: server.port, path: "/\(number)")
        group.addTask {
          switch await client.send(.local("GET", url)) {
          case .response(let response): String(decoding: response.body, as: UTF8.self)
          case .failed(let failure): "\(failure)"
          }
        }
      }
      return await group.reduce(into: Set<String>()) { $0.insert($1) }
    }
    #expect(answers == Set((0..<300).map { "GET /\($0) HTTP/1.1" }))
    #expect(server.connections <= 64)
  }

  @Test func `A header that could end its line is never sent`() async throws {
    let server = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    for header in [
      HTTPHeader("X-A", "b\r\nX-Evil: 1"), HTTPHeader("X A", "b"), HTTPHeader("", "b"), HTTPHeader("X-A\n", "b"),
      HTTPHeader("X-A", "b\u{0}"), HTTPHeader("Content-Length", "5"), HTTPHeader("Transfer-Encoding", "chunked"),
    ] {
      let failure = await client.send(.local("POST", server.url, headers: [header])).failure
      #expect(failure?.kind == .invalidRequest && failure?.delivery == .notSent)
    }
    #expect(await client.send(.local("GE T", server.url)).failure?.kind == .invalidRequest)
    #expect(server.connections == 0)
  }

  @Test func `Cancelling the task ends a waiting exchange at once`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      Thread.sleep(forTimeInterval: 3_600)
    }
    let client = client
    let task = Task {
      var request = HTTPRequestDescription.local("GET", server.url)
      request.timeoutMilliseconds = 3_600_000
      return await client.send(request)
    }
    while server.requests.isEmpty { try await Task.sleep(nanoseconds: 5_000_000) }
    // Otherwise the task would last for an hour.
    task.cancel()
    let failure = try #require(await task.value.failure)
    #expect(failure.kind == .cancelled && failure.delivery == .unknown)
    let early = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return await client.send(.local("GET", server.url))
    }
    #expect(await early.value.failure == TransportFailure(.cancelled, .notSent, "cancelled"))
  }

  @Test func `Retries after a dead idle connection happen for reads alone`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
      // Closes now: the client's pool holds a dead connection.
    }
    for _ in 0..<5 {
      #expect(await client.send(.local("GET", server.url)).response?.status == 200)
      #expect(await client.send(.local("POST", server.url, body: .text("x"))).response?.status == 200)
    }
    #expect(server.requests.filter { $0.starts(with: "POST".utf8) }.count == 5)
  }
}
