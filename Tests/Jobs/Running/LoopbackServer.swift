// SPDX-License-Identifier: Apache-2.0

import Foundation
import Glibc
import Synchronization

/// A server on loopback for one request a connection. The answer is raw bytes; nil hangs up without one.
final class LoopbackServer: Sendable {
  struct Request: Sendable {
    /// Such as `POST /v1/tasks?x=1 HTTP/1.1`.
    var line: String
    /// The whole head in lower case.
    var head: String
    var body: [UInt8]
  }

  let port: UInt16
  private let listener: Int32
  private let received = Mutex<[Request]>([])

  var baseURL: String { "http://127.0.0.1:\(port)" }
  var requests: [Request] { received.withLock { $0 } }

  init(_ answer: @escaping @Sendable (Request) -> [UInt8]?) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    self.listener = listener
    port = try Self.bind(listener)
    guard listen(listener, 64) == 0 else { throw POSIXError(.EADDRINUSE) }
    Thread.detachNewThread { [weak self] in
      defer { close(listener) }
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0, let self else { return }
        Thread.detachNewThread {
          defer { close(connection) }
          guard let request = Self.read(connection) else { return }
          self.received.withLock { $0.append(request) }
          guard let bytes = answer(request) else { return }
          _ = bytes.withUnsafeBytes { send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        }
      }
    }
  }

  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

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

  private static func read(_ connection: Int32) -> Request? {
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(connection, &buffer, buffer.count, 0)
      guard count > 0 else { return nil }
      bytes += buffer[..<count]
      let text = String(decoding: bytes, as: UTF8.self)
      guard let end = text.range(of: "\r\n\r\n") else { continue }
      let head = String(text[..<end.lowerBound])
      let headBytes = head.utf8.count + 4
      let length =
        head.lowercased().components(separatedBy: "\r\n").first { $0.hasPrefix("content-length:") }
        .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
      guard bytes.count >= headBytes + length else { continue }
      return Request(
        line: head.components(separatedBy: "\r\n")[0], head: head.lowercased(), body: Array(bytes[headBytes...]))
    }
  }

  static func answer(_ status: Int, _ body: [UInt8], headers: String = "", announcing length: Int? = nil) -> [UInt8] {
    Array("HTTP/1.1 \(status) X\r\nContent-Length: \(length ?? body.count)\r\n\(headers)\r\n".utf8) + body
  }

  static func answer(_ status: Int, _ text: String, headers: String = "") -> [UInt8] {
    answer(status, Array(text.utf8), headers: headers)
  }
}

/// The smallest file that is whole as an MP4: a type box, an index, and media.
let sampleClip: [UInt8] = {
  func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let size = UInt32(8 + content.count)
    return [UInt8(size >> 24), UInt8(size >> 16 & 255), UInt8(size >> 8 & 255), UInt8(size & 255)] + Array(type.utf8)
      + content
  }
  return box("ftyp", Array("isom".utf8) + [0, 0, 2, 0] + Array("isommp41".utf8)) + box("moov", [0, 0, 0, 0])
    + box("mdat", [UInt8](repeating: 7, count: 5_000))
}()

/// A folder of this test's own, which is removed with it.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "filmgate-jobs-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted() }
}
