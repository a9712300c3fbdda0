// SPDX-License-Identifier: Apache-2.0
import Foundation
import Glibc

/// A reply as it came off the wire.
struct RawReply: Sendable {
  /// 0 when the connection closed without a whole head.
  var status = 0
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// Whether as many bytes came as the head announced.
  var isComplete = false

  func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name.lowercased() }?.value }
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// Sends one request on a connection of its own and reads to the end, on a thread that may block.
func send(
  _ method: String, _ path: String, port: UInt16, headers: [(String, String)] = [], body: [UInt8] = []
) async -> RawReply {
  var text = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n"
  for (name, value) in headers { text += "\(name): \(value)\r\n" }
  if !body.isEmpty { text += "Content-Length: \(body.count)\r\n" }
  let bytes = Array((text + "\r\n").utf8) + body
  return await withCheckedContinuation { continuation in
    Thread { continuation.resume(returning: exchange(bytes, port)) }.start()
  }
}

private func exchange(_ bytes: [UInt8], _ port: UInt16) -> RawReply {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
  defer { close(descriptor) }
  var timeout = timeval(tv_sec: 60, tv_usec: 0)
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
  guard connected == 0 else { return RawReply() }
  var offset = 0
  while offset < bytes.count {
    let count = bytes.withUnsafeBytes {
      Glibc.send(descriptor, $0.baseAddress.map { $0 + offset }, bytes.count - offset, Int32(MSG_NOSIGNAL))
    }
    guard count > 0 else { break }
    offset += count
  }
  var all = Data()
  var buffer = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { break }
    all.append(contentsOf: buffer[..<count])
  }
  return parse(all)
}

private func parse(_ all: Data) -> RawReply {
  var reply = RawReply()
  guard let end = all.range(of: Data("\r\n\r\n".utf8)) else { return reply }
  let lines = String(decoding: all[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
  reply.status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
  for line in lines.dropFirst() {
    guard let colon = line.firstIndex(of: ":") else { continue }
    let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    reply.headers.append((String(line[..<colon]), value))
  }
  reply.body = Array(all[end.upperBound...])
  let announced = reply.header("content-length").flatMap { Int($0) } ?? reply.body.count
  reply.isComplete = reply.body.count == announced
  return reply
}
