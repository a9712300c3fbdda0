// SPDX-License-Identifier: Apache-2.0

/// Text from outside, made safe for a terminal: a vendor's message must not move the cursor or recolour the screen.
enum Sanitized {
  /// The longest line that is shown of foreign text.
  static let maximumCharacters = 600

  /// One line without control characters; a longer one ends in an ellipsis.
  static func line(_ text: String) -> String {
    var line = ""
    var count = 0
    for scalar in text.unicodeScalars {
      if count == maximumCharacters {
        line += "..."
        break
      }
      count += 1
      switch scalar.value {
      case 0x0A, 0x0D, 0x09: line += " "
      case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069, 0x200B...0x200F: line += "\u{FFFD}"
      default: line.unicodeScalars.append(scalar)
      }
    }
    return line
  }
}
