// SPDX-License-Identifier: Apache-2.0

extension JSON: Hashable {
  public static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): hasSameBytes(left, right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  public func hash(into hasher: inout Hasher) {
    switch self {
    case .null: hasher.combine(0)
    case .bool(let value):
      hasher.combine(1)
      hasher.combine(value)
    case .number(let value):
      hasher.combine(2)
      hasher.combine(value)
    case .string(let value):
      hasher.combine(3)
      hasher.combine(ByteKey(value))
    case .array(let elements):
      hasher.combine(4)
      hasher.combine(elements)
    case .object(let members):
      hasher.combine(5)
      hasher.combine(members)
    }
  }

  /// Whether both would be written as the same bytes: equal, with members in the same order and the same number texts.
  public func isIdentical(to other: JSON) -> Bool {
    switch (self, other) {
    case (.number(let left), .number(let right)): hasSameBytes(left.text, right.text)
    case (.array(let left), .array(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.isIdentical(to: $1) }
    case (.object(let left), .object(let right)): left.isIdentical(to: right)
    default: self == other
    }
  }
}

/// A string that is compared and hashed by its bytes. Swift's own comparison folds canonical equivalents
/// (`é` as one scalar or as two) into one, which would make two members of a JSON object into one.
struct ByteKey: Hashable {
  let string: String

  init(_ string: String) { self.string = string }

  static func == (left: ByteKey, right: ByteKey) -> Bool { hasSameBytes(left.string, right.string) }

  func hash(into hasher: inout Hasher) {
    var string = string
    string.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    hasher.combine(UInt8(0xFF))
  }
}

func hasSameBytes(_ left: String, _ right: String) -> Bool {
  let left = left.utf8
  let right = right.utf8
  guard left.count == right.count else { return false }
  // Strings that Swift made itself lie in one piece; then nothing generic stands between the bytes.
  let answer = left.withContiguousStorageIfAvailable { left in
    right.withContiguousStorageIfAvailable { right in
      for index in 0..<left.count where left[index] != right[index] { return false }
      return true
    }
  }
  return (answer ?? nil) ?? left.elementsEqual(right)
}
