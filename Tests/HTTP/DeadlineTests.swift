// SPDX-License-Identifier: Apache-2.0
import EventLoop
import HTTPServer
import Synchronization
import Testing

private let getKept = "GET /kept HTTP/1.1\r\nHost: h\r\n\r\n"

@Suite(.timeLimit(.minutes(10))) struct DeadlineTests {
  @Test @LoopActor func aHeadThatDribblesInIsAnswered408() async throws {
    var limits = HTTPLimits.patient
    limits.headNanoseconds = 1_000_000_000
    try await withServer(limits: limits, echo) { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        for byte in "GET / HTTP/1.1\r\nHost: h\r\nA: bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb".utf8 {
          guard client.send([byte]) else { break }
          client.sleep(milliseconds: 50)
        }
        return client.receiveAll()
      }
      #expect(answer.hasPrefix("HTTP/1.1 408 "))
    }
  }

  @Test @LoopActor func aBodyThatDribblesInIsAnswered408AndTheResponderIsTold() async throws {
    var limits = HTTPLimits.patient
    limits.bodyGraceNanoseconds = 500_000_000
    let seen = Holder<[HTTPBodyFailure]>(.init([]))
    try await withServer(limits: limits) { request in
      do throws(HTTPBodyFailure) {
        _ = try await request.body.collect(limit: 10_000)
      } catch {
        seen.value.withLock { $0.append(error) }
      }
      return .text(status: 200, "dropped")
    } test: { server in
      let port = server.port
      let answer = await onThread {
        let client = TestClient(port)
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000\r\n\r\n")
        for _ in 0..<60 where client.send([65]) { client.sleep(milliseconds: 50) }
        return client.receiveAll()
      }
      #expect(answer.hasPrefix("HTTP/1.1 408 "))
      #expect(seen.value.withLock { $0 } == [.refused(.bodyTimedOut)])
    }
  }

  /// Whatever came at first: megabytes must not buy hours.
  @Test @LoopActor func aBodyThatStopsIsAnswered408HoweverMuchCameBefore() async throws {
    var limits = HTTPLimits.patient
    limits.bodyGraceNanoseconds = 500_000_000
    limits.bodyCreditNanoseconds = 5_000_000_000
    try await withServer(limits: limits) { request in
      _ = try? await request.body.collect(limit: 10_000_000)
      return .text(status: 200, "dropped")
    } test: { server in
      let port = server.port
      let (answer, early) = await onThread {
        let client = TestClient(port)
        client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n")
        client.send([UInt8](repeating: 65, count: 2_000_000))
        let early = client.isReadable(withinMilliseconds: 700)
        return (client.receiveAll(), early)
      }
      #expect(!early)
      #expect(answer.hasPrefix("HTTP/1.1 408 "))
    }
  }

  @Test @LoopActor func anIdleConnectionIsClosedWithoutAWord() async throws {
    var limits = HTTPLimits.patient
    limits.idleNanoseconds = 3_000_000_000
    try await withServer(limits: limits, echo) { server in
      let port = server.port
      let (first, second) = await onThread {
        let silent = TestClient(port)
        let kept = TestClient(port)
        kept.send(getKept)
        return (silent.receiveAll(), kept.receiveAll())
      }
      #expect(first.isEmpty)
      #expect(second.hasSuffix("GET /kept \n"))
      try await eventually { server.connectionCount == 0 }
    }
  }

  @Test @LoopActor func aClientThatNeverReadsIsDropped() async throws {
    var limits = HTTPLimits.patient
    limits.idleNanoseconds = 3_000_000_000
    let asked = Gate()
    try await withServer(limits: limits) { _ in
      asked.open()
      return HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 65, count: 32 << 20)))
    } test: { server in
      let client = TestClient(server.port, receiveBufferBytes: 65_536)
      client.send(getKept)
      await asked.wait()
      try await eventually { server.connectionCount == 0 }
      withExtendedLifetime(client) {}
    }
  }

  @Test @LoopActor func theTaskOfAClientThatLeftIsCancelled() async throws {
    let outcome = Gate()
    var limits = HTTPLimits.patient
    limits.abandonedNanoseconds = 500_000_000
    try await withServer(limits: limits) { _ in
      do throws(CancellationError) {
        try await EventLoop.sleep(nanoseconds: 50_000_000_000)
      } catch {
        outcome.open()
      }
      return .text(status: 200, "late")
    } test: { server in
      let port = server.port
      await onThread {
        let client = TestClient(port)
        client.send(getKept)
        client.sleep(milliseconds: 50)
      }
      await outcome.wait()
      try await eventually { server.connectionCount == 0 }
    }
  }

  @Test @LoopActor func aStreamIsCancelledWhenItsClientLeaves() async throws {
    let cancelled = Gate()
    let never = Gate()
    var limits = HTTPLimits.patient
    limits.abandonedNanoseconds = 500_000_000
    try await withServer(limits: limits) { _ in
      HTTPResponse(
        status: 200,
        body: .stream(
          HTTPClosureStream(onCancel: {
            cancelled.open()
            never.open()
          }) { () throws(HTTPBodyFailure) in
            await never.wait()
            return nil
          }))
    } test: { server in
      let port = server.port
      await onThread {
        let client = TestClient(port)
        client.send(getKept)
        _ = client.receive(until: "\r\n\r\n")
      }
      await cancelled.wait()
    }
  }

  @Test @LoopActor func drainingClosesIdleConnectionsAndLetsAnswersFinish() async throws {
    let asked = Gate()
    let gate = Gate()
    try await withServer { request in
      if request.head.path == "/slow" {
        asked.open()
        await gate.wait()
      }
      return await echo(request)
    } test: { server in
      let port = server.port
      let idle = TestClient(port)
      idle.send(getKept)
      let first = await onThread { idle.receive(until: "kept \n") }
      #expect(first.hasSuffix("GET /kept \n"))
      let slow = TestClient(port)
      slow.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n")
      await asked.wait()
      let drained = Task { @LoopActor in await server.drain(graceNanoseconds: 20_000_000_000) }
      #expect(await onThread { idle.receiveAll() }.isEmpty)
      #expect(server.connectionCount == 1)
      gate.open()
      let answer = await onThread { slow.receiveAll() }
      #expect(answer.contains("Connection: close\r\n") && answer.hasSuffix("GET /slow \n"))
      await drained.value
      #expect(server.connectionCount == 0)
      await server.drain(graceNanoseconds: 0)
    }
  }

  @Test @LoopActor func drainingEndsByForceAfterItsGrace() async throws {
    let asked = Gate()
    try await withServer { _ in
      asked.open()
      try? await EventLoop.sleep(nanoseconds: 3_600_000_000_000)
      return .text(status: 200, "late")
    } test: { server in
      let client = TestClient(server.port)
      client.send(getKept)
      await asked.wait()
      // That it ends at all is the measure: the answer would take an hour.
      await server.drain(graceNanoseconds: 200_000_000)
      #expect(server.connectionCount == 0)
    }
  }
}

