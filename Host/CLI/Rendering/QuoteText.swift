// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// Prices as people read them.
enum QuoteText {
  /// One line: `0.35 USD (5 s at 0.07 USD a second, prices of 2026-10-01)`.
  static func render(_ quote: Quote?) -> String {
    guard let quote else { return "not known" }
    var details = [quote.basis].filter { !$0.isEmpty }
    if let date = quote.asOf { details.append("prices of \(date)") }
    let tail = details.isEmpty ? "" : " (\(details.joined(separator: "; ")))"
    if let low = quote.low, let high = quote.high, low != high {
      let expected = quote.expected.map { ", likely \($0.decimal)" } ?? ""
      return "\(low.decimal) to \(high.decimal) \(high.currency)\(expected)\(tail)"
    }
    guard let price = quote.expected ?? quote.high ?? quote.low else { return "not known\(tail)" }
    return "\(price.decimal) \(price.currency)\(tail)"
  }
}
