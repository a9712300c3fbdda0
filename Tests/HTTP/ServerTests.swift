// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Glibc
import HTTPServer
import Synchronization
import Testing

private let getLast = "GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"

@Suite(.timeLimit(.minutes(10))) struct ServerTests {
  @Test @LoopActor func answersCarryLengthDateAndTheBody() async throws {
    try await withServer(echo) { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send("POST /a?b HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 2\r\n\r\nhi")
        return client.receiveAll()
      }
      #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n"))
      #expect(answer.contains("\r\nContent-Length: 13\r\n"))
      #expect(answer.contains("\r\nConnection: close\r\n"))
      #expect(answer.contains(" GMT\r\n"))
      #expect(answer.hasSuffix("\r\n\r\nPOST /a?b hi\n"))
    }
  }

  @Test @LoopActor func pipelinedRequestsAreAnsweredInOrder() async throws {
    try await withServer { request in
      // The first answers take longest: order must not depend on it.
      let number = UInt64(request.head.path.dropFirst()) ?? 9
      try? await EventLoop.sleep(nanoseconds: (9 - min(9, number)) * 2_000_000)
      return await echo(request)
    } test: { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        var text = ""
        for number in 0..<8 {
          text += "POST /\(number) HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n\(number)\r\n0\r\n\r\n"
        }
        client.send(text + getLast)
        return client.receiveAll()
      }
      let bodies = answer.components(separatedBy: "\r\n").filter { $0.hasPrefix("POST") || $0.hasPrefix("GET") }
      #expect(answer.components(separatedBy: "HTTP/1.1 200").count == 10)
      for number in 0..<8 { #expect(bodies[number].hasPrefix("POST /\(number) \(number)\n")) }
      #expect(bodies.last == "GET /last \n")
    }
  }

  @Test @LoopActor func aHalfClosedClientStillGetsItsAnswers() async throws {
    try await withServer(echo) { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n")
        client.finishSending()
        return client.receiveAll()
      }
      #expect(answer.contains("GET /1 \n") && answer.contains("GET /2 \n"))
    }
  }

  @Test @LoopActor func headHasTheLengthOfGetAndNoBody() async throws {
    try await withServer(echo) { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send("HEAD /abc HTTP/1.1\r\nHost: h\r\n\r\n" + getLast)
        return client.receiveAll()
      }
      #expect(answer.contains("\r\nContent-Length: 11\r\n"))
      #expect(!answer.contains("HEAD /abc"))
      #expect(answer.hasSuffix("GET /last \n"))
    }
  }

  @Test @LoopActor func versionOneDotZeroClosesUnlessAskedToStay() async throws {
    try await withServer(echo) { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send("GET /1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\n\r\nGET /3 HTTP/1.0\r\n\r\n")
        return client.receiveAll()
      }
      #expect(answer.contains("Connection: keep-alive\r\n"))
      #expect(answer.contains("GET /2 \n"))
      #expect(!answer.contains("GET /3"))
    }
  }

  @Test @LoopActor func leaveToContinueIsGivenWhenTheBodyIsAskedForAndNotOtherwise() async throws {
    try await withServer { request in
      request.head.path == "/refused" ? .text(status: 403, "no") : await echo(request)
    } test: { server in
      let port = server.port
      let (granted, refused) = await onThread {
        let client = TestClient(port)
        client.send("PUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        var granted = client.receive(until: "\r\n\r\n")
        client.send("hi")
        granted += client.receive(until: "hi\n")
        client.send("PUT /refused HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        return (granted, client.receiveAll())
      }
      #expect(granted.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"))
      #expect(refused.hasPrefix("HTTP/1.1 403 "))
      #expect(refused.contains("Connection: close\r\n"))
    }
  }

  @Test(arguments: hostileRequests) @LoopActor
  func aHostileRequestIsAnsweredOnceAndTheConnectionEnds(_ request: HostileRequest) async throws {
    try await withServer(echo) { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send(request.bytes)
        client.send(getLast)
        return client.receiveAll()
      }
      #expect(answer.hasPrefix("HTTP/1.1 \(request.failure.status) "))
      #expect(answer.contains("Connection: close\r\n"))
      #expect(answer.hasSuffix("\r\n\r\n\(request.failure)\n"))
      // One answer: the request that followed was not taken for a second one.
      #expect(!answer.contains("GET /last"))
    }
  }

  @Test @LoopActor func aBodyLeftUnreadIsSkippedWhenSmallAndEndsTheConnectionWhenLarge() async throws {
    try await withServer { request in
      .text(status: 200, "ignored \(request.head.path)")
    } test: { server in
      let port = server.port
      let (small, large) = await onThread {
        let client = TestClient(port)
        client.send("POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n")
        client.send([UInt8](repeating: 65, count: 1_000))
        client.send("POST /2 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
        client.send(getLast)
        let small = client.receiveAll()
        let other = TestClient(port)
        other.send("POST /3 HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
        other.send([UInt8](repeating: 65, count: 1_000_000))
        return (small, other.receiveAll())
      }
      for path in ["/1", "/2", "/last"] { #expect(small.contains("ignored \(path)\n")) }
      #expect(large.contains("Connection: close\r\n") && large.hasSuffix("ignored /3\n"))
    }
  }

  @Test @LoopActor func anUploadIsReadOnlyAsFastAsItIsAskedFor() async throws {
    let total = 64 << 20
    let gate = Gate()
    try await withServer { request in
      await gate.wait()
      var count = 0
      while let piece = try? await request.body.next() { count += piece.count }
      return .text(status: 200, "\(count)")
    } test: { server in
      let port = server.port
      let sent = Counter()
      let upload = Task { @LoopActor in
        await onThread {
          let client = TestClient(port)
          client.send("PUT / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: \(total)\r\n\r\n")
          let block = [UInt8](repeating: 7, count: 1 << 16)
          for _ in 0..<(total / block.count) {
            client.send(block)
            sent.value.add(block.count, ordering: .relaxed)
          }
          return client.receiveAll()
        }
      }
      try await EventLoop.sleep(nanoseconds: 300_000_000)
      // What the kernel's buffers took, and no more.
      #expect(sent.value.load(ordering: .relaxed) < 16 << 20)
      gate.open()
      #expect(await upload.value.hasSuffix("\r\n\r\n\(total)\n"))
    }
  }

  @Test @LoopActor func aDownloadIsMadeOnlyAsFastAsItIsTaken() async throws {
    let made = Counter()
    let total = 64 << 20
    try await withServer { _ in
      HTTPResponse(
        status: 200,
        body: .stream(
          HTTPClosureStream { () throws(HTTPBodyFailure) in
            guard made.value.load(ordering: .relaxed) < total else { return nil }
            made.value.add(1 << 16, ordering: .relaxed)
            return [UInt8](repeating: 9, count: 1 << 16)
          }))
    } test: { server in
      let port = server.port
      let client = TestClient(port, receiveBufferBytes: 65_536)
      client.send(getLast)
      try await EventLoop.sleep(nanoseconds: 300_000_000)
      // What the kernel holds on both sides, and it is told to hold little.
      #expect(made.value.load(ordering: .relaxed) < 2 << 20)
      let bytes = await onThread {
        var count = 0
        while let piece = client.receive(atMost: 1 << 20), !piece.isEmpty { count += piece.count }
        return count
      }
      // The body and the frame of each chunk ("10000", four line-end bytes), then head and last chunk.
      let framed = total + total / 65_536 * 9
      #expect(bytes > framed && bytes < framed + 1_000)
    }
  }

  @Test @LoopActor func aFileIsSentInPartAndClosedAfterwards() async throws {
    let path = NSTemporaryDirectory() + "filmgate-http-\(getpid())-\(UInt64.random(in: 0...UInt64.max))"
    let content = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 / 256 &* 13) }
    _ = FileManager.default.createFile(atPath: path, contents: Data(content))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let descriptors = Mutex<[Int32]>([])
    let holder = Holder(descriptors)
    try await withServer { _ in
      let descriptor = open(path, O_RDONLY | O_CLOEXEC)
      holder.value.withLock { $0.append(descriptor) }
      return HTTPResponse(
        status: 206, body: .file(OpenFile(descriptor: descriptor), offset: 1_000, count: 700_000))
    } test: { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send(getLast)
        var all: [UInt8] = []
        while let piece = client.receive(), !piece.isEmpty { all += piece }
        return all
      }
      #expect(answer.suffix(700_000) == content[1_000..<701_000])
      let descriptor = holder.value.withLock { $0[0] }
      try await eventually {
        var status = stat()
        return fstat(descriptor, &status) != 0 || status.st_size != 1_000_000
      }
    }
  }

  @Test @LoopActor func aStreamThatFailsOrLiesAboutItsLengthEndsWithoutAProperEnd() async throws {
    try await withServer { request in
      let length: UInt64? = request.head.path == "/short" ? 10 : nil
      let left = Counter(2)
      return HTTPResponse(
        status: 200,
        body: .stream(
          HTTPClosureStream(length: length) { () throws(HTTPBodyFailure) in
            if left.value.subtract(1, ordering: .relaxed).newValue > 0 { return [65, 66] }
            if length == nil { throw .source("broken") }
            return nil
          }))
    } test: { server in
      let port = server.port
      let (failed, short, isReset) = await onThread {
        // To a client of HTTP/1.0 the end of the connection is the end of the body, so there must be none.
        let old = TestClient(port)
        old.send("GET /failed HTTP/1.0\r\n\r\n")
        var last = old.receive()
        while let bytes = last, !bytes.isEmpty { last = old.receive() }
        let one = TestClient(port)
        one.send("GET /failed HTTP/1.1\r\nHost: h\r\n\r\n")
        let two = TestClient(port)
        two.send("GET /short HTTP/1.1\r\nHost: h\r\n\r\n")
        return (one.receiveAll(), two.receiveAll(), last == nil)
      }
      #expect(isReset)
      #expect(failed.hasSuffix("\r\n2\r\nAB\r\n"))
      #expect(short.hasSuffix("\r\n\r\nAB"))
    }
  }

  @Test @LoopActor func aFieldThatWouldSplitTheAnswerBecomesAnError() async throws {
    try await withServer { _ in
      HTTPResponse(status: 200, headers: ["X-A": "b\r\nSet-Cookie: c"], body: .bytes([65]))
    } test: { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send(getLast)
        return client.receiveAll()
      }
      #expect(answer.hasPrefix("HTTP/1.1 500 "))
      #expect(!answer.contains("Set-Cookie"))
    }
  }
}

final class Counter: Sendable {
  let value: Atomic<Int>
  init(_ start: Int = 0) { value = Atomic(start) }
}

final class Holder<Value: Sendable>: Sendable {
  let value: Mutex<Value>
  init(_ value: consuming sending Mutex<Value>) { self.value = value }
}

/// Waiters pass once it is open.
@LoopActor final class Gate {
  private var isOpen = false
  private var waiters: [CheckedContinuation<Void, Never>] = []

  nonisolated init() {}

  func wait() async {
    guard !isOpen else { return }
    await withCheckedContinuation { waiters.append($0) }
  }

  func open() {
    isOpen = true
    for waiter in waiters { waiter.resume() }
    waiters = []
  }
}
