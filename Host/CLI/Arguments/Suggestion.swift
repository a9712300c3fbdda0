// SPDX-License-Identifier: Apache-2.0

import Jobs

/// "Did you mean": the nearest of some words.
enum Suggestion {
  static func nearest(to word: String, among candidates: [String]) -> [String] {
    EditDistance.suggestions(for: word, among: candidates)
  }

  static func clause(_ suggestions: [String]) -> String {
    guard let last = suggestions.last else { return "" }
    let quoted = suggestions.map { "\"\($0)\"" }
    if quoted.count == 1 { return " Did you mean \(quoted[0])?" }
    return " Did you mean \(quoted.dropLast().joined(separator: ", ")) or \"\(last)\"?"
  }
}
