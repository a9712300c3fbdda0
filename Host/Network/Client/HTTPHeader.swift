// SPDX-License-Identifier: Apache-2.0

/// One field of a message's head.
public struct HTTPHeader: Sendable, Hashable {
  /// The field's name as written; names are compared without regard to case.
  public var name: String
  /// The value, without surrounding white space.
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// Whether the name is a token (RFC 9110) and the value free of control bytes, so that neither can end the line.
  public var isValid: Bool {
    !name.isEmpty && name.utf8.allSatisfy(Self.isTokenByte)
      && value.utf8.allSatisfy { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }
  }

  private static let tokenMarks = Set("!#$%&'*+-.^_`|~".utf8)

  private static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: tokenMarks.contains(byte)
    }
  }
}

extension [HTTPHeader] {
  /// The first value under `name`, whatever its case.
  public func first(_ name: String) -> String? {
    let wanted = name.lowercased()
    return first { $0.name.lowercased() == wanted }?.value
  }

  /// All values under `name`, in order.
  public func all(_ name: String) -> [String] {
    let wanted = name.lowercased()
    return filter { $0.name.lowercased() == wanted }.map(\.value)
  }
}
