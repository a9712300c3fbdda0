// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// Arithmetic on price tables, exact in millionths.
public enum PriceList {
  /// The usual quote: units × unit price, for tables by the second or by the video. Tables by the token need
  /// `quote(tokens:)`, since only the plugin knows how its vendor counts.
  public static func quote(_ request: VideoRequest, prices: PriceTable?, profile: String? = nil) -> Quote {
    guard let prices else { return Quote(basis: "the price of this model is not known") }
    guard let unit = prices.unitPrice(for: request, profile: profile) else {
      return Quote(basis: "the price table has no row for this request", asOf: prices.asOf)
    }
    let clips = Int64(request.count ?? 1)
    switch prices.unit {
    case .video:
      guard let price = multiply(unit, clips, 1) else { return tooLarge(prices) }
      return Quote(
        exactly: price,
        basis: "\(clips) at \(unit.decimal) \(unit.currency) each", asOf: prices.asOf)
    case .second:
      guard let seconds = request.durationSeconds, seconds > 0 else {
        return Quote(
          basis: "the model chooses the duration; \(unit.decimal) \(unit.currency) a second", asOf: prices.asOf)
      }
      guard let price = multiply(unit, clips, Int64(seconds)) else { return tooLarge(prices) }
      return Quote(
        exactly: price,
        basis: "\(seconds) s at \(unit.decimal) \(unit.currency) a second", asOf: prices.asOf)
    case .millionTokens:
      return Quote(basis: "\(unit.decimal) \(unit.currency) a million tokens", asOf: prices.asOf)
    }
  }

  /// Nil when the amount does not fit.
  private static func multiply(_ unit: Price, _ clips: Int64, _ units: Int64) -> Price? {
    let (count, isTooMany) = clips.multipliedReportingOverflow(by: units)
    let (amount, isTooMuch) = unit.amountMicros.multipliedReportingOverflow(by: count)
    return isTooMany || isTooMuch ? nil : Price(currency: unit.currency, amountMicros: amount)
  }

  private static func tooLarge(_ prices: PriceTable) -> Quote {
    Quote(basis: "the price is too large to reckon", asOf: prices.asOf)
  }

  /// A quote from token counts: what the least, the likely and the largest result would use.
  public static func quote(
    tokens low: Int64, _ expected: Int64, _ high: Int64, at unit: Price, asOf: String?
  ) -> Quote {
    func price(_ tokens: Int64) -> Price {
      Price(currency: unit.currency, amountMicros: cost(tokens: tokens, unitMicros: unit.amountMicros))
    }
    return Quote(
      low: price(low), expected: price(expected), high: price(high),
      basis: "about \(expected) tokens at \(unit.decimal) \(unit.currency) a million", asOf: asOf)
  }

  /// Millionths for a number of tokens at a price per million tokens, rounded up.
  public static func cost(tokens: Int64, unitMicros: Int64) -> Int64 {
    let product = tokens.multipliedFullWidth(by: unitMicros)
    let divided = Int64(1_000_000).dividingFullWidth(product)
    return divided.quotient + (divided.remainder > 0 ? 1 : 0)
  }
}
