// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// The old way to give parameters: commands behind the prompt, such as `A cat yawns --rs 720p --dur 5`.
///
/// The vendor replaces a bad value by its default without a word; here it is an error, since limits and price hang
/// on it. Only known commands at the very end count: anything else is part of the prompt.
enum ArkTextCommands {
  struct Command: Equatable {
    /// As it was written, such as `--rs`.
    var word: String
    /// A canonical field or an option.
    var field: String
    var value: JSON
  }

  private static let fields: [String: String] = [
    "--resolution": "resolution", "--rs": "resolution", "--ratio": "aspect_ratio", "--rt": "aspect_ratio",
    "--duration": "duration_seconds", "--dur": "duration_seconds", "--frames": "frames", "--framespersecond": "fps",
    "--fps": "fps", "--seed": "seed", "--camerafixed": "camera_fixed", "--cf": "camera_fixed",
    "--watermark": "watermark", "--wm": "watermark",
  ]

  /// The prompt without its commands, and the commands in their order; of two for one field the last counts.
  static func split(_ text: String) throws(Failure) -> (prompt: String, commands: [Command]) {
    var rest = text[...]
    var commands: [Command] = []
    while let (word, value, before) = lastCommand(rest) {
      guard let field = fields[word.lowercased()] else { break }
      guard let value else { throw ArkDecode.invalid(word, "it has no value") }
      let command = Command(word: word, field: field, value: try read(value, field, word))
      if !commands.contains(where: { $0.field == field }) { commands.append(command) }
      rest = before
    }
    // White space is the caller's own unless it stood before a command.
    let prompt = commands.isEmpty ? text : String(trimmedEnd(rest))
    return (prompt, commands.reversed())
  }

  /// The last word of the text when it is `--name=value`, or the last two when they are `--name value`.
  private static func lastCommand(_ text: Substring) -> (word: String, value: String?, before: Substring)? {
    let (before, last) = splitLast(text)
    guard !last.isEmpty else { return nil }
    if last.hasPrefix("--") {
      let parts = last.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 && !parts[1].isEmpty ? String(parts[1]) : nil
      return (String(parts[0]), value, before)
    }
    let (earlier, name) = splitLast(before)
    guard name.hasPrefix("--"), !name.contains("=") else { return nil }
    return (String(name), String(last), earlier)
  }

  private static func splitLast(_ text: Substring) -> (before: Substring, last: Substring) {
    let trimmed = trimmedEnd(text)
    guard let space = trimmed.lastIndex(where: { $0.isWhitespace }) else {
      return (trimmed[trimmed.startIndex..<trimmed.startIndex], trimmed)
    }
    let start = trimmed.index(after: space)
    return (trimmed[..<start], trimmed[start...])
  }

  private static func trimmedEnd(_ text: Substring) -> Substring {
    var text = text
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }

  private static func read(_ text: String, _ field: String, _ word: String) throws(Failure) -> JSON {
    switch field {
    case "resolution":
      guard Ark.resolutions.contains(text.lowercased()) else {
        throw ArkDecode.invalid(word, "\"\(text)\" is none of \(Ark.resolutions.joined(separator: ", "))")
      }
      return .string(text.lowercased())
    case "aspect_ratio":
      guard Ark.ratios.contains(text) || text == Ark.adaptiveRatio else {
        throw ArkDecode.invalid(word, "\"\(text)\" is none of \(Ark.ratios.joined(separator: ", ")) and adaptive")
      }
      return .string(text)
    case "camera_fixed", "watermark":
      guard text == "true" || text == "false" else {
        throw ArkDecode.invalid(word, "\"\(text)\" is neither true nor false")
      }
      return .bool(text == "true")
    default:
      guard let number = Int(text) else { throw ArkDecode.invalid(word, "\"\(text)\" is no whole number") }
      return .number(JSONNumber(number))
    }
  }
}
