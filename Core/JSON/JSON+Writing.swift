// SPDX-License-Identifier: Apache-2.0

extension JSON {
  /// The document as UTF-8, without white space. Escaped is only what must be: `"`, `\` and control characters.
  public func serialized() -> [UInt8] {
    var writer = JSONWriter()
    writer.write(self)
    return Array(writer.bytes)
  }

  /// The document as text, without white space.
  public var text: String {
    var writer = JSONWriter()
    writer.write(self)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  /// Appends the document as UTF-8, without white space.
  public func write(into bytes: inout [UInt8]) {
    var writer = JSONWriter()
    writer.write(self)
    bytes.append(contentsOf: writer.bytes)
  }

  /// Appends a string with its quotes and escapes.
  public static func writeString(_ string: String, into bytes: inout [UInt8]) {
    var writer = JSONWriter()
    writer.string(string)
    bytes.append(contentsOf: writer.bytes)
  }
}

extension JSON {
  /// The document for people: a member or element a line, `indent` spaces a level, no line feed at the end.
  public func prettyText(indent: Int = 2) -> String {
    var writer = JSONWriter()
    writePretty(into: &writer, indent: max(indent, 0), level: 0)
    return String(decoding: writer.bytes, as: UTF8.self)
  }

  private func writePretty(into writer: inout JSONWriter, indent: Int, level: Int) {
    switch self {
    case .array(let elements) where !elements.isEmpty:
      var separator = UInt8(ascii: "[")
      for element in elements {
        writer.byte(separator)
        separator = UInt8(ascii: ",")
        writer.lineFeed(indent * (level + 1))
        element.writePretty(into: &writer, indent: indent, level: level + 1)
      }
      writer.lineFeed(indent * level)
      writer.byte(UInt8(ascii: "]"))
    case .object(let object) where !object.isEmpty:
      var separator = UInt8(ascii: "{")
      for member in object.members {
        writer.byte(separator)
        separator = UInt8(ascii: ",")
        writer.lineFeed(indent * (level + 1))
        writer.string(member.key)
        writer.byte(UInt8(ascii: ":"))
        writer.byte(UInt8(ascii: " "))
        member.value.writePretty(into: &writer, indent: indent, level: level + 1)
      }
      writer.lineFeed(indent * level)
      writer.byte(UInt8(ascii: "}"))
    default: writer.write(self)
    }
  }
}

extension JSON: CustomStringConvertible {
  public var description: String { text }
}
