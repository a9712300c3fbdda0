// SPDX-License-Identifier: Apache-2.0
import EventLoop
import HTTPServer
import Testing

/// A small generator with a seed, so that a failing run can be repeated (xorshift64*, Vigna 2016).
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 2_685_821_657_736_338_717
  }
}

private struct Exchange {
  var request: [UInt8]
  /// Nil for HEAD.
  var body: [UInt8]?
}

/// One random request that ends the connection when `isLast`, and what must be answered.
private func exchange(_ generator: inout SeededGenerator, isLast: Bool) -> Exchange {
  let closing = isLast ? "Connection: close\r\n" : ""
  let path = ["collect", "ignore", "echo", "slow", "stream"].randomElement(using: &generator) ?? ""
  if Int.random(in: 0..<4, using: &generator) == 0 {
    let request = Array("HEAD /\(path) HTTP/1.1\r\nHost: h\r\n\(closing)\r\n".utf8)
    return Exchange(request: request, body: nil)
  }
  // Below what the server skips when nobody reads it.
  let size = [0, 1, 100, 5_000, 60_000].randomElement(using: &generator) ?? 0
  let body = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ size) }
  var request: [UInt8]
  if Bool.random(using: &generator) {
    request = Array("POST /\(path) HTTP/1.1\r\nHost: h\r\n\(closing)Content-Length: \(size)\r\n\r\n".utf8) + body
  } else {
    request = Array("POST /\(path) HTTP/1.1\r\nHost: h\r\n\(closing)Transfer-Encoding: chunked\r\n\r\n".utf8)
    var rest = body[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...20_000, using: &generator))
      rest = rest.dropFirst(piece.count)
      request += Array(String(piece.count, radix: 16).utf8) + [13, 10] + piece + [13, 10]
    }
    request += Array("0\r\n\r\n".utf8)
  }
  switch path {
  case "collect", "slow": return Exchange(request: request, body: Array("\(size)\n".utf8))
  case "echo": return Exchange(request: request, body: body)
  case "stream": return Exchange(request: request, body: [UInt8](repeating: 65, count: 50_000))
  default: return Exchange(request: request, body: Array("ignored\n".utf8))
  }
}

@LoopActor private func answer(_ request: HTTPRequest) async -> HTTPResponse {
  switch request.head.path {
  case "/echo": return HTTPResponse(status: 200, body: .stream(request.body))
  case "/ignore": return .text(status: 200, "ignored")
  case "/stream":
    var left = 5
    return HTTPResponse(
      status: 200,
      body: .stream(
        HTTPClosureStream { () throws(HTTPBodyFailure) in
          guard left > 0 else { return nil }
          left -= 1
          try? await EventLoop.sleep(nanoseconds: 100_000)
          return [UInt8](repeating: 65, count: 10_000)
        }))
  default:
    if request.head.path == "/slow" { try? await EventLoop.sleep(nanoseconds: 3_000_000) }
    let body = try? await request.body.collect(limit: 1 << 20)
    return .text(status: 200, "\(body?.count ?? -1)")
  }
}

/// Takes the answers apart; a body of nil is one that HEAD left out. Nil for bytes that are no such answers.
private func bodies(in bytes: [UInt8], isHead: [Bool]) -> [[UInt8]?]? {
  var rest = bytes[...]
  func line() -> String? {
    guard let end = rest.firstIndex(of: 13) else { return nil }
    defer { rest = rest[min(end + 2, rest.endIndex)...] }
    return String(decoding: rest[..<end], as: UTF8.self)
  }
  var bodies: [[UInt8]?] = []
  for isHead in isHead {
    guard line() == "HTTP/1.1 200 OK" else { return nil }
    var length: Int?
    while let field = line(), !field.isEmpty {
      if field.hasPrefix("Content-Length: ") { length = Int(field.dropFirst(16)) }
    }
    if isHead {
      bodies.append(nil)
    } else if let length {
      bodies.append(Array(rest.prefix(length)))
      rest = rest.dropFirst(length)
    } else {
      var body: [UInt8] = []
      while let text = line(), let size = Int(text, radix: 16) {
        body += rest.prefix(size)
        rest = rest.dropFirst(size + 2)
        if size == 0 { break }
      }
      bodies.append(body)
    }
  }
  return rest.isEmpty ? bodies : nil
}

/// One client with its own seed; false when an answer is not what it should be.
private func play(seed: UInt64, port: UInt16) -> Bool {
  var generator = SeededGenerator(state: seed &* 0x9E37_79B9_7F4A_7C15 | 1)
  let count = Int.random(in: 1...5, using: &generator)
  let exchanges = (1...count).map { exchange(&generator, isLast: $0 == count) }
  let client = TestClient(port)
  let all = exchanges.flatMap(\.request)
  let abortsAt = Int.random(in: 0..<4, using: &generator) == 0 ? Int.random(in: 0...all.count, using: &generator) : nil
  let most = [1, 50, 2_000, 100_000].randomElement(using: &generator) ?? 1
  var rest = all.prefix(abortsAt ?? all.count)
  // Answers are read only at the end: the echoes fit the kernel's buffers. One byte at a time only for a while.
  var slices = 0
  while !rest.isEmpty {
    let slice = slices > 300 ? rest.count : Int.random(in: 1...most, using: &generator)
    client.send(Array(rest.prefix(slice)))
    rest = rest.dropFirst(slice)
    slices += 1
    if Int.random(in: 0..<50, using: &generator) == 0 { client.sleep(milliseconds: 1) }
  }
  if abortsAt != nil { return true }
  if Bool.random(using: &generator) { client.finishSending() }
  var received: [UInt8] = []
  while let piece = client.receive(), !piece.isEmpty { received += piece }
  return bodies(in: received, isHead: exchanges.map { $0.body == nil }) == exchanges.map(\.body)
}

@Suite(.timeLimit(.minutes(10))) struct RandomClientTests {
  @Test @LoopActor func whateverClientsDoTheOthersGetTheirAnswersAndNothingStaysOpen() async throws {
    try await withServer(answer) { server in
      let port = server.port
      // Each lane plays its clients one after another.
      let lanes = (UInt64(0)..<12).map { lane in
        Task { @LoopActor in
          await onThread { (0..<25).map { lane * 25 + $0 }.filter { !play(seed: $0, port: port) } }
        }
      }
      for lane in lanes { #expect(await lane.value == []) }
      await server.drain(graceNanoseconds: 10_000_000_000)
      #expect(server.connectionCount == 0)
    }
  }
}
