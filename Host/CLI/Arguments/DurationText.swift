// SPDX-License-Identifier: Apache-2.0

/// Durations as people type and read them.
public enum DurationText {
  /// The longest that a duration may be: 30 days.
  public static let maximumMilliseconds: Int64 = 30 * 86_400_000

  /// `90` (seconds), `90s`, `20m`, `1h30m`, `500ms`; nil for anything else.
  public static func milliseconds(_ text: String, maximum: Int64 = maximumMilliseconds) -> Int64? {
    if let seconds = Int64(text), seconds >= 0, seconds <= maximum / 1_000 { return seconds * 1_000 }
    var total: Int64 = 0
    var digits = ""
    var index = text.startIndex
    var parts = 0
    while index < text.endIndex {
      let character = text[index]
      if character.isASCII, character.isNumber {
        digits.append(character)
        index = text.index(after: index)
        continue
      }
      guard let number = Int64(digits), number <= maximum else { return nil }
      digits = ""
      let unit: Int64
      if text[index...].hasPrefix("ms") {
        unit = 1
        index = text.index(index, offsetBy: 2)
      } else {
        switch character {
        case "s": unit = 1_000
        case "m": unit = 60_000
        case "h": unit = 3_600_000
        case "d": unit = 86_400_000
        default: return nil
        }
        index = text.index(after: index)
      }
      let (product, overflow) = number.multipliedReportingOverflow(by: unit)
      guard !overflow, product <= maximum else { return nil }
      total += product
      parts += 1
    }
    guard digits.isEmpty, parts > 0, total <= maximum else { return nil }
    return total
  }

  /// `45 s`, `2 min 5 s`, `1 h 3 min`, for people.
  public static func text(milliseconds: Int64) -> String {
    let seconds = max(0, milliseconds) / 1_000
    if seconds < 60 { return "\(seconds) s" }
    if seconds < 3_600 {
      return seconds % 60 == 0 ? "\(seconds / 60) min" : "\(seconds / 60) min \(seconds % 60) s"
    }
    return "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
  }
}
