// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Glibc
import HTTPServer
import Testing

/// Runs blocking work on a thread of its own: neither the loop, nor its small pool, nor the tasks' pool may wait here.
func onThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
  await withCheckedContinuation { continuation in
    Thread { continuation.resume(returning: work()) }.start()
  }
}

/// A raw, blocking client; a read that takes five minutes counts as the end.
final class TestClient: Sendable {
  let descriptor: Int32

  init(_ port: UInt16, receiveBufferBytes: Int32? = nil) {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    if var size = receiveBufferBytes { setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &size, 4) }
    var timeout = timeval(tv_sec: 300, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    precondition(connected == 0, "cannot connect to the test's own server")
  }

  deinit { close(descriptor) }

  @discardableResult func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// False when the server no longer takes bytes.
  @discardableResult func send(_ bytes: [UInt8]) -> Bool {
    var offset = 0
    while offset < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      offset += count
    }
    return true
  }

  /// Says that nothing more will be sent.
  func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

  /// One read; empty at the end, nil after an error such as a reset.
  func receive(atMost count: Int = 65_536) -> [UInt8]? {
    var got = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      got = recv(descriptor, buffer.baseAddress, count, 0)
      filled = max(0, got)
    }
    return got < 0 ? nil : bytes
  }

  /// Whether something comes, or the end.
  func isReadable(withinMilliseconds milliseconds: Int32) -> Bool {
    var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&asked, 1, milliseconds) > 0
  }

  /// Everything until the server closes.
  func receiveAll() -> String {
    var all: [UInt8] = []
    while let bytes = receive(), !bytes.isEmpty { all += bytes }
    return String(decoding: all, as: UTF8.self)
  }

  /// Until the text has come, or the end.
  func receive(until text: String) -> String {
    var all: [UInt8] = []
    while !String(decoding: all, as: UTF8.self).contains(text), let bytes = receive(), !bytes.isEmpty { all += bytes }
    return String(decoding: all, as: UTF8.self)
  }

  func sleep(milliseconds: UInt32) { usleep(milliseconds * 1_000) }
}

/// Waits for what other threads and the kernel bring about. The bound is there so that a defect ends the test.
@LoopActor func eventually(
  _ condition: () -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  for _ in 0..<6_000 {
    if condition() { return }
    try await EventLoop.sleep(nanoseconds: 10_000_000)
  }
  Issue.record("what was waited for did not come about", sourceLocation: sourceLocation)
}

/// A responder from a closure.
struct ClosureResponder: HTTPResponder {
  let answer: @LoopActor (HTTPRequest) async -> HTTPResponse

  func respond(to request: HTTPRequest) async -> HTTPResponse { await answer(request) }
}

extension HTTPLimits {
  /// For tests that are about something else than deadlines: all tests run at once, on machines of any sort.
  static var patient: HTTPLimits {
    var limits = HTTPLimits()
    limits.headNanoseconds = 600_000_000_000
    limits.bodyGraceNanoseconds = 600_000_000_000
    limits.idleNanoseconds = 600_000_000_000
    limits.abandonedNanoseconds = 600_000_000_000
    return limits
  }
}

/// A server on a free port for the length of `test`.
@discardableResult @LoopActor func withServer<Value: Sendable>(
  limits: HTTPLimits = .patient, _ answer: @escaping @LoopActor (HTTPRequest) async -> HTTPResponse,
  test: @LoopActor (HTTPServer) async throws -> Value
) async throws -> Value {
  let server = try HTTPServer.start(
    host: "127.0.0.1", port: 0, responder: ClosureResponder(answer: answer), limits: limits)
  defer { server.stop() }
  return try await test(server)
}

/// Says what it got: method, target and body.
@LoopActor func echo(_ request: HTTPRequest) async -> HTTPResponse {
  do throws(HTTPBodyFailure) {
    let body = try await request.body.collect(limit: 1 << 20)
    return .text(status: 200, "\(request.head.method) \(request.head.target) \(String(decoding: body, as: UTF8.self))")
  } catch {
    return .text(status: 500, "\(error)")
  }
}
