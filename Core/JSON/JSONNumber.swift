// SPDX-License-Identifier: Apache-2.0

/// A JSON number, kept as its text: `1e2`, `100` and `0.1000000000000000055511151231257827` all survive unchanged.
///
/// Two numbers are equal when both are the same integer of 64 bits (`5` and `5.0`), otherwise when their texts are.
public struct JSONNumber: Sendable {
  /// The number as it stood in the document; always valid JSON.
  public let text: String

  /// For text that was found valid already.
  init(validText text: String) { self.text = text }

  public init(_ value: Int) { text = String(value) }

  public init(_ value: Int64) { text = String(value) }

  public init(_ value: UInt64) { text = String(value) }

  /// The shortest text that reads back as the same value (`5.0`, `0.1`, `1e+16`); nil for infinities and NaN.
  public init?(_ value: Double) {
    guard value.isFinite else { return nil }
    text = value.description
  }

  /// Nil when the text is not exactly one number of RFC 8259 section 6 (no white space, sign `+`, hexadecimal, NaN).
  public init?(text: String) {
    var copy = text
    let isNumber = copy.withUTF8 { bytes in
      guard let base = bytes.baseAddress, bytes.count > 0 else { return false }
      return scanNumber(base, from: 0, to: bytes.count) == .number(end: bytes.count)
    }
    guard isNumber else { return nil }
    self.text = copy
  }

  /// The value when it is exactly an integer in range, however it is written: `5`, `5.0`, `5e0` and `500e-2` are 5.
  public var int64: Int64? {
    guard let (isNegative, magnitude) = exactInteger else { return nil }
    if isNegative {
      return magnitude <= Int64.min.magnitude ? Int64(truncatingIfNeeded: 0 &- magnitude) : nil
    }
    return Int64(exactly: magnitude)
  }

  /// The value when it is exactly an integer in range, however it is written.
  public var uint64: UInt64? {
    guard let (isNegative, magnitude) = exactInteger else { return nil }
    return isNegative && magnitude != 0 ? nil : magnitude
  }

  /// The nearest `Double`: infinite when the number is beyond its range, zero when it is too small.
  /// The standard library reads it without regard to the locale.
  public var double: Double { Double(text) ?? .nan }
}

extension JSONNumber: Hashable {
  public static func == (left: JSONNumber, right: JSONNumber) -> Bool {
    if hasSameBytes(left.text, right.text) { return true }
    guard let leftValue = left.int64, let rightValue = right.int64 else { return false }
    return leftValue == rightValue
  }

  public func hash(into hasher: inout Hasher) {
    if let value = int64 {
      hasher.combine(value)
    } else {
      hasher.combine(ByteKey(text))
    }
  }
}

extension JSONNumber {
  /// Sign and magnitude when the number is an integer whose magnitude fits 64 bits. Takes one pass over the text,
  /// so that a hostile `1e999999999` costs no more than its own length.
  private var exactInteger: (isNegative: Bool, magnitude: UInt64)? {
    var isNegative = false
    var magnitude: UInt64 = 0
    // Zeros are held back until a digit follows: those at the end only shift the decimal point.
    var heldZeros = 0
    var fractionDigits = 0
    var isInFraction = false
    var exponent = 0
    var isInExponent = false
    var isExponentNegative = false
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "-"):
        if isInExponent { isExponentNegative = true } else { isNegative = true }
      case UInt8(ascii: "+"): break
      case UInt8(ascii: "."): isInFraction = true
      case UInt8(ascii: "e"), UInt8(ascii: "E"): isInExponent = true
      default:
        let digit = UInt64(byte &- UInt8(ascii: "0"))
        if isInExponent {
          exponent = min(exponent * 10 + Int(digit), Self.largestExponent)
          continue
        }
        if isInFraction { fractionDigits += 1 }
        if digit == 0 {
          if magnitude != 0 { heldZeros += 1 }
          continue
        }
        // Whatever follows, the last digit that is not zero stands behind at least 20 others: not an integer of
        // 64 bits, or not an integer at all.
        guard let shifted = Self.shift(magnitude, left: heldZeros + 1) else { return nil }
        let (sum, overflow) = shifted.addingReportingOverflow(digit)
        if overflow { return nil }
        magnitude = sum
        heldZeros = 0
      }
    }
    if magnitude == 0 { return (isNegative, 0) }
    let scale = heldZeros - fractionDigits + (isExponentNegative ? -exponent : exponent)
    guard scale >= 0, let value = Self.shift(magnitude, left: scale) else { return nil }
    return (isNegative, value)
  }

  /// Above any exponent that matters beside a text that fits in memory, and far from overflow.
  private static var largestExponent: Int { 1 << 48 }

  /// The value times ten to the power of `places`, or nil when it needs more than 64 bits.
  private static func shift(_ value: UInt64, left places: Int) -> UInt64? {
    if value == 0 { return 0 }
    if places > 19 { return nil }
    var result = value
    for _ in 0..<places {
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      if overflow { return nil }
      result = product
    }
    return result
  }
}

extension JSONNumber: CustomStringConvertible {
  public var description: String { text }
}
