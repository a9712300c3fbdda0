// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// Where a plugin's own `quote` operation is asked.
public protocol QuoteSource: Sendable {
  /// What the request would cost by the plugin's reckoning, from the given price table.
  func quote(_ request: VideoRequest, prices: PriceTable?) async throws(Failure) -> Quote
}

/// What a plan will cost, before anything is bought.
public enum PriceEstimate {
  /// The operation that a plugin declares when it reckons prices itself.
  public static let operationName = "quote"

  /// Asks the plugin where it declares `quote`, else reckons from the model's price table.
  public static func quote(_ plan: Plan, asking source: (any QuoteSource)? = nil) async throws(Failure) -> Quote {
    if let source, plan.manifest.operations.contains(where: { $0.name == operationName }) {
      return try await source.quote(plan.request, prices: plan.model.price)
    }
    return reckon(plan.request, model: plan.model, profile: plan.profile.id)
  }

  /// Arithmetic for prices by the second or by the clip; a price by tokens is the plugin's to know.
  public static func reckon(_ request: VideoRequest, model: ModelFacts, profile: String?) -> Quote {
    guard let table = model.price else { return Quote(basis: "the price of \(model.id) is not known") }
    guard let unit = table.unitPrice(for: request, profile: profile) else {
      return Quote(basis: "the price table of \(model.id) has no row for this request", asOf: table.asOf)
    }
    let clips = Int64(max(request.count ?? 1, 1))
    let times = clips == 1 ? "" : "\(clips) × "
    let rate = "\(unit.decimal) \(unit.currency)"
    switch table.unit {
    case .video:
      guard let price = multiply(unit, clips) else { return overflow(table) }
      return Quote(exactly: price, basis: "\(times)\(rate) a clip", asOf: table.asOf)
    case .second:
      guard let seconds = secondsRange(request, model: model, profile: profile) else {
        return Quote(basis: "\(rate) a second, but the length is not known beforehand", asOf: table.asOf)
      }
      guard let low = multiply(unit, clips, seconds.lowerBound), let high = multiply(unit, clips, seconds.upperBound)
      else { return overflow(table) }
      guard seconds.lowerBound != seconds.upperBound else {
        return Quote(exactly: low, basis: "\(times)\(seconds.lowerBound) s at \(rate) a second", asOf: table.asOf)
      }
      return Quote(
        low: low, high: high, basis: "\(times)\(seconds.lowerBound) to \(seconds.upperBound) s at \(rate) a second",
        asOf: table.asOf)
    case .millionTokens:
      return Quote(basis: "\(rate) a million tokens, whose number is not known beforehand", asOf: table.asOf)
    }
  }

  /// How long the clip will be; a range where the model chooses.
  private static func secondsRange(_ request: VideoRequest, model: ModelFacts, profile: String?) -> ClosedRange<Int64>?
  {
    if let frames = request.frames, let rate = request.framesPerSecond ?? model.framesPerSecond, rate > 0, frames > 0 {
      let seconds = Int64((frames + rate - 1) / rate)
      return seconds...seconds
    }
    guard let seconds = request.durationSeconds else { return nil }
    if seconds > 0 { return Int64(seconds)...Int64(seconds) }
    guard let facts = model.facts(of: "duration_seconds", for: request, profile: profile) else { return nil }
    let values = facts.values.compactMap { $0.int64 }.filter { $0 > 0 }
    guard let minimum = values.min() ?? facts.minimum.flatMap({ Int64(exactly: $0) }),
      let maximum = values.max() ?? facts.maximum.flatMap({ Int64(exactly: $0) }), minimum <= maximum
    else { return nil }
    return minimum...maximum
  }

  private static func multiply(_ unit: Price, _ factors: Int64...) -> Price? {
    var amount = unit.amountMicros
    for factor in factors {
      let (product, hasOverflowed) = amount.multipliedReportingOverflow(by: factor)
      guard !hasOverflowed else { return nil }
      amount = product
    }
    return Price(currency: unit.currency, amountMicros: amount)
  }

  private static func overflow(_ table: PriceTable) -> Quote {
    Quote(basis: "the price is too large to reckon", asOf: table.asOf)
  }
}
