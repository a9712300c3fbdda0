// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// The longest piece of a caller's value that a message repeats, in characters.
let longestShownCharacters = 48

/// A caller's text in quotes, cut short, without control characters.
func shown(_ text: String) -> String {
  let safe = String(
    text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : Character($0) })
  return safe.count <= longestShownCharacters ? "\"\(safe)\"" : "\"\(safe.prefix(longestShownCharacters))…\""
}

/// A caller's value for a message, cut short.
func shown(_ value: JSON) -> String {
  switch value {
  case .string(let text): return shown(text)
  case .array(let elements): return "a list of \(elements.count)"
  case .object: return "an object"
  default:
    let text = value.text
    return text.count <= longestShownCharacters ? text : "\(text.prefix(longestShownCharacters))…"
  }
}

/// A number without a needless fraction.
func shown(_ number: Double) -> String {
  if number == number.rounded(), number.magnitude < 1e15 { return String(Int64(number)) }
  return "\((number * 1000).rounded() / 1000)"
}

/// A byte count for people: `40 MiB`, `4.7 MB`, `512 bytes`; decimal units where they come out rounder.
func shownBytes(_ count: Int64) -> String {
  guard count >= 1000 else { return "\(count) bytes" }
  let isBinaryRound = count % (1 << 10) == 0 || count % 100_000 != 0
  let steps: [(Int64, String)] =
    isBinaryRound
    ? [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")] : [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "KB")]
  for (size, unit) in steps where count >= size {
    let tenths = (Double(count) / Double(size) * 10).rounded() / 10
    return "\(shown(tenths)) \(unit)"
  }
  return "\(count) bytes"
}

/// `a`, `a or b`, `a, b or c`.
func listed(_ names: [String], _ conjunction: String = "or") -> String {
  guard names.count > 1, let last = names.last else { return names.first ?? "" }
  return "\(names.dropLast().joined(separator: ", ")) \(conjunction) \(last)"
}

extension Condition {
  /// The condition as a clause: "resolution is 1080p and scenario is reference".
  public var clause: String {
    tests.map { named in
      if named.name == "scenario", case .isOneOf(let values) = named.test {
        return "the inputs are \(listed(values.map { Self.scenarios[$0.string ?? ""] ?? $0.string ?? $0.text }))"
      }
      if let count = Self.count(named) { return count }
      let name = Self.words(named.name)
      switch named.test {
      case .isPresent(let flag): return flag ? "\(name) is given" : "\(name) is not given"
      case .isOneOf(let values): return "\(name) is \(listed(values.map { $0.string ?? $0.text }))"
      case .isWithin(let minimum?, let maximum?): return "\(name) is \(shown(minimum)) to \(shown(maximum))"
      case .isWithin(let minimum?, nil): return "\(name) is \(shown(minimum)) or more"
      case .isWithin(nil, let maximum): return "\(name) is at most \(shown(maximum ?? 0))"
      }
    }.joined(separator: " and ")
  }

  /// What `VideoRequest.scenario` says, in words.
  private static let scenarios = [
    "text": "text only", "first_frame": "a first frame", "last_frame": "a last frame",
    "first_last_frame": "a first and a last frame", "reference": "references", "source": "a source video",
  ]

  /// "a reference video is given" for a count of one or more or of none; nil for every other test.
  private static func count(_ named: NamedTest) -> String? {
    guard named.name.hasPrefix("count."), case .isWithin(let minimum, let maximum) = named.test else { return nil }
    let thing = things(named.name)
    if minimum == 1, maximum == nil { return "\("aeiou".contains(thing.prefix(1)) ? "an" : "a") \(thing) is given" }
    return maximum == 0 ? "no \(thing) is given" : nil
  }

  /// `count.video.reference` as "reference video".
  private static func things(_ name: String) -> String {
    let parts = name.dropFirst("count.".count).split(separator: ".")
    return parts.reversed().map { $0.split(separator: "_").joined(separator: " ") }.joined(separator: " ")
  }

  private static func words(_ name: String) -> String {
    name.hasPrefix("count.") ? "the number of \(things(name))s" : name
  }
}
