// SPDX-License-Identifier: Apache-2.0

import Gateway

extension HelpTopics {
  /// Every metric that a gateway shows.
  static var metrics: String {
    [
      "Metrics of a gateway",
      HelpPage.wrapParagraphs(
        "GET /metrics answers in the text format of Prometheus (0.0.4). Labels have values from closed lists only: "
          + "routes are patterns, models are those that plugins list (any other counts as other), kinds are the kinds "
          + "of failures that replies have too. Counters begin at zero with the process.", indent: 0),
      MetricFamily.all.map { family in
        let labels = family.labels.isEmpty ? "" : "{\(family.labels.joined(separator: ", "))}"
        let text = HelpPage.wrap("\(family.help) (\(family.kind.rawValue))", width: HelpPage.width - 4)
        return "  \(family.name)\(labels)\n    " + text.joined(separator: "\n    ")
      }.joined(separator: "\n"),
    ].joined(separator: "\n\n")
  }
}
