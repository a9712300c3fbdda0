// SPDX-License-Identifier: Apache-2.0

/// Readers for vendors that send numbers as strings of digits, the reverse, and worse. All give nil
/// for what has no such meaning; white space around a string does not count.
extension JSON {
  /// A string as it is, or the text of a number.
  public var lenientString: String? {
    switch self {
    case .string(let value): value
    case .number(let number): number.text
    default: nil
    }
  }

  /// An integer from `5`, `5.0`, `"5"` or `"5.0"`; not from 5.4.
  public var lenientInt: Int? {
    guard let value = lenientNumber?.int64 else { return nil }
    return Int(exactly: value)
  }

  /// A finite number from `5.041` or `"5.041"`.
  public var lenientDouble: Double? {
    guard let value = lenientNumber?.double, value.isFinite else { return nil }
    return value
  }

  /// Whole percents, rounded down, from `100`, `37.5`, `"100"`, `"100%"` or `"37.5 %"`; nil outside 0...100.
  public var lenientPercent: Int? {
    let value: Double?
    if case .string(let string) = self, string.utf8.last(where: { !isWhiteSpace($0) }) == UInt8(ascii: "%") {
      let trimmed = trimmingWhiteSpace(string)
      value = JSON.string(String(Substring(trimmed.utf8.dropLast()))).lenientDouble
    } else {
      value = lenientDouble
    }
    guard let value, (0...100).contains(value) else { return nil }
    return Int(value)
  }

  /// A boolean from itself, 1 and 0, or, in any case of letters, "true", "on", "yes", "1" and "false", "off", "no", "0".
  public var lenientBool: Bool? {
    switch self {
    case .bool(let value): return value
    case .number(let number):
      switch number.int64 {
      case 1: return true
      case 0: return false
      default: return nil
      }
    case .string(let string):
      switch trimmingWhiteSpace(string).lowercased() {
      case "true", "on", "yes", "1": return true
      case "false", "off", "no", "0": return false
      default: return nil
      }
    default: return nil
    }
  }

  private var lenientNumber: JSONNumber? {
    switch self {
    case .number(let number): number
    case .string(let string): JSONNumber(text: trimmingWhiteSpace(string))
    default: nil
    }
  }
}

private func isWhiteSpace(_ byte: UInt8) -> Bool {
  byte == 0x20 || (0x09...0x0D).contains(byte)
}

private func trimmingWhiteSpace(_ string: String) -> String {
  let bytes = string.utf8
  guard let first = bytes.firstIndex(where: { !isWhiteSpace($0) }),
    let last = bytes.lastIndex(where: { !isWhiteSpace($0) })
  else { return "" }
  return String(Substring(bytes[first...last]))
}
