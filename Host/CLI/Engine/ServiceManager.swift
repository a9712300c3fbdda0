// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// What systemd and its like offer a server: a socket that is open already (sd_listen_fds(3)), and an ear for whether it
/// is ready (sd_notify(3)). Both are said by variables; without them nothing happens.
struct ServiceManager {
  private static let firstDescriptor: Int32 = 3

  private let environment: [String: String]

  init(environment: [String: String]) { self.environment = environment }

  /// What announces that the configuration is read again; `READY=1` says when that is over.
  static var reloading: String {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return "RELOADING=1\nMONOTONIC_USEC=\(now.tv_sec * 1_000_000 + now.tv_nsec / 1_000)"
  }

  /// The listening socket that was handed over, if one was, and to this very process. Not for programs started later.
  func listener() -> Int32? {
    guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == getpid(),
      let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }), count >= 1
    else { return nil }
    for name in ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"] { unsetenv(name) }
    let descriptor = Self.firstDescriptor
    let flags = filmgate_fcntl(descriptor, F_GETFL, 0)
    guard flags >= 0, filmgate_fcntl(descriptor, F_SETFL, Int(flags | O_NONBLOCK)) >= 0,
      filmgate_fcntl(descriptor, F_SETFD, Int(FD_CLOEXEC)) >= 0
    else { return nil }
    return descriptor
  }

  /// Says `READY=1`, `RELOADING=1` or `STOPPING=1`. Best effort: a manager that does not listen stops no server.
  func tell(_ state: String) {
    guard let path = environment["NOTIFY_SOCKET"], path.hasPrefix("/") || path.hasPrefix("@") else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    // A name that begins with @ is one without a file: its first byte is zero.
    var bytes = Array(path.utf8)
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let length = socklen_t(MemoryLayout.offset(of: \sockaddr_un.sun_path) ?? 2) + socklen_t(bytes.count)
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let text = Array(state.utf8)
    withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        _ = sendto(descriptor, text, text.count, Int32(MSG_NOSIGNAL), generic, length)
      }
    }
  }
}
