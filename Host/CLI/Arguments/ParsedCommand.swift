// SPDX-License-Identifier: Apache-2.0

/// A command line that fits a specification.
public struct ParsedCommand: Sendable {
  /// Names from the first command down: `["keys", "set"]`.
  public var path: [String]
  public var specification: CommandSpecification
  public var positionals: [String] = []
  /// In the order given; a switch has the value `true` or, as `--no-…`, `false`.
  public var options: [(name: String, value: String)] = []
  public var wantsHelp = false

  /// The last value of an option.
  public func value(_ name: String) -> String? { options.last { $0.name == name }?.value }
  /// All values of an option, in order.
  public func values(_ name: String) -> [String] { options.filter { $0.name == name }.map { $0.value } }
  /// Whether a switch is on.
  public func isOn(_ name: String) -> Bool { value(name) == "true" }
  /// A switch's value, or nil when it was not given.
  public func flag(_ name: String) -> Bool? { value(name).map { $0 == "true" } }

  /// A whole number in a range.
  public func integer(_ name: String, in range: ClosedRange<Int>) throws(UsageFailure) -> Int? {
    guard let text = value(name) else { return nil }
    guard let integer = Int(text), range.contains(integer) else {
      throw .invalidValue(
        option: "--\(name)", value: text, expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  /// A duration such as `90s`, `20m`, `1h30m` or plain seconds, in milliseconds.
  public func milliseconds(_ name: String) throws(UsageFailure) -> Int64? {
    guard let text = value(name) else { return nil }
    guard let milliseconds = DurationText.milliseconds(text) else {
      throw .invalidValue(option: "--\(name)", value: text, expected: "a duration such as 90s, 20m or 1h30m")
    }
    return milliseconds
  }
}
