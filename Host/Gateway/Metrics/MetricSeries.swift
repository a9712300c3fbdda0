// SPDX-License-Identifier: Apache-2.0

/// Up to three label values, in the order of the family's labels.
struct MetricLabels: Hashable {
  var first = ""
  var second = ""
  var third = ""

  init(_ first: String = "", _ second: String = "", _ third: String = "") {
    self.first = first
    self.second = second
    self.third = third
  }

  subscript(index: Int) -> String {
    switch index {
    case 0: first
    case 1: second
    default: third
    }
  }
}

/// Counts by labels.
struct MetricCounts {
  /// Series of one family; whatever comes beyond is counted under the label value `other`.
  static let maximumSeries = 10_000

  private(set) var values: [MetricLabels: UInt64] = [:]

  mutating func add(_ labels: MetricLabels, _ count: UInt64 = 1) {
    if let index = values.index(forKey: labels) {
      values.values[index] &+= count
    } else if values.count < Self.maximumSeries {
      values[labels] = count
    } else {
      values[MetricLabels("other", "other", "other"), default: 0] &+= count
    }
  }
}

/// How values spread over ranges.
struct MetricHistogram {
  /// Upper bounds in seconds, ascending; one more range has no bound.
  let bounds: [Double]
  private(set) var counts: [UInt64]
  private(set) var nanoseconds: UInt64 = 0

  init(_ bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  mutating func add(nanoseconds value: UInt64) {
    let seconds = Double(value) / 1e9
    var index = 0
    while index < bounds.count, seconds > bounds[index] { index += 1 }
    counts[index] &+= 1
    nanoseconds &+= value
  }

  /// Of requests of callers.
  static let ofRequests = [
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
  ]
  /// Of requests to providers, and of delays.
  static let ofVendors = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
  static let ofPlugins = [0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 2]
  static let ofJobs: [Double] = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400]
}

/// One route's requests: plain arrays, so that counting costs no allocation.
final class RouteSeries {
  static let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"]
  static let statuses = ["2xx", "3xx", "4xx", "5xx"]

  private(set) var counts = [UInt64](repeating: 0, count: methods.count * statuses.count)
  private(set) var seconds = MetricHistogram(MetricHistogram.ofRequests)

  func add(method: String, status: Int, nanoseconds: UInt64) {
    let row = Self.methods.firstIndex(of: method) ?? Self.methods.count - 1
    let column = min(max(status / 100 - 2, 0), Self.statuses.count - 1)
    counts[row * Self.statuses.count + column] &+= 1
    seconds.add(nanoseconds: nanoseconds)
  }

  /// Those that are not zero.
  var series: [(method: String, status: String, count: UInt64)] {
    counts.indices.compactMap { index in
      guard counts[index] > 0 else { return nil }
      let (row, column) = index.quotientAndRemainder(dividingBy: Self.statuses.count)
      return (Self.methods[row], Self.statuses[column], counts[index])
    }
  }
}
