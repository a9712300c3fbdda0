// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc
import Network
import Synchronization

/// A server of raw bytes on loopback: each connection is given to a closure on a thread of its own, which may answer,
/// be silent, or hang up as it likes.
final class StubServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let handled: Mutex<[[UInt8]]> = Mutex([])
  private let connectionCount = Atomic<Int>(0)

  /// One accepted connection.
  struct Connection: Sendable {
    let descriptor: Int32
    let server: StubServer

    /// Reads a head and the body that its Content-Length announces, and remembers both.
    @discardableResult
    func readRequest() -> (head: String, body: [UInt8])? {
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 256 * 1024)
      let end = Array("\r\n\r\n".utf8)
      var headEnd: Int?
      var length = 0
      while true {
        if headEnd == nil, let found = bytes.indices.first(where: { bytes[$0...].starts(with: end) }) {
          headEnd = found + 4
          let head = String(decoding: bytes[..<found], as: UTF8.self).lowercased()
          length =
            head.components(separatedBy: "\r\n").first { $0.hasPrefix("content-length:") }
            .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
        }
        if let headEnd, bytes.count >= headEnd + length {
          server.handled.withLock { $0.append(bytes) }
          return (String(decoding: bytes[..<headEnd], as: UTF8.self), Array(bytes[headEnd...]))
        }
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count > 0 else { return nil }
        bytes.append(contentsOf: buffer[..<count])
      }
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
      var sent = 0
      while sent < bytes.count {
        let count = bytes[sent...].withUnsafeBytes {
          Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return false }
        sent += count
      }
      return true
    }

    /// Ends the connection with a reset instead of an orderly end.
    func reset() {
      var option = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
  }

  init(receiveBufferBytes: Int32? = nil, _ handle: @escaping @Sendable (Connection) -> Void) throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    if var size = receiveBufferBytes {
      setsockopt(listener, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }
    port = try Self.bind(listener)
    guard listen(listener, 64) == 0 else { throw POSIXError(.EADDRINUSE) }
    let listener = listener
    Thread.detachNewThread { [weak self] in
      // Closed here and not in `deinit`: its number could be another server's by the next accept.
      defer { close(listener) }
      while true {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0, let self else { return }
        self.connectionCount.add(1, ordering: .relaxed)
        Thread.detachNewThread {
          handle(Connection(descriptor: descriptor, server: self))
          close(descriptor)
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
  }

  /// Answers every request of a connection with the same bytes.
  static func answering(_ answer: String) throws -> StubServer {
    try StubServer { connection in
      while connection.readRequest() != nil { connection.send(answer) }
    }
  }

  var url: HTTPURL { HTTPURL(scheme: .http, host: "127.0.0.1", port: port, path: "/") }
  var connections: Int { connectionCount.load(ordering: .relaxed) }
  /// Requests read to their end, as bytes.
  var requests: [[UInt8]] { handled.withLock { $0 } }

  /// A port on which nobody listens, nor ever will: it stays taken until the process ends.
  static func refusedPort() throws -> UInt16 {
    try bind(socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0))
  }

  /// Takes a free port of the loopback address.
  private static func bind(_ descriptor: Int32) throws -> UInt16 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(.EADDRINUSE) }
    return UInt16(bigEndian: address.sin_port)
  }
}

extension HTTPRequestDescription {
  /// A request to loopback, which tests allow.
  static func local(
    _ method: String = "GET", _ url: HTTPURL, headers: [HTTPHeader] = [], body: MessageBody = .empty
  ) -> HTTPRequestDescription {
    var request = HTTPRequestDescription(method, url, headers: headers, body: body)
    request.allowsPrivateAddresses = true
    // No measure of speed: all tests run at once, on machines of any sort.
    request.timeoutMilliseconds = 300_000
    request.connectTimeoutMilliseconds = 60_000
    return request
  }
}

extension TransportOutcome {
  var response: ReceivedResponse? { if case .response(let response) = self { response } else { nil } }
  var failure: TransportFailure? { if case .failed(let failure) = self { failure } else { nil } }
}
