// SPDX-License-Identifier: Apache-2.0

/// Breaks a prompt into lines that fit a picture.
enum TextLayout {
  /// A longer prompt is cut: the picture is a stand-in, not a document.
  static let maximumLines = 9

  static func wrap(_ text: String, for clip: ClipSpecification) -> String {
    let font = max(12, clip.heightPixels / 18)
    let columns = max(8, clip.widthPixels * 10 / (font * 6) - 4)
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: { $0 == " " || $0.isNewline }) {
      var rest = word
      while !rest.isEmpty {
        let room = columns - line.count - (line.isEmpty ? 0 : 1)
        if rest.count <= room {
          line += line.isEmpty ? String(rest) : " \(rest)"
          rest = ""
        } else if line.isEmpty {
          lines.append(String(rest.prefix(columns)))
          rest = rest.dropFirst(columns)
        } else {
          lines.append(line)
          line = ""
        }
      }
    }
    if !line.isEmpty { lines.append(line) }
    if lines.count > maximumLines { lines = lines.prefix(maximumLines - 1) + ["..."] }
    return lines.joined(separator: "\n")
  }
}
