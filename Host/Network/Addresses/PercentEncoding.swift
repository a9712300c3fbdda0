// SPDX-License-Identifier: Apache-2.0

/// Percent-encoding of URL parts (RFC 3986).
public enum PercentEncoding {
  private static let upperDigits = Array("0123456789ABCDEF".utf8)

  /// Letters, digits, `-`, `_`, `.`, `~`: what never needs encoding.
  static func isUnreserved(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
      UInt8(ascii: "~"):
      true
    default: false
    }
  }

  static func append(_ byte: UInt8, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "%"))
    output.append(upperDigits[Int(byte >> 4)])
    output.append(upperDigits[Int(byte & 15)])
  }

  /// Encodes everything but unreserved characters, with upper-case digits; a space becomes `%20`.
  /// `keepingSlashes` leaves `/` alone, for whole paths.
  public static func encode(_ text: String, keepingSlashes: Bool = false) -> String {
    var output: [UInt8] = []
    for byte in text.utf8 {
      if isUnreserved(byte) || (keepingSlashes && byte == UInt8(ascii: "/")) {
        output.append(byte)
      } else {
        append(byte, to: &output)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Decodes `%XX`, and `+` as a space when asked to (query strings of HTML forms).
  /// Nil for a broken escape or when the result is not UTF-8.
  public static func decode(_ text: String, plusIsSpace: Bool = false) -> String? {
    decode(text[...], plusIsSpace: plusIsSpace)
  }

  /// The same for a part of a text.
  public static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String? {
    // Most texts have nothing to decode.
    let isPlain = text.utf8.allSatisfy { $0 != UInt8(ascii: "%") && !(plusIsSpace && $0 == UInt8(ascii: "+")) }
    if isPlain { return String(text) }
    var output: [UInt8] = []
    var iterator = text.utf8.makeIterator()
    while let byte = iterator.next() {
      if byte == UInt8(ascii: "%") {
        guard let first = iterator.next(), let second = iterator.next(),
          let high = Hexadecimal.value(first), let low = Hexadecimal.value(second)
        else { return nil }
        output.append(high << 4 | low)
      } else if plusIsSpace && byte == UInt8(ascii: "+") {
        output.append(UInt8(ascii: " "))
      } else {
        output.append(byte)
      }
    }
    return String(validating: output, as: UTF8.self)
  }
}

/// One decoded `name=value` of a query.
public struct QueryItem: Sendable, Equatable {
  /// The decoded name.
  public var name: String
  /// The decoded value; empty for `name=` and for a bare `name`.
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  /// Splits and decodes a raw query; nil when an escape is broken. A `+` means a space, as servers read it.
  public static func parse(_ query: String) -> [QueryItem]? {
    var items: [QueryItem] = []
    for part in query.split(separator: "&") {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(pair[0], plusIsSpace: true),
        let value = PercentEncoding.decode(pair.count > 1 ? pair[1] : "", plusIsSpace: true)
      else { return nil }
      items.append(QueryItem(name, value))
    }
    return items
  }

  /// `name=value` joined by `&`, everything but unreserved characters encoded.
  public static func serialize(_ items: [QueryItem]) -> String {
    items.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }.joined(separator: "&")
  }
}
