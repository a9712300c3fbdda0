// SPDX-License-Identifier: Apache-2.0
import EventLoop
import HTTPServer
import Testing

private let getKept = "GET /kept HTTP/1.1\r\nHost: h\r\n\r\n"

/// Three places, and more who want one.
@Suite(.timeLimit(.minutes(10))) struct FullServerTests {
  static let limits: HTTPLimits = {
    var limits = HTTPLimits.patient
    limits.connections = 3
    return limits
  }()

  @Test @LoopActor func theConnectionThatIdlesLongestMakesRoom() async throws {
    try await withServer(limits: Self.limits, echo) { server in
      let port = server.port
      let (answers, isFirstOpen, isSecondOpen) = await onThread {
        var answers: [String] = []
        func ask(_ client: TestClient) {
          client.send(getKept)
          answers.append(client.receive(until: "kept \n"))
        }
        let clients = (0..<3).map { _ in TestClient(port) }
        for client in clients { ask(client) }
        // The first was of use last, so the second has to go.
        ask(clients[0])
        let late = TestClient(port)
        ask(late)
        let second = !clients[1].isReadable(withinMilliseconds: 100)
        return (answers, !clients[0].isReadable(withinMilliseconds: 0), second)
      }
      #expect(answers.count == 5 && answers.allSatisfy { $0.hasPrefix("HTTP/1.1 200 ") })
      #expect(isFirstOpen && !isSecondOpen)
      #expect(server.connectionCount <= 3)
    }
  }

  @Test @LoopActor func crowdsThatAreSilentOrBeginAHeadKeepNobodyOut() async throws {
    try await withServer(limits: Self.limits, echo) { server in
      let port = server.port
      let answers = await onThread {
        var answers: [String] = []
        var crowd: [TestClient] = []
        for number in 0..<60 {
          let client = TestClient(port)
          if number % 2 == 0 { client.send("GET / HTTP/1.1\r\nHost: ") }
          crowd.append(client)
          if number % 6 == 5 {
            let caller = TestClient(port)
            caller.send(getKept)
            answers.append(caller.receive(until: "kept \n"))
          }
        }
        return answers
      }
      #expect(answers.count == 10 && answers.allSatisfy { $0.hasPrefix("HTTP/1.1 200 ") })
      #expect(server.connectionCount <= 3)
    }
  }

  @Test @LoopActor func whereAllAreInUseTheNextIsTold503AndTheOthersGoOn() async throws {
    let gate = Gate()
    let asked = Counted()
    try await withServer(limits: Self.limits) { request in
      asked.count += 1
      await gate.wait()
      return await echo(request)
    } test: { server in
      let port = server.port
      let clients = (0..<3).map { _ in TestClient(port) }
      for client in clients { client.send(getKept) }
      while asked.count < 3 { try await EventLoop.sleep(nanoseconds: 1_000_000) }
      // More than are taken in to be told so: each has its answer before it makes room for the next.
      let refused = await onThread {
        (0..<150).map { _ in
          let extra = TestClient(port)
          extra.send(getKept)
          return extra.receiveAll()
        }
      }
      #expect(refused.allSatisfy { $0.hasPrefix("HTTP/1.1 503 ") && $0.contains("\r\nRetry-After: 1\r\n") })
      gate.open()
      let kept = await onThread { clients.map { $0.receive(until: "kept \n") } }
      #expect(kept.allSatisfy { $0.hasPrefix("HTTP/1.1 200 ") })
    }
  }

  @Test(arguments: [60_000_000_000, 200_000_000] as [UInt64])
  @LoopActor func clientsThatNeitherSendNorTakeForLongLoseTheirPlaceToOthers(stalledNanoseconds: UInt64) async throws {
    var limits = Self.limits
    limits.connections = 2
    limits.stalledNanoseconds = stalledNanoseconds
    let isLong = stalledNanoseconds > 1_000_000_000
    let asked = Counted()
    try await withServer(limits: limits) { request in
      if request.head.path == "/kept" { return await echo(request) }
      asked.count += 1
      if request.head.method == "GET" {
        return HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 65, count: 32 << 20)))
      }
      _ = try? await request.body.collect(limit: 1 << 20)
      return .text(status: 200, "")
    } test: { server in
      let port = server.port
      let reader = TestClient(port, receiveBufferBytes: 65_536)
      reader.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n")
      let writer = TestClient(port)
      writer.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n{")
      while asked.count < 2 { try await EventLoop.sleep(nanoseconds: 1_000_000) }
      let answer = await onThread {
        var answer = ""
        for _ in 0..<(isLong ? 1 : 40) {
          let caller = TestClient(port)
          caller.send(getKept)
          answer = caller.receive(until: "kept \n")
          if answer.hasPrefix("HTTP/1.1 200 ") { break }
          caller.sleep(milliseconds: 250)
        }
        return answer
      }
      withExtendedLifetime((reader, writer)) {}
      #expect(answer.hasPrefix(isLong ? "HTTP/1.1 503 " : "HTTP/1.1 200 "))
    }
  }
}

@LoopActor private final class Counted {
  var count = 0
}
