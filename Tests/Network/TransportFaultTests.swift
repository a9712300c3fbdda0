// SPDX-License-Identifier: Apache-2.0
import Foundation
import Network
import Testing

/// Each fault of the network, and above all whether the request may have been acted on.
@Suite struct TransportFaultTests {
  let client = HTTPClient(proxies: ProxySettings())

  func failure(_ url: HTTPURL, _ change: (inout HTTPRequestDescription) -> Void = { _ in }) async throws
    -> TransportFailure
  {
    var request = HTTPRequestDescription.local("POST", url, body: .text("buy one"))
    change(&request)
    return try #require(await client.send(request).failure)
  }

  @Test func `Nobody listens: not sent`() async throws {
    let url = HTTPURL(scheme: .http, host: "127.0.0.1", port: try StubServer.refusedPort())
    let failure = try await failure(url)
    #expect(failure.kind == .connect && failure.delivery == .notSent && failure.status == nil)
    #expect(failure.detail.contains("127.0.0.1"))
  }

  @Test func `The name does not resolve: not sent`() async throws {
    let failure = try await failure(HTTPURL("http://nobody.invalid/"))
    #expect(failure.kind == .resolve && failure.delivery == .notSent)
  }

  @Test func `The server accepts and closes at once: unknown`() async throws {
    let server = try StubServer { _ in }
    let failure = try await failure(server.url)
    #expect([.closed, .receive, .send].contains(failure.kind) && failure.delivery == .unknown, "\(failure)")
  }

  @Test func `The server reads and closes: unknown, and asked once`() async throws {
    let server = try StubServer { $0.readRequest() }
    let failure = try await failure(server.url)
    #expect(failure.kind == .closed && failure.delivery == .unknown)
    #expect(server.requests.count == 1)
  }

