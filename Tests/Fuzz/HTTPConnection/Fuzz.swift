// SPDX-License-Identifier: Apache-2.0
// Not part of `swift test`; built and run by `Tests/Fuzz/run`.
import CLinux
import EventLoop
import Glibc

/// Answers in ways that may not depend on how the request's bytes were sliced, and remembers what was asked.
private final class Responder: HTTPResponder {
  @LoopActor var asked: [String] = []

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    asked.append("\(request.head.method) \(request.head.target)")
    switch request.head.path {
    case "/ignore": return .text(status: 200, "ignored")
    case "/later":
      await Task.yield()
      return HTTPResponse(status: 204)
    case "/first":
      _ = try? await request.body.next()
      return .text(status: 200, "one piece")
    case "/stream":
      let left = Pieces(3)
      return HTTPResponse(
        status: 200,
        body: .stream(HTTPClosureStream { () throws(HTTPBodyFailure) in left.take() ? [0x61, 0x62] : nil }))
    default:
      do throws(HTTPBodyFailure) {
        let body = try await request.body.collect(limit: 256)
        return HTTPResponse(status: 200, body: .bytes(body))
      } catch {
        return .text(status: 413, "not all of it")
      }
    }
  }
}

@LoopActor private final class Pieces {
  private var left: Int
  init(_ left: Int) { self.left = left }

  func take() -> Bool {
    left -= 1
    return left >= 0
  }
}

/// Waits on this thread for work on the loop.
private func onLoop<Value: Sendable>(_ work: @escaping @LoopActor () async -> Value) -> Value {
  let result = Answer<Value>()
  Task { @LoopActor in result.set(await work()) }
  return result.wait()
}

/// Sound to share: written once before the semaphore is raised, read after.
private final class Answer<Value>: @unchecked Sendable {
  private var value: Value?
  private let semaphore = UnsafeMutablePointer<sem_t>.allocate(capacity: 1)

  init() { sem_init(semaphore, 0, 0) }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func set(_ value: Value) {
    self.value = value
    sem_post(semaphore)
  }

  func wait() -> Value {
    while sem_wait(semaphore) != 0 {}
    guard let value else { fatalError("no answer") }
    return value
  }
}

private let limits = {
  var limits = HTTPLimits()
  // Small limits, so that short inputs reach them.
  limits.requestLineBytes = 128
  limits.headBytes = 256
  limits.fields = 8
  limits.bodyBytes = 512
  limits.chunkExtensionBytes = 16
  limits.skippedBodyBytes = 64
  return limits
}()

private let responder = Responder()
private let server = onLoop {
  do throws(HTTPServerFailure) {
    return try HTTPServer.start(host: "127.0.0.1", port: 0, responder: responder, limits: limits)
  } catch {
    fatalError("\(error)")
  }
}

private struct Outcome: Equatable {
  var asked: [String]
  var answered: [UInt8]
}

/// Sends the bytes in slices, each seen by the server before the next, and reads until the server closes.
private func exchange(_ bytes: [UInt8], slices: [Int]) -> Outcome {
  var ends: [Int32] = [0, 0]
  precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0, &ends) == 0)
  let (client, served) = (ends[0], ends[1])
  _ = filmgate_fcntl(served, F_SETFL, Int(O_NONBLOCK))
  let server = server
  onLoop {
    responder.asked = []
    server.take(served)
  }
  var rest = bytes[...]
  var next = 0
  while !rest.isEmpty {
    let slice = rest.prefix(slices.isEmpty ? rest.count : slices[next % slices.count])
    next += 1
    rest = rest.dropFirst(slice.count)
    let sent = uninterrupted { slice.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } }
    // The server may be through with this client.
    guard sent == slice.count else { break }
    // The first lets the loop come to its descriptors, the second comes after them.
    if !rest.isEmpty { for _ in 0..<2 { onLoop {} } }
  }
  shutdown(client, Int32(SHUT_WR))
  var answered: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = uninterrupted { recv(client, &buffer, buffer.count, 0) }
    guard count > 0 else { break }
    answered += buffer[..<count]
  }
  close(client)
  let asked = onLoop { responder.asked }
  return Outcome(asked: asked, answered: plain(answered))
}

/// The fuzzer's own alarm may end any call.
private func uninterrupted(_ call: () -> Int) -> Int {
  while true {
    let count = call()
    if count >= 0 || filmgate_errno() != EINTR { return count }
  }
}

/// Without dates, and without interim answers, which depend on what came when.
private func plain(_ bytes: [UInt8]) -> [UInt8] {
  var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
  lines.removeAll { $0.starts(with: "Date: ".utf8) }
  while let interim = lines.firstIndex(where: { $0.starts(with: "HTTP/1.1 100 ".utf8) }) {
    lines.removeSubrange(interim..<min(interim + 2, lines.count))
  }
  return Array(lines.joined(separator: [0x0A]))
}

/// What the parser alone makes of the bytes.
private func heads(_ bytes: [UInt8]) -> [String] {
  var parser = RequestParser(limits: limits)
  parser.feed(bytes)
  var heads: [String] = []
  do throws(RequestFailure) {
    while let event = try parser.next() {
      if case .head(let head) = event { heads.append("\(head.method) \(head.target)") }
    }
  } catch {
    precondition((400...599).contains(error.status))
  }
  return heads
}

/// The first bytes, up to a NUL, are the sizes of the slices; the rest is what the client sends.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let slices = input.prefix(8).prefix { $0 != 0 }
  let bytes = Array(input.dropFirst(slices.count + 1).prefix(2_048))
  let whole = exchange(bytes, slices: [])
  // Small slices of a long input cost a round trip each; a hundred is enough.
  let least = bytes.count / 100 + 1
  let sliced = exchange(bytes, slices: slices.map { Int($0) + least })
  precondition(sliced == whole, "the answers depend on slicing")
  precondition(heads(bytes).starts(with: whole.asked), "the responder saw what was not asked")
  return 0
}
