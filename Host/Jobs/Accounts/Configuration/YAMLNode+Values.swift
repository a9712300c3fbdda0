// SPDX-License-Identifier: Apache-2.0

/// Numbers with units, flags and words, each with its limits told where it is wrong.
extension YAMLNode {
  func flag(_ what: String) throws(YAMLFailure) -> Bool {
    if case .scalar(let text, true) = content {
      switch text {
      case "true", "True", "TRUE": return true
      case "false", "False", "FALSE": return false
      default: break
      }
    }
    throw YAMLFailure(mark: mark, problem: "\(what) must be true or false")
  }

  func integer(_ what: String, in range: ClosedRange<Int>) throws(YAMLFailure) -> Int {
    guard case .scalar(let text, _) = content, let number = Int(text) else {
      throw YAMLFailure(mark: mark, problem: "\(what) must be a whole number")
    }
    guard range.contains(number) else {
      throw YAMLFailure(
        mark: mark, problem: "\(what) is \(number); it can be \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func word<Word: RawRepresentable & CaseIterable>(_ what: String, _ type: Word.Type) throws(YAMLFailure) -> Word
  where Word.RawValue == String {
    let text = try text(what)
    guard let word = Word(rawValue: text) else {
      let words = listed(Word.allCases.map { $0.rawValue })
      throw YAMLFailure(mark: mark, problem: "\(what) is \(shown(text)); it can be \(words)")
    }
    return word
  }

  /// Milliseconds, from a duration with units.
  func milliseconds(_ what: String, in range: ClosedRange<Int64>) throws(YAMLFailure) -> Int64 {
    let text = try text(what)
    guard let milliseconds = UnitText.milliseconds(text) else {
      throw YAMLFailure(mark: mark, problem: "\(what) is \(shown(text)); it must be a duration such as 30s, 90m or 24h")
    }
    guard range.contains(milliseconds) else {
      let (least, most) = (UnitText.text(milliseconds: range.lowerBound), UnitText.text(milliseconds: range.upperBound))
      throw YAMLFailure(mark: mark, problem: "\(what) is \(shown(text)); it can be \(least) to \(most)")
    }
    return milliseconds
  }

  func bytes(_ what: String, in range: ClosedRange<Int>) throws(YAMLFailure) -> Int {
    let text = try text(what)
    guard let bytes = UnitText.bytes(text) else {
      throw YAMLFailure(mark: mark, problem: "\(what) is \(shown(text)); it must be a size such as 512KiB or 64MiB")
    }
    guard range.contains(bytes) else {
      let (least, most) = (UnitText.text(bytes: range.lowerBound), UnitText.text(bytes: range.upperBound))
      throw YAMLFailure(mark: mark, problem: "\(what) is \(shown(text)); it can be \(least) to \(most)")
    }
    return bytes
  }
}

/// Durations and sizes as a configuration says them.
enum UnitText {
  private static let durations: [(unit: String, milliseconds: Int64)] = [
    ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
  ]
  private static let sizes: [(unit: String, bytes: Int)] = [
    ("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10), ("B", 1),
  ]

  /// `500ms`, `30s`, `1h30m`, `30d`, and a bare 0; nil for anything else: a number without its unit could mean anything.
  static func milliseconds(_ text: String) -> Int64? {
    if text == "0" { return 0 }
    var total: Int64 = 0
    var rest = text[...]
    repeat {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      let unit = rest.dropFirst(digits.count).prefix { $0.isASCII && $0.isLetter }
      guard let number = Int64(digits), let factor = durations.first(where: { $0.unit == unit }) else { return nil }
      let (product, overflow) = number.multipliedReportingOverflow(by: factor.milliseconds)
      let (sum, overflowsToo) = total.addingReportingOverflow(product)
      guard !overflow, !overflowsToo else { return nil }
      total = sum
      rest = rest.dropFirst(digits.count + unit.count)
    } while !rest.isEmpty
    return total
  }

  /// `64MiB`, `512KiB`, `1GiB`, or bytes without a unit.
  static func bytes(_ text: String) -> Int? {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count)
    guard let number = Int(digits), unit.isEmpty || sizes.contains(where: { $0.unit == unit }) else { return nil }
    let (product, overflow) = number.multipliedReportingOverflow(
      by: sizes.first { $0.unit == unit }?.bytes ?? 1)
    return overflow ? nil : product
  }

  /// The shortest text that reads as the same.
  static func text(milliseconds: Int64) -> String {
    let fitting = durations.first { milliseconds != 0 && milliseconds % $0.milliseconds == 0 }
    return fitting.map { "\(milliseconds / $0.milliseconds)\($0.unit)" } ?? "0s"
  }

  static func text(bytes: Int) -> String {
    let fitting = sizes.first { bytes != 0 && bytes % $0.bytes == 0 }
    return fitting.map { "\(bytes / $0.bytes)\($0.unit)" } ?? "0B"
  }
}
