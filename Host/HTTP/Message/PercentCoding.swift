// SPDX-License-Identifier: Apache-2.0

/// Percent-encoding of URLs (RFC 3986, 2.1) and of query strings.
public enum PercentCoding {
  /// Decodes "%41" to "A"; with `plusIsSpace` also "+" to a space. Nil for an unfinished or non-hexadecimal escape,
  /// and when the bytes are not UTF-8.
  public static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.utf8.count)
    var rest = text.utf8[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "%"):
        guard let high = rest.popFirst().flatMap(hexadecimalValue), let low = rest.popFirst().flatMap(hexadecimalValue)
        else { return nil }
        bytes.append(high << 4 | low)
      case UInt8(ascii: "+") where plusIsSpace:
        bytes.append(0x20)
      default:
        bytes.append(byte)
      }
    }
    return String(validating: bytes, as: UTF8.self)
  }

  /// Escapes every byte but the unreserved ones: letters, digits, "-", ".", "_", "~".
  public static func encode(_ text: String) -> String {
    var bytes: [UInt8] = []
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        bytes.append(byte)
      default:
        bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The pairs of a raw query in order, decoded; a part without "=" has an empty value, empty parts are skipped.
  /// Nil for a bad escape or invalid UTF-8.
  public static func queryPairs(_ query: String?) -> [(name: String, value: String)]? {
    guard let query else { return [] }
    var pairs: [(name: String, value: String)] = []
    for part in query.utf8.split(separator: UInt8(ascii: "&")) {
      let equals = part.firstIndex(of: UInt8(ascii: "="))
      let name = String(Substring(part[..<(equals ?? part.endIndex)]))
      let value = equals.map { String(Substring(part[part.index(after: $0)...])) } ?? ""
      guard let decodedName = decode(name, plusIsSpace: true), let decodedValue = decode(value, plusIsSpace: true)
      else { return nil }
      pairs.append((decodedName, decodedValue))
    }
    return pairs
  }

  private static let digits = Array("0123456789ABCDEF".utf8)
}

func hexadecimalValue(_ byte: UInt8) -> UInt8? {
  switch byte {
  case 0x30...0x39: byte - 0x30
  case 0x41...0x46: byte - 0x41 + 10
  case 0x61...0x66: byte - 0x61 + 10
  default: nil
  }
}
