// SPDX-License-Identifier: Apache-2.0

/// How far words are apart, to find what somebody may have meant by a name that does not exist.
public enum EditDistance {
  /// Names longer than this are not compared: the work grows with the product of the lengths.
  public static let longestComparedCharacters = 128
  /// Parts of names shorter than this are not taken for hints.
  public static let shortestHintCharacters = 3

  /// The closest of the known names, best first, without repeats; empty when none is close. Letters' case does not
  /// count. A name that contains what was written is close too ("v3-omni" for a longer id).
  public static func suggestions(for word: String, among names: [String], limit: Int = 3) -> [String] {
    let written = Array(word.lowercased())
    guard !written.isEmpty, written.count <= longestComparedCharacters else { return [] }
    var seen: Set<String> = []
    var scored: [(score: Int, order: Int, name: String)] = []
    for (order, name) in names.enumerated() where seen.insert(name).inserted {
      let known = Array(name.lowercased())
      guard known.count <= longestComparedCharacters else { continue }
      let distance = distance(written, known)
      if distance <= max(1, written.count / 3) {
        scored.append((distance, order, name))
      } else if written.count >= shortestHintCharacters, contains(known, written) {
        // Behind every near miss.
        scored.append((longestComparedCharacters + known.count - written.count, order, name))
      }
    }
    return scored.sorted { ($0.score, $0.order) < ($1.score, $1.order) }.prefix(limit).map { $0.name }
  }

  /// How many insertions, deletions, replacements and swaps of neighbours make one word of the other
  /// (Damerau–Levenshtein, optimal string alignment).
  public static func distance(_ left: [Character], _ right: [Character]) -> Int {
    if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in 1...left.count {
      var current = [row]
      current.reserveCapacity(right.count + 1)
      for column in 1...right.count {
        let isSame = left[row - 1] == right[column - 1]
        var cost = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (isSame ? 0 : 1))
        if row > 1, column > 1, left[row - 1] == right[column - 2], left[row - 2] == right[column - 1] {
          cost = min(cost, beforeLast[column - 2] + 1)
        }
        current.append(cost)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }

  private static func contains(_ whole: [Character], _ part: [Character]) -> Bool {
    guard part.count <= whole.count else { return false }
    return (0...(whole.count - part.count)).contains { whole[$0..<($0 + part.count)].elementsEqual(part) }
  }
}
