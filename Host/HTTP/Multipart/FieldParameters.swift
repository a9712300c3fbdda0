// SPDX-License-Identifier: Apache-2.0

/// A field of the form `value; name=value; name="quoted value"`: Content-Type and Content-Disposition.
struct FieldParameters {
  enum Quoting {
    /// A backslash takes the next character as it is (RFC 9110, 5.6.4).
    case pairs
    /// What form encoders write: `%22`, `%0D` and `%0A` stand for a quotation mark and line ends (HTML, 4.10.21.8). Older
    /// ones put a backslash before a quotation mark or a backslash; any other backslash is one, as in a Windows path.
    case form
  }

  /// The part before the parameters, in lower case.
  let value: String
  /// By names in lower case.
  private let parameters: [String: String]

  subscript(name: String) -> String? { parameters[name] }

  /// Nil for anything the grammar does not allow, and for a parameter given twice.
  init?(_ text: String, quoting: Quoting) {
    var rest = Array(text.utf8)[...]
    let value = rest.prefix { $0 != UInt8(ascii: ";") }
    rest = rest[value.endIndex...]
    let trimmed = String(decoding: value, as: UTF8.self).trimmingSpaces()
    let bytes = trimmed.utf8.filter { $0 != UInt8(ascii: "/") }
    guard !bytes.isEmpty, bytes.allSatisfy(HeadGrammar.isToken) else { return nil }
    self.value = String(decoding: trimmed.utf8.map(lowercase), as: UTF8.self)
    var parameters: [String: String] = [:]
    while rest.popFirst() == UInt8(ascii: ";") {
      rest = rest.drop(while: isSpace)
      // A semicolon at the end is common and says nothing.
      if rest.isEmpty { break }
      let name = rest.prefix(while: HeadGrammar.isToken)
      rest = rest[name.endIndex...]
      guard !name.isEmpty, rest.popFirst() == UInt8(ascii: "="), let value = Self.takeValue(&rest, quoting),
        parameters.updateValue(value, forKey: String(decoding: name.map(lowercase), as: UTF8.self)) == nil
      else { return nil }
      rest = rest.drop(while: isSpace)
      guard rest.isEmpty || rest.first == UInt8(ascii: ";") else { return nil }
    }
    self.parameters = parameters
  }

  private static func takeValue(_ rest: inout ArraySlice<UInt8>, _ quoting: Quoting) -> String? {
    guard rest.first == UInt8(ascii: "\"") else {
      // Wider than a token: boundaries with "=" or ":" are sent without quotation marks.
      let value = rest.prefix { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: ";") && $0 != UInt8(ascii: "\"") }
      rest = rest[value.endIndex...]
      return value.isEmpty ? nil : String(decoding: value, as: UTF8.self)
    }
    rest.removeFirst()
    var value: [UInt8] = []
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""): return String(validating: value, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let next = rest.first else { return nil }
        if quoting == .pairs || next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\") {
          value.append(next)
          rest.removeFirst()
        } else {
          value.append(byte)
        }
      case UInt8(ascii: "%") where quoting == .form:
        if let mark = formEscape(rest.prefix(2)) {
          value.append(mark)
          rest.removeFirst(2)
        } else {
          value.append(byte)
        }
      default: value.append(byte)
      }
    }
    return nil
  }

  private static func formEscape(_ digits: ArraySlice<UInt8>) -> UInt8? {
    switch String(decoding: digits.map(lowercase), as: UTF8.self) {
    case "22": UInt8(ascii: "\"")
    case "0d": 0x0D
    case "0a": 0x0A
    default: nil
    }
  }
}

private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
