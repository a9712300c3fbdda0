// SPDX-License-Identifier: Apache-2.0

import OrderedJSON

/// `-o` does two jobs that never look alike: `boat.mp4` is a path, `mode=pro` an option for the model.
enum OutputArgument: Hashable {
  case path(String)
  case option(name: String, value: String)

  init(_ text: String) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2, Self.isName(parts[0]) {
      self = .option(name: String(parts[0]), value: String(parts[1]))
    } else {
      self = .path(text)
    }
  }

  /// Reads `NAME=VALUE` of `--option`.
  static func option(_ text: String) throws(UsageFailure) -> (name: String, value: String) {
    guard case .option(let name, let value) = OutputArgument(text) else {
      throw .invalidValue(option: "--option", value: text, expected: "NAME=VALUE")
    }
    return (name, value)
  }

  private static func isName(_ text: Substring) -> Bool {
    guard let first = text.first, first.isASCII, first.isLetter || first == "_" else { return false }
    return text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
  }

  /// The value as JSON: a number, true, false, an object or a list where it is one, else text.
  static func json(_ value: String) -> JSON {
    guard let first = value.utf8.first else { return .string("") }
    let mayBeJSON = "{[-0123456789tf\"".utf8.contains(first)
    if mayBeJSON, let parsed = try? JSON(parsing: value) { return parsed }
    return .string(value)
  }
}

/// Where a clip is saved: a path in which `{id}` and `{model}` are filled in.
enum OutputPath {
  static func expand(_ template: String?, id: String, model: String) -> String {
    guard let template else { return "filmgate-\(id).mp4" }
    let safeModel = String(model.map { "/\\:".contains($0) ? "-" : $0 })
    var path = ""
    var rest = template[...]
    while let open = rest.firstIndex(of: "{") {
      path += rest[..<open]
      let tail = rest[open...]
      if tail.hasPrefix("{id}") {
        path += id
        rest = tail.dropFirst(4)
      } else if tail.hasPrefix("{model}") {
        path += safeModel
        rest = tail.dropFirst(7)
      } else {
        path += "{"
        rest = tail.dropFirst()
      }
    }
    return path + rest
  }
}
