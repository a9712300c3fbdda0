// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

extension JobRecord {
  /// What the job counts for against its caller's budget: what it cost, and until that is known the most that it may
  /// cost. Nil: nothing, or nothing that is known.
  public var charge: Price? {
    let promised = quote?.high ?? quote?.expected
    // A cost in another unit than the quote, such as a vendor's own points, cannot be added up with the rest.
    if let cost = task.cost, cost.isComparable(with: promised ?? cost) { return cost }
    switch state {
    case .planned, .submitting, .watching, .collecting, .done, .unknown: return promised
    case .failed, .cancelled, .expired:
      // Without a failure nobody has said that it was free.
      return task.failure?.charged == .no ? nil : promised
    }
  }
}

extension Sequence<Price> {
  /// Millionths of those in the same currency together; `Int64.max` where that is too much to reckon.
  public func sumMicros(comparableWith price: Price) -> Int64 {
    reduce(0) { sum, next in
      guard next.isComparable(with: price) else { return sum }
      let (result, hasOverflowed) = sum.addingReportingOverflow(next.amountMicros)
      return hasOverflowed ? .max : result
    }
  }
}

extension Price {
  /// Whether both are in the same currency.
  public func isComparable(with other: Price) -> Bool { currency.lowercased() == other.currency.lowercased() }
}
