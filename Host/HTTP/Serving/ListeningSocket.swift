// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc

/// Socket calls of the server, on numeric addresses only: nothing here asks a name server.
enum ListeningSocket {
  /// Connections the kernel keeps for us before we accept them.
  static let backlog: Int32 = 4096

  static func open(host: String, port: UInt16) throws(HTTPServerFailure) -> Int32 {
    var storage = sockaddr_storage()
    let length = try fill(&storage, host: host, port: port)
    let descriptor = socket(
      Int32(storage.ss_family), Int32(SOCK_STREAM.rawValue) | O_NONBLOCK | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw .system(.last("socket")) }
    var yes: Int32 = 1
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, 4)
    let bound = withUnsafePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard bound == 0 else { throw closing(descriptor, "bind") }
    guard listen(descriptor, backlog) == 0 else { throw closing(descriptor, "listen") }
    return descriptor
  }

  private static func closing(_ descriptor: Int32, _ call: String) -> HTTPServerFailure {
    let failure = SystemFailure.last(call)
    close(descriptor)
    return .system(failure)
  }

  private static func fill(
    _ storage: inout sockaddr_storage, host: String, port: UInt16
  ) throws(HTTPServerFailure) -> socklen_t {
    let host = host == "localhost" ? "127.0.0.1" : host
    return try withUnsafeMutableBytes(of: &storage) { bytes throws(HTTPServerFailure) in
      var four = sockaddr_in()
      if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
        four.sin_family = sa_family_t(AF_INET)
        four.sin_port = port.bigEndian
        bytes.storeBytes(of: four, as: sockaddr_in.self)
        return socklen_t(MemoryLayout<sockaddr_in>.size)
      }
      var six = sockaddr_in6()
      if inet_pton(AF_INET6, host, &six.sin6_addr) == 1 {
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        bytes.storeBytes(of: six, as: sockaddr_in6.self)
        return socklen_t(MemoryLayout<sockaddr_in6>.size)
      }
      throw .notAnAddress(host)
    }
  }

  /// The next waiting connection, non-blocking and closed on exec; nil with errno set.
  static func accept(_ descriptor: Int32) -> Int32? {
    let connection = filmgate_accept4(descriptor, O_NONBLOCK | O_CLOEXEC)
    guard connection >= 0 else { return nil }
    var yes: Int32 = 1
    setsockopt(connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, 4)
    return connection
  }

  /// Lets the kernel keep little that has not left yet: of a stream that is read slowly it would else take megabytes.
  static func boundUnsentBytes(_ connection: Int32) {
    var bytes: Int32 = 256 * 1024
    setsockopt(connection, Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, &bytes, 4)
  }

  /// Closing the connection will look like a failure to the client, and not like an end.
  static func resetOnClose(_ connection: Int32) {
    guard connection >= 0 else { return }
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(connection, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  static func localPort(_ descriptor: Int32) -> UInt16 { address(descriptor, getsockname)?.port ?? 0 }

  /// Nil for a socket that is a file.
  static func localHost(_ descriptor: Int32) -> String? { address(descriptor, getsockname)?.host }

  static func peer(_ descriptor: Int32) -> String {
    guard let (host, port) = address(descriptor, getpeername) else { return "" }
    return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  private static func address(
    _ descriptor: Int32, _ ask: (Int32, UnsafeMutablePointer<sockaddr>?, UnsafeMutablePointer<socklen_t>?) -> Int32
  ) -> (host: String, port: UInt16)? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let answer = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(descriptor, $0, &length) }
    }
    guard answer == 0 else { return nil }
    return withUnsafeBytes(of: &storage) { bytes in
      var text = [UInt8](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      let port: UInt16
      let done: Bool
      switch Int32(bytes.load(as: sockaddr.self).sa_family) {
      case AF_INET:
        var four = bytes.load(as: sockaddr_in.self)
        port = four.sin_port
        done = inet_ntop(AF_INET, &four.sin_addr, &text, socklen_t(text.count)) != nil
      case AF_INET6:
        var six = bytes.load(as: sockaddr_in6.self)
        port = six.sin6_port
        done = inet_ntop(AF_INET6, &six.sin6_addr, &text, socklen_t(text.count)) != nil
      default:
        return nil
      }
      guard done else { return nil }
      return (String(decoding: text.prefix { $0 != 0 }, as: UTF8.self), UInt16(bigEndian: port))
    }
  }
}
