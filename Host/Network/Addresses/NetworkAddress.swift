// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An IPv4 or IPv6 address, and whether it belongs to the public Internet.
public struct NetworkAddress: Sendable, Hashable, CustomStringConvertible {
  /// 4 or 16 bytes in network order.
  public let bytes: [UInt8]

  /// Whether it is an IPv6 address.
  public var isVersion6: Bool { bytes.count == 16 }

  /// Reads a dotted IPv4 address of four decimal numbers, or an IPv6 address without brackets or zone.
  public init?(_ text: String) {
    var address4 = in_addr()
    if inet_pton(AF_INET, text, &address4) == 1 {
      bytes = withUnsafeBytes(of: &address4) { Array($0) }
      return
    }
    var address6 = in6_addr()
    guard inet_pton(AF_INET6, text, &address6) == 1 else { return nil }
    bytes = withUnsafeBytes(of: &address6) { Array($0) }
  }

  /// Reads a socket address; nil for families other than IPv4 and IPv6.
  init?(_ address: UnsafePointer<sockaddr>) {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
      }
    case AF_INET6:
      bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
        withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
      }
    default: return nil
    }
  }

  public var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    guard inet_ntop(isVersion6 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// The IPv4 address inside an IPv6 one, where a router or gateway would unpack it: mapped (`::ffff:a.b.c.d`),
  /// compatible (`::a.b.c.d`), 6to4 (`2002::/16`) and NAT64 (`64:ff9b::/96`).
  private var embedded: [UInt8]? {
    guard isVersion6 else { return nil }
    if bytes[..<10].allSatisfy({ $0 == 0 }) {
      if bytes[10] == 0xFF && bytes[11] == 0xFF { return Array(bytes[12...]) }
      if bytes[10] == 0 && bytes[11] == 0 && bytes[12] != 0 { return Array(bytes[12...]) }
    }
    if bytes[0] == 0x20 && bytes[1] == 0x02 { return Array(bytes[2..<6]) }
    if bytes[..<12].elementsEqual([0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return Array(bytes[12...]) }
    return nil
  }

  /// Whether it is this machine: `127.0.0.0/8` or `::1`.
  public var isLoopback: Bool {
    if let embedded, embedded != [0, 0, 0, 1] { return embedded[0] == 127 }
    return isVersion6 ? bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] == 1 : bytes[0] == 127
  }

  /// Whether anyone on the Internet reaches the same machine under it. False for private, loopback, link-local, shared,
  /// benchmarking, documentation, multicast and reserved ranges (IANA's special-purpose registries).
  public var isPublic: Bool {
    if let embedded { return Self.isPublic4(embedded) }
    guard isVersion6 else { return Self.isPublic4(bytes) }
    // Global unicast is 2000::/3; of it, 2001::/23 is for protocols, and 2001:db8::/32, 3fff::/20 for documents.
    guard bytes[0] & 0xE0 == 0x20 else { return false }
    if bytes[0] == 0x20 && bytes[1] == 0x01 {
      if bytes[2] & 0xFE == 0 { return false }
      if bytes[2] == 0x0D && bytes[3] == 0xB8 { return false }
    }
    return !(bytes[0] == 0x3F && bytes[1] == 0xFF && bytes[2] & 0xF0 == 0)
  }

  private static func isPublic4(_ address: [UInt8]) -> Bool {
    switch (address[0], address[1], address[2]) {
    case (0, _, _), (10, _, _), (127, _, _): false
    case (100, 64...127, _), (169, 254, _), (172, 16...31, _), (192, 168, _): false
    case (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _), (198, 51, 100), (203, 0, 113): false
    case (224..., _, _): false
    default: true
    }
  }
}
