// SPDX-License-Identifier: Apache-2.0

/// One header field as it stands in the message.
public struct HTTPField: Sendable, Hashable {
  public var name: String
  public var value: String

  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

/// Header fields in order, found by name without regard to ASCII case.
public struct HTTPHeaders: Sendable, Hashable {
  public var fields: [HTTPField]

  public init(_ fields: [HTTPField] = []) { self.fields = fields }

  /// The first value of the name.
  public subscript(name: String) -> String? {
    fields.first { equalIgnoringCase($0.name, name) }?.value
  }

  /// All values of the name, in order.
  public func values(_ name: String) -> [String] {
    fields.filter { equalIgnoringCase($0.name, name) }.map(\.value)
  }

  /// The comma-separated members of all fields of the name, trimmed, without empty ones (RFC 9110, 5.6.1).
  public func tokens(_ name: String) -> [String] {
    values(name).flatMap { value in
      value.utf8.split(separator: UInt8(ascii: ",")).compactMap { part in
        let text = String(Substring(part)).trimmingSpaces()
        return text.isEmpty ? nil : text
      }
    }
  }

  public mutating func add(_ name: String, _ value: String) {
    fields.append(HTTPField(name: name, value: value))
  }

  /// Replaces every field of the name by one at the end.
  public mutating func set(_ name: String, _ value: String) {
    remove(name)
    add(name, value)
  }

  public mutating func remove(_ name: String) {
    fields.removeAll { equalIgnoringCase($0.name, name) }
  }
}

extension HTTPHeaders: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, String)...) {
    fields = elements.map { HTTPField(name: $0.0, value: $0.1) }
  }
}

/// Equality without regard to the case of ASCII letters.
func equalIgnoringCase(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
  one.utf8.count == other.utf8.count && zip(one.utf8, other.utf8).allSatisfy { lowercase($0) == lowercase($1) }
}

/// The same for what is compared most, the names of fields.
func equalIgnoringCase(_ one: String, _ other: String) -> Bool {
  guard one.utf8.count == other.utf8.count else { return false }
  var (one, other) = (one, other)
  return one.withUTF8 { one in
    other.withUTF8 { other in
      for index in one.indices where lowercase(one[index]) != lowercase(other[index]) { return false }
      return true
    }
  }
}

func lowercase(_ byte: UInt8) -> UInt8 {
  byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}

extension String {
  /// Without the spaces and tabs at both ends (optional white space of RFC 9110, 5.6.3).
  func trimmingSpaces() -> String {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
    guard let first = utf8.firstIndex(where: { !isSpace($0) }), let last = utf8.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(self[first...last])
  }
}
