// SPDX-License-Identifier: Apache-2.0

extension JSON {
  /// The document as UTF-8, without white space. Escaped is only what must be: `"`, `\` and control characters.
  public func serialized() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(Self.usualBytes)
    write(into: &bytes)
    return bytes
  }

  /// Room for so many bytes is made at once: most documents fit, and growing copies.
  private static var usualBytes: Int { 1_024 }

  /// The document as text, without white space.
  public var text: String { String(decoding: serialized(), as: UTF8.self) }

  /// Appends the document as UTF-8, without white space.
  public func write(into bytes: inout [UInt8]) {
    switch self {
    case .null: append("null", to: &bytes)
    case .bool(true): append("true", to: &bytes)
    case .bool(false): append("false", to: &bytes)
    case .number(let number): Self.append(number.text, to: &bytes)
    case .string(let string): Self.writeString(string, into: &bytes)
    case .array(let elements):
      var separator = UInt8(ascii: "[")
      for element in elements {
        bytes.append(separator)
        separator = UInt8(ascii: ",")
        element.write(into: &bytes)
      }
      if elements.isEmpty { bytes.append(separator) }
      bytes.append(UInt8(ascii: "]"))
    case .object(let object):
      var separator = UInt8(ascii: "{")
      for member in object.members {
        bytes.append(separator)
        separator = UInt8(ascii: ",")
        Self.writeString(member.key, into: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.write(into: &bytes)
      }
      if object.isEmpty { bytes.append(separator) }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// Appends a string with its quotes and escapes.
  public static func writeString(_ string: String, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    var string = string
    string.withUTF8 { source in
      var runStart = 0
      for place in 0..<source.count {
        let byte = source[place]
        guard byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") else { continue }
        bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[runStart..<place]))
        writeEscape(byte, into: &bytes)
        runStart = place + 1
      }
      bytes.append(contentsOf: UnsafeBufferPointer(rebasing: source[runStart...]))
    }
    bytes.append(UInt8(ascii: "\""))
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    var text = text
    text.withUTF8 { bytes.append(contentsOf: $0) }
  }

  private static func writeEscape(_ byte: UInt8, into bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: bytes.append(UInt8(ascii: "b"))
    case 0x09: bytes.append(UInt8(ascii: "t"))
    case 0x0A: bytes.append(UInt8(ascii: "n"))
    case 0x0C: bytes.append(UInt8(ascii: "f"))
    case 0x0D: bytes.append(UInt8(ascii: "r"))
    case 0..<0x20:
      bytes.append(contentsOf: "u00".utf8)
      bytes.append(UInt8(ascii: "0") + byte >> 4)
      let low = byte & 0x0F
      bytes.append(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    default: bytes.append(byte)
    }
  }

  private func append(_ word: StaticString, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }
}

extension JSON {
  /// The document for people: a member or element a line, `indent` spaces a level, no line feed at the end.
  public func prettyText(indent: Int = 2) -> String {
    var bytes: [UInt8] = []
    writePretty(into: &bytes, indent: max(indent, 0), level: 0)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func writePretty(into bytes: inout [UInt8], indent: Int, level: Int) {
    func startLine(_ level: Int) {
      bytes.append(UInt8(ascii: "\n"))
      bytes.append(contentsOf: repeatElement(UInt8(ascii: " "), count: indent * level))
    }
    switch self {
    case .array(let elements) where !elements.isEmpty:
      var separator = UInt8(ascii: "[")
      for element in elements {
        bytes.append(separator)
        separator = UInt8(ascii: ",")
        startLine(level + 1)
        element.writePretty(into: &bytes, indent: indent, level: level + 1)
      }
      startLine(level)
      bytes.append(UInt8(ascii: "]"))
    case .object(let object) where !object.isEmpty:
      var separator = UInt8(ascii: "{")
      for member in object.members {
        bytes.append(separator)
        separator = UInt8(ascii: ",")
        startLine(level + 1)
        Self.writeString(member.key, into: &bytes)
        bytes.append(contentsOf: ": ".utf8)
        member.value.writePretty(into: &bytes, indent: indent, level: level + 1)
      }
      startLine(level)
      bytes.append(UInt8(ascii: "}"))
    default: write(into: &bytes)
    }
  }
}

extension JSON: CustomStringConvertible {
  public var description: String { text }
}
