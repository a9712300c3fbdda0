// SPDX-License-Identifier: Apache-2.0

import Glibc
import VideoDocuments

/// One input as typed: `photo.png`, `https://…/clip.mp4`, `-`, `data:…`, each with an optional `:ROLE`.
struct InputArgument: Hashable {
  enum Source: Hashable {
    case file(String)
    case standardInput
    /// A `data:` URL, as text.
    case inline(String)
    case link(String)
  }

  var source: Source
  /// Nil: sniff it from the bytes.
  var kind: MediaKind?
  var role: String?

  /// Reads what was typed after an option. `exists` tells whether a file of that name is there, so that a colon in a
  /// file's name is not taken for a role.
  static func parse(
    _ text: String, option: String, kind: MediaKind?, role: String?, exists: (String) -> Bool = fileExists
  ) throws(UsageFailure) -> InputArgument {
    guard !text.isEmpty else {
      throw .invalidValue(option: option, value: text, expected: "a file, a link, a data: URL or -")
    }
    var argument = InputArgument(source: .file(text), kind: kind, role: role)
    var rest = text
    if !exists(text), !text.hasPrefix("data:"), let colon = text.lastIndex(of: ":") {
      let suffix = String(text[text.index(after: colon)...])
      let isWord = !suffix.isEmpty && suffix.allSatisfy { $0.isASCII && ($0.isLetter || $0 == "_") }
      if isWord {
        rest = String(text[..<colon])
        if let named = MediaKind(rawValue: suffix) { argument.kind = named } else { argument.role = suffix }
      }
    }
    switch rest {
    case "-": argument.source = .standardInput
    case _ where rest.hasPrefix("data:"): argument.source = .inline(rest)
    case _
    where rest.lowercased().hasPrefix("http://") || rest.lowercased().hasPrefix("https://")
      || rest.lowercased().hasPrefix("asset://"):
      argument.source = .link(rest)
      if argument.kind == nil { argument.kind = kindByName(rest) }
      if argument.kind == nil {
        throw .invalidValue(
          option: option, value: text,
          expected: "a link whose name tells its kind, or with :image, :video or :audio after it")
      }
    default: argument.source = .file(rest)
    }
    return argument
  }

  /// The kind by the ending of a link's path.
  private static func kindByName(_ link: String) -> MediaKind? {
    let path = link.prefix { $0 != "?" && $0 != "#" }
    guard let ending = path.split(separator: ".").last?.lowercased() else { return nil }
    switch ending {
    case "jpg", "jpeg", "png", "webp", "gif", "bmp", "tif", "tiff", "heic", "heif": return .image
    case "mp4", "mov", "webm", "m4v": return .video
    case "mp3", "wav", "m4a", "aac", "ogg", "flac": return .audio
    default: return nil
    }
  }

  static func fileExists(_ path: String) -> Bool { access(path, F_OK) == 0 }
}
