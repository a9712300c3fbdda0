// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import Glibc

/// A raw client of a server in this process; its reads happen on threads of their own.
final class LoopbackClient: Sendable {
  private let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    var timeout = timeval(tv_sec: 20, tv_usec: 0)
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

  func send(_ text: String) { _ = Glibc.send(descriptor, text, text.utf8.count, Int32(MSG_NOSIGNAL)) }

  /// Whether `text` comes before the connection ends or 20 s go by.
  func read(until text: String) async -> Bool {
    await withCheckedContinuation { continuation in
      Thread { [descriptor] in
        var received = ""
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while !received.contains(text) {
          let count = recv(descriptor, &buffer, buffer.count, 0)
          guard count > 0 else { break }
          received += String(decoding: buffer[..<count], as: UTF8.self)
        }
        continuation.resume(returning: received.contains(text))
      }.start()
    }
  }

  /// Ends the connection as a process that is killed does.
  func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    // The number stays taken until the object goes, so nobody else's descriptor is closed by it.
    let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    dup2(other, descriptor)
    close(other)
  }
}