  @Test func `The server reads and resets: unknown`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.reset()
    }
    let failure = try await failure(server.url)
    #expect(failure.kind == .receive && failure.delivery == .unknown)
  }

  @Test func `No answer in time: unknown`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      Thread.sleep(forTimeInterval: 600)
    }
    // Enough for the request to be sent: only then it is the answer that does not come.
    let failure = try await failure(server.url) { $0.timeoutMilliseconds = 8000 }
    #expect(failure.kind == .timeout && failure.delivery == .unknown)
  }

  @Test func `The handshake never comes: connect timeout, not sent`() async throws {
    let server = try StubServer { _ in Thread.sleep(forTimeInterval: 600) }
    var url = server.url
    url.scheme = .https
    let failure = try await failure(url) { $0.connectTimeoutMilliseconds = 200 }
    #expect(failure.kind == .connectTimeout && failure.delivery == .notSent)
  }

  @Test func `The other side does not speak TLS: not sent`() async throws {
    let server = try StubServer { $0.send("HTTP/1.1 400 Bad Request\r\n\r\n") }
    var url = server.url
    url.scheme = .https
    let failure = try await failure(url)
    #expect(failure.kind == .tls && failure.delivery == .notSent)
  }

  @Test func `A certificate that nobody vouches for: not sent`() async throws {
    let server = try SelfSignedServer()
    let failure = try await failure(HTTPURL(scheme: .https, host: "localhost", port: server.port))
    #expect(failure.kind == .tls && failure.delivery == .notSent, "\(failure)")
  }

  @Test func `A certificate that the client was told to trust is good for its name alone`() async throws {
    let server = try SelfSignedServer()
    let trusting = HTTPClient(proxies: ProxySettings(), certificateFile: server.certificatePath)
    let url = HTTPURL(scheme: .https, host: "localhost", port: server.port)
    #expect(await trusting.send(.local("GET", url)).response?.status == 501)
    let other = HTTPURL(scheme: .https, host: "127.0.0.1", port: server.port)
    #expect(await trusting.send(.local("GET", other)).failure?.kind == .tls)
    // The connection that this client trusts does not serve one that does not.
    #expect(await client.send(.local("GET", url)).failure?.kind == .tls)
    let lost = HTTPClient(proxies: ProxySettings(), certificateFile: "/nowhere")
    #expect(await lost.send(.local("GET", url)).failure?.delivery == .notSent)
  }

  @Test func `The answer stops short: partial, with its status`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")
    }
    let failure = try await failure(server.url)
    #expect(failure.kind == .partial && failure.delivery == .unknown && failure.status == 200)
  }

  @Test func `A chunked answer stops short: partial`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab")
    }
    #expect(try await failure(server.url).kind == .partial)
  }

  @Test func `More than the cap: too large, whether announced or not`() async throws {
    let announced = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n01234567890")
    let silent = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\n\r\n01234567890")
    }
    for server in [announced, silent] {
      let failure = try await failure(server.url) { $0.maximumResponseBytes = 10 }
      #expect(failure.kind == .tooLarge && failure.delivery == .unknown && failure.status == 200)
      var request = HTTPRequestDescription.local("POST", server.url)
      request.maximumResponseBytes = 11
      #expect(await client.send(request).response?.body.count == 11)
    }
  }

  @Test func `A head without end: too large`() async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send("HTTP/1.1 200 OK\r\n")
      for number in 0..<2000 where !connection.send(Array("X-Header-\(number): filler filler\r\n".utf8)) { return }
    }
    #expect(try await failure(server.url).kind == .tooLarge)
  }

  @Test(arguments: ["hello\r\n\r\n", "SSH-2.0-x\r\n", "HTTP/9.9 what\r\n\r\n"])
  func `What is not HTTP is said to be so`(_ answer: String) async throws {
    let server = try StubServer { connection in
      connection.readRequest()
      connection.send(answer)
    }
    let failure = try await failure(server.url)
    #expect(failure.kind == .protocolViolation && failure.delivery == .unknown, "\(failure)")
  }

  @Test func `An answer that comes while the body is still being sent is the answer`() async throws {
    let server = try StubServer(receiveBufferBytes: 4096) { connection in
      connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 3\r\nConnection: close\r\n\r\nbig")
      connection.readRequest()
    }
    let body = MessageBody.bytes([UInt8](repeating: 65, count: 3_000_000))
    let outcome = await client.send(.local("POST", server.url, body: body))
    #expect(outcome.response?.status == 413)
  }

  @Test(arguments: [
    "http://127.0.0.1", "http://localhost", "http://[::1]", "http://10.255.255.1", "http://169.254.169.254",
  ])
  func `Private addresses are refused before any connection`(_ text: String) async throws {
    let server = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    var url = try HTTPURL(text)
    url.port = server.port
    let failure = try await failure(url) { $0.allowsPrivateAddresses = false }
    #expect(failure.kind == .blockedAddress && failure.delivery == .notSent, "\(failure)")
    #expect(server.connections == 0)
  }

  @Test func `An open connection to a private address does not serve who may not go there`() async throws {
    let server = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
    #expect(await client.send(.local("GET", server.url)).response?.status == 200)
    var request = HTTPRequestDescription.local("GET", server.url)
    request.allowsPrivateAddresses = false
    #expect(await client.send(request).failure?.kind == .blockedAddress)
    #expect(server.requests.count == 1)
  }

  @Test func `A proxy that is not there: not sent; one that refuses: not sent`() async throws {
    let port = try StubServer.refusedPort()
    let dead = HTTPClient(proxies: ProxySettings(all: "http://127.0.0.1:\(port)"))
    let refused = await dead.send(HTTPRequestDescription("POST", try HTTPURL("http://example.com/"))).failure
    #expect(refused?.delivery == .notSent && refused?.kind == .connect)
    let server = try StubServer.answering("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
    let strict = HTTPClient(proxies: ProxySettings(https: "http://127.0.0.1:\(server.port)"))
    var request = HTTPRequestDescription("POST", try HTTPURL("https://example.com/"))
    request.connectTimeoutMilliseconds = 60_000
    let failure = await strict.send(request).failure
    #expect(failure?.delivery == .notSent && failure?.kind == .proxy, "\(String(describing: failure))")
    #expect(
      server.requests.first.map { String(decoding: $0, as: UTF8.self) }?.hasPrefix("CONNECT example.com:443") == true)
  }

  @Test func `A request goes through the proxy, one to this machine or a private address does not`() async throws {
    let proxy = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nproxy")
    let target = try StubServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\ntarget")
    let client = HTTPClient(proxies: ProxySettings(all: "http://127.0.0.1:\(proxy.port)"))
    let outside = await client.send(HTTPRequestDescription("GET", try HTTPURL("http://example.com/x")))
    #expect(outside.response.map { String(decoding: $0.body, as: UTF8.self) } == "proxy")
    #expect(await client.send(.local("GET", target.url)).response?.body.count == 6)
    let inside = await client.send(HTTPRequestDescription("GET", try HTTPURL("http://10.0.0.1/")))
    #expect(inside.failure?.kind == .blockedAddress)
    #expect(proxy.requests.count == 1)
  }

  @Test func `Faults leave no connection open`() async throws {
    let server = try StubServer { $0.readRequest() }
    for _ in 0..<50 { _ = try await failure(server.url) }
    // Established, or closed by the other side alone: both would be ours, forgotten.
    let suffix = ":" + String(server.port, radix: 16, uppercase: true)
    func open() throws -> Int {
      try String(contentsOfFile: "/proc/self/net/tcp", encoding: .utf8).split(separator: "\n").filter { line in
        let fields = line.split(separator: " ")
        return fields.count > 3 && fields[2].hasSuffix(suffix) && ["01", "08"].contains(fields[3])
      }.count
    }
    for _ in 0..<3_000 where try open() > 0 { try await Task.sleep(nanoseconds: 20_000_000) }
    #expect(try open() == 0)
  }
}

/// A TLS server with a certificate made for the occasion.
final class SelfSignedServer {
  let port: UInt16
  private let process = Process()
  /// The server ends when this does, also when the tests crash.
  private let input = Pipe()
  /// The certificate, for who wants to trust it.
  var certificatePath: String { folder + "/cert" }
  private let folder = NSTemporaryDirectory() + "/filmgate-tls-\(UUID().uuidString)"

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let script = """
      import os, ssl, subprocess, sys, threading, http.server
      folder = sys.argv[1]
      subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
        "-keyout", folder + "/key", "-out", folder + "/cert", "-days", "2", "-subj", "/CN=localhost",
        "-addext", "subjectAltName=DNS:localhost"],
        check=True, stderr=subprocess.DEVNULL)
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
      context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
      context.load_cert_chain(folder + "/cert", folder + "/key")
      server.socket = context.wrap_socket(server.socket, server_side=True)
      print(server.server_address[1], flush=True)
      sys.stderr = open(os.devnull, "w")
      threading.Thread(target=server.serve_forever, daemon=True).start()
      sys.stdin.read()
      """
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script, folder]
    let output = Pipe()
    process.standardOutput = output
    process.standardInput = input
    try process.run()
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    port = UInt16(line.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  deinit {
    process.terminate()
    try? FileManager.default.removeItem(atPath: folder)
  }
}
