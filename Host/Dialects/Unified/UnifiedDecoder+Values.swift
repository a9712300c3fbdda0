// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// Readers of single values; each gets the value and the name that the caller gave it.
extension UnifiedDecoder {
  /// A size such as 1280x720.
  struct Size: Equatable {
    var width: Int
    var height: Int
    var text: String { "\(width)x\(height)" }
  }

  /// The longest piece of a value that a message repeats, in characters.
  private static let longestShownCharacters = 48

  static func shown(_ value: JSON) -> String {
    switch value {
    case .object: return "an object"
    case .array(let elements): return "a list of \(elements.count)"
    default:
      // As JSON, so that control characters are escaped.
      let text = value.text
      return text.count <= longestShownCharacters ? text : "\(text.prefix(longestShownCharacters))…"
    }
  }

  static func wrong(_ value: JSON, _ path: String, _ expected: String) -> Failure {
    Failure(
      .invalid, "\(path) is \(shown(value)), which is not \(expected).", field: path, advice: "Send \(expected).")
  }

  static func text(_ value: JSON, _ path: String) throws(Failure) -> String {
    guard let text = value.string else { throw wrong(value, path, "a text") }
    return text
  }

  /// A text, or a number that serves as one.
  static func identifier(_ value: JSON, _ path: String) throws(Failure) -> String {
    guard let text = value.lenientString else { throw wrong(value, path, "a text") }
    return text
  }

  static func wholeNumber(_ value: JSON, _ path: String) throws(Failure) -> Int64 {
    guard let number = value.lenientInt else { throw wrong(value, path, "a whole number") }
    return Int64(number)
  }

  static func positive(_ value: JSON, _ path: String) throws(Failure) -> Int {
    guard let number = value.lenientInt, number > 0 else { throw wrong(value, path, "a whole number above 0") }
    return number
  }

  static func count(_ value: JSON, _ path: String) throws(Failure) -> Int {
    guard let number = value.lenientInt, number > 0 else { throw wrong(value, path, "a whole number from 1") }
    return number
  }

  static func seconds(_ value: JSON, _ path: String) throws(Failure) -> Int {
    guard let number = value.lenientInt, number > 0 || number == VideoRequest.automaticDuration else {
      throw wrong(value, path, "a number of whole seconds (or -1 where the model may choose)")
    }
    return number
  }

  static func flag(_ value: JSON, _ path: String) throws(Failure) -> Bool {
    guard let flag = value.lenientBool else { throw wrong(value, path, "true or false (on or off)") }
    return flag
  }

  static func size(_ value: JSON, _ path: String) throws(Failure) -> Size {
    let expected = "a size like \"1280x720\""
    guard let text = value.string else { throw wrong(value, path, expected) }
    let parts = text.unicodeScalars.split(omittingEmptySubsequences: false) { scalar in
      switch scalar {
      case "x", "X", "*", "×": true
      default: false
      }
    }
    guard parts.count == 2, let width = JSON.string(String(Substring(parts[0]))).lenientInt,
      let height = JSON.string(String(Substring(parts[1]))).lenientInt, width > 0, height > 0
    else { throw wrong(value, path, expected) }
    return Size(width: width, height: height)
  }

  /// Shots as texts or as objects with a prompt; `index` orders them where every one has it.
  static func shots(_ value: JSON, _ path: String) throws(Failure) -> [Shot] {
    guard let elements = value.array else { throw wrong(value, path, "a list of shots") }
    var shots: [(index: Int?, shot: Shot)] = []
    for (place, element) in elements.enumerated() {
      let here = "\(path)[\(place)]"
      if let text = element.string {
        shots.append((nil, Shot(prompt: text)))
        continue
      }
      guard let object = element.object, let prompt = object["prompt"]?.string else {
        throw wrong(element, here, "a text or an object with a prompt")
      }
      var shot = Shot(prompt: prompt)
      for name in ["duration", "duration_seconds", "seconds"] {
        guard let duration = object[name], !duration.isNull else { continue }
        shot.durationSeconds = try positive(duration, "\(here).\(name)")
      }
      let index = object["index"].flatMap { $0.isNull ? nil : $0 }
      shots.append((try index.map { json throws(Failure) in try positive(json, "\(here).index") }, shot))
    }
    let indexes = shots.compactMap { $0.index }
    guard Set(indexes).count == indexes.count else {
      throw Failure(
        .invalid, "Two elements of \(path) have the same index.", field: path,
        advice: "Number them from 1, or leave index out.")
    }
    if indexes.count == shots.count { shots.sort { ($0.index ?? 0) < ($1.index ?? 0) } }
    return shots.map { $0.shot }
  }
}
