// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension FieldFacts {
  /// The value in the type of the facts, spelled as they spell it: `"5"` is 5 for a number, `true` is `"on"` where the
  /// allowed words are on and off, `"720P"` is `"720p"`. Nil when it has no such meaning.
  func coerced(_ value: JSON) -> JSON? {
    switch type {
    case .text: return text(value)
    case .integer: return value.lenientInt.map { JSON.number(JSONNumber($0)) }
    case .number:
      if case .number = value { return value }
      guard value.lenientDouble != nil, let text = value.string else { return nil }
      return JSONNumber(text: text).map { .number($0) }
    case .flag: return value.lenientBool.map { .bool($0) }
    case .object: return value.object == nil ? nil : value
    case .list: return value.array == nil ? nil : value
    }
  }

  private func text(_ value: JSON) -> JSON? {
    if let flag = value.bool {
      let word = values.first { $0.string != nil && $0.lenientBool == flag }
      return word ?? nil
    }
    guard let text = value.lenientString else { return nil }
    let sameWord = values.first { $0.string?.lowercased() == text.lowercased() }
    return sameWord ?? .string(text)
  }

  /// What the facts' type is called in a message.
  var typeText: String {
    switch type {
    case .text: "text"
    case .integer: "a whole number"
    case .number: "a number"
    case .flag: "true or false"
    case .object: "an object"
    case .list: "a list"
    }
  }

  /// Whether a value of the right type is within the range, the step and the allowed values.
  func allows(_ value: JSON) -> Bool {
    if also.contains(value) { return true }
    if !values.isEmpty { return values.contains { $0 == value || Self.isSameNumber($0, value) } }
    guard type == .integer || type == .number, let number = value.double else { return true }
    guard number >= minimum ?? -.infinity, number <= maximum ?? .infinity else { return false }
    guard let step, step > 0 else { return true }
    let steps = (number - (minimum ?? 0)) / step
    // Steps such as 0.1 have no exact binary form.
    return (steps - steps.rounded()).magnitude < 1e-9
  }

  /// `5` and `5.0`, `0.5` and `0.50`.
  private static func isSameNumber(_ left: JSON, _ right: JSON) -> Bool {
    guard let left = left.double, let right = right.double else { return false }
    return left == right
  }

  /// The allowed values as a phrase: "4 to 15 or -1", "16:9, 9:16 or 1:1".
  var limitText: String {
    var parts: [String] = []
    if !values.isEmpty {
      parts = values.map { $0.string ?? $0.text }
    } else {
      var range: String
      switch (minimum, maximum) {
      case (let minimum?, let maximum?): range = "\(shown(minimum)) to \(shown(maximum))"
      case (let minimum?, nil): range = "\(shown(minimum)) or more"
      case (nil, let maximum?): range = "at most \(shown(maximum))"
      case (nil, nil): range = typeText
      }
      if let step, step != 1 || type == .number { range += " in steps of \(shown(step))" }
      parts = [range]
    }
    parts += also.map { $0.string ?? $0.text }
    return listed(parts)
  }
}
