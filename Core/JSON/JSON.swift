// SPDX-License-Identifier: Apache-2.0

/// One JSON value. Objects keep the order of their members and numbers keep their text, so a document
/// that was read and is written again says exactly what it said.
///
/// Equality is that of the data model: member order does not count, `5`, `5.0` and `5e0` are equal, and strings
/// are equal when their bytes are (not, as Swift's `String` has it, when they are canonically equivalent).
/// `isIdentical(to:)` also compares order and number texts.
public enum JSON: Sendable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

extension JSON {
  /// The string, or nil when the value is of another type.
  public var string: String? {
    if case .string(let value) = self { value } else { nil }
  }

  /// The boolean, or nil when the value is of another type.
  public var bool: Bool? {
    if case .bool(let value) = self { value } else { nil }
  }

  /// The number as an integer, or nil when it is not exactly one (`5.0` is 5, `5.4` is nil) or out of range.
  public var int: Int? {
    guard let value = int64 else { return nil }
    return Int(exactly: value)
  }

  /// The number as an integer, or nil when it is not exactly one (`5.0` is 5, `5.4` is nil) or out of range.
  public var int64: Int64? {
    if case .number(let value) = self { value.int64 } else { nil }
  }

  /// The number, correctly rounded; nil when the value is of another type or beyond the range of `Double`.
  public var double: Double? {
    guard case .number(let number) = self else { return nil }
    let value = number.double
    return value.isFinite ? value : nil
  }

  /// The elements, or nil when the value is of another type.
  public var array: [JSON]? {
    if case .array(let value) = self { value } else { nil }
  }

  /// The members, or nil when the value is of another type.
  public var object: JSONObject? {
    if case .object(let value) = self { value } else { nil }
  }

  /// Whether the value is `null`.
  public var isNull: Bool {
    if case .null = self { true } else { false }
  }

  /// The value, or nil when it is `null`: for vendors that write `null` where they mean absent.
  public var nonNull: JSON? {
    // Not `isNull ? nil : self`: there `nil` would be the literal for `.null`.
    if isNull { return Optional.none }
    return self
  }

  /// The member of that name; nil when there is none or the value is not an object.
  public subscript(key: String) -> JSON? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  /// The element at that position; nil when there is none or the value is not an array.
  public subscript(index: Int) -> JSON? {
    guard case .array(let elements) = self, elements.indices.contains(index) else { return nil }
    return elements[index]
  }
}
