// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// An amount of money, exact to a millionth of the currency's unit.
///
/// JSON: `{"currency": "CNY", "amount": "1.9656"}`; the amount is a decimal text so that nothing rounds it.
public struct Price: JSONDocument {
  /// ISO 4217, or the vendor's own unit in lower case (`units`, `credits`).
  public var currency: String
  public var amountMicros: Int64

  public init(currency: String, amountMicros: Int64) {
    self.currency = currency
    self.amountMicros = amountMicros
  }

  /// Reads a decimal such as `0.07`; nil when it is none, negative, or finer than a millionth.
  public init?(currency: String, decimal: String) {
    guard let micros = Self.micros(decimal: decimal) else { return nil }
    self.init(currency: currency, amountMicros: micros)
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    let amount = try reader.text("amount")
    guard let price = Price(currency: try reader.text("currency"), decimal: amount) else {
      throw DocumentFailure(path: reader.path(of: "amount"), reason: .wrongType(expected: "a decimal amount"))
    }
    self = price
  }

  public var json: JSON { ["currency": .string(currency), "amount": .string(decimal)] }

  /// The amount without trailing zeros, such as `1.9656`.
  public var decimal: String {
    let magnitude = amountMicros.magnitude
    var fraction = magnitude % 1_000_000
    let whole = "\(amountMicros < 0 ? "-" : "")\(magnitude / 1_000_000)"
    guard fraction != 0 else { return whole }
    // One digit more in front keeps the zeros that follow the point.
    fraction += 1_000_000
    while fraction % 10 == 0 { fraction /= 10 }
    return "\(whole).\(String(fraction).dropFirst())"
  }

  /// Millionths in a plain decimal text; nil when it is not one or does not fit.
  public static func micros(decimal: String) -> Int64? {
    var micros: Int64 = 0
    var wholeDigits = 0
    var fractionDigits: Int?
    for byte in decimal.utf8 {
      switch byte {
      case UInt8(ascii: ".") where fractionDigits == nil: fractionDigits = 0
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if let digits = fractionDigits { fractionDigits = digits + 1 } else { wholeDigits += 1 }
        guard wholeDigits <= 12, fractionDigits ?? 0 <= 6 else { return nil }
        micros = micros * 10 + Int64(byte - UInt8(ascii: "0"))
      default: return nil
      }
    }
    guard wholeDigits > 0, fractionDigits != 0 else { return nil }
    for _ in (fractionDigits ?? 0)..<6 { micros *= 10 }
    return micros
  }
}
