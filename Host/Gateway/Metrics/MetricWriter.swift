// SPDX-License-Identifier: Apache-2.0

/// Writes metrics in the text format 0.0.4 of Prometheus.
struct MetricWriter {
  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  private(set) var text = ""

  /// Begins a family. Its series follow at once, before the next family's.
  mutating func begin(_ family: MetricFamily) {
    let help = family.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    text += "# HELP \(family.name) \(help)\n# TYPE \(family.name) \(family.kind.rawValue)\n"
  }

  mutating func add(_ family: MetricFamily, _ values: [String] = [], _ value: some LosslessStringConvertible) {
    line(family.name, zip(family.labels, values).map { ($0, $1) }, "\(value)")
  }

  /// A whole family without labels.
  mutating func write(_ family: MetricFamily, _ value: some LosslessStringConvertible) {
    begin(family)
    add(family, [], value)
  }

  mutating func write(_ family: MetricFamily, _ counts: MetricCounts) {
    guard !counts.values.isEmpty else { return }
    begin(family)
    for (labels, count) in Self.sorted(counts.values, family) {
      add(family, (0..<family.labels.count).map { labels[$0] }, count)
    }
  }

  mutating func write(_ family: MetricFamily, _ histograms: [String: MetricHistogram]) {
    guard !histograms.isEmpty else { return }
    begin(family)
    for (label, histogram) in histograms.sorted(by: { $0.key < $1.key }) {
      add(family, family.labels.isEmpty ? [] : [label], histogram)
    }
  }

  private mutating func add(_ family: MetricFamily, _ values: [String], _ histogram: MetricHistogram) {
    let labels = zip(family.labels, values).map { ($0, $1) }
    var count: UInt64 = 0
    for (index, bound) in histogram.bounds.enumerated() {
      count += histogram.counts[index]
      line("\(family.name)_bucket", labels + [("le", "\(bound)")], "\(count)")
    }
    count += histogram.counts.last ?? 0
    line("\(family.name)_bucket", labels + [("le", "+Inf")], "\(count)")
    line("\(family.name)_sum", labels, "\(Double(histogram.nanoseconds) / 1e9)")
    line("\(family.name)_count", labels, "\(count)")
  }

  private mutating func line(_ name: String, _ labels: [(String, String)], _ value: String) {
    text += name
    var separator = "{"
    for (label, value) in labels {
      text += "\(separator)\(label)=\"\(Self.escaped(value))\""
      separator = ","
    }
    if !labels.isEmpty { text += "}" }
    text += " \(value)\n"
  }

  private static func escaped(_ value: String) -> String {
    guard value.utf8.contains(where: { $0 == 0x5C || $0 == 0x22 || $0 == 0x0A }) else { return value }
    return value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
  }

  private static func sorted(
    _ values: [MetricLabels: UInt64], _ family: MetricFamily
  ) -> [(key: MetricLabels, value: UInt64)] {
    values.sorted { ($0.key.first, $0.key.second, $0.key.third) < ($1.key.first, $1.key.second, $1.key.third) }
  }
}