@Suite(.timeLimit(.minutes(10))) struct CrowdTests {
  @Test @LoopActor func aThousandIdleConnectionsAreKeptAndServed() async throws {
    try await withServer(echo) { server in
      let port = server.port
      let answered = await onThread {
        let clients = (0..<1_000).map { _ in TestClient(port) }
        var answered = 0
        // Twice, with all of them open: each answer leaves an idle connection behind.
        for _ in 0..<2 {
          for client in clients { client.send(getKept) }
          for client in clients where client.receive(until: "kept \n").hasSuffix("GET /kept \n") { answered += 1 }
        }
        return answered
      }
      #expect(answered == 2_000)
      await server.drain(graceNanoseconds: 5_000_000_000)
      #expect(server.connectionCount == 0)
    }
  }

  @Test @LoopActor func aServerThatCannotBindSaysWhy() async throws {
    let responder = ClosureResponder(answer: echo)
    #expect(throws: HTTPServerFailure.notAnAddress("nowhere.example")) {
      try HTTPServer.start(host: "nowhere.example", port: 0, responder: responder)
    }
    try await withServer(echo) { server in
      #expect(throws: HTTPServerFailure.system(SystemFailure(call: "bind", errno: 98))) {
        try HTTPServer.start(host: "127.0.0.1", port: server.port, responder: responder)
      }
    }
    let six = try HTTPServer.start(host: "::1", port: 0, responder: responder)
    #expect(six.port != 0)
    six.stop()
  }
}
