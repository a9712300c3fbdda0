// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// The most that one request may cost: `--max-cost 1.50`, `1.50 USD` or `USD 1.50`.
public struct MaximumCost: Sendable, Hashable {
  public var amountMicros: Int64
  /// Nil: whatever currency the price is in.
  public var currency: String?

  public init(amountMicros: Int64, currency: String? = nil) {
    self.amountMicros = amountMicros
    self.currency = currency
  }

  /// Reads what a person writes; throws with the field `max_cost`.
  public init(_ text: String) throws(Failure) {
    let failure = Failure(
      .invalid, "\(shown(text)) is not an amount of money.", field: "max_cost",
      advice: "Write it like 1.50 or \"1.50 USD\".")
    let parts = text.split(separator: " ").map(String.init)
    guard (1...2).contains(parts.count) else { throw failure }
    let isCurrencyFirst = parts.count == 2 && Price.micros(decimal: parts[0]) == nil
    let amount = isCurrencyFirst ? parts[1] : parts[0]
    let currency = parts.count == 2 ? (isCurrencyFirst ? parts[0] : parts[1]) : nil
    guard let micros = Price.micros(decimal: amount) else { throw failure }
    if let currency {
      guard currency.utf8.count <= 16, currency.allSatisfy({ $0.isASCII && $0.isLetter }) else { throw failure }
    }
    self.init(amountMicros: micros, currency: currency)
  }

  /// Throws a balance failure when the price is above the limit, in another currency, or not known: then nothing may
  /// be bought.
  public func check(_ quote: Quote) throws(Failure) {
    guard let price = quote.high ?? quote.expected else {
      throw refusal(
        "The price is not known beforehand (\(quote.basis)), so it cannot be kept to the limit of \(text).",
        advice: "Leave --max-cost out to go on without a limit.")
    }
    if let currency, currency.uppercased() != price.currency.uppercased() {
      throw refusal(
        "The price is in \(price.currency) and the limit in \(currency); they cannot be compared.",
        advice: "Give --max-cost in \(price.currency).")
    }
    guard price.amountMicros > amountMicros else { return }
    let upTo = quote.low == quote.high ? "costs" : "can cost up to"
    throw refusal(
      "This \(upTo) \(price.decimal) \(price.currency) (\(quote.basis)), more than the limit of \(text).",
      advice: "Raise --max-cost, or ask for a shorter or smaller clip.")
  }

  private var text: String {
    let amount = Price(currency: "", amountMicros: amountMicros).decimal
    return currency.map { "\(amount) \($0)" } ?? amount
  }

  private func refusal(_ message: String, advice: String) -> Failure {
    Failure(.balance, "\(message) Nothing was bought.", field: "max_cost", advice: advice)
  }
}
