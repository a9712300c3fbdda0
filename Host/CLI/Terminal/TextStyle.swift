// SPDX-License-Identifier: Apache-2.0

/// Colours for people, nothing for pipes. `NO_COLOR` and `TERM=dumb` are honoured.
public struct TextStyle: Sendable {
  public var hasColor: Bool

  public init(hasColor: Bool) { self.hasColor = hasColor }

  public static let plain = TextStyle(hasColor: false)

  private func wrap(_ text: String, _ code: String) -> String { hasColor ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text }

  func error(_ text: String) -> String { wrap(text, "1;31") }
  func warning(_ text: String) -> String { wrap(text, "33") }
  func accent(_ text: String) -> String { wrap(text, "36") }
  func good(_ text: String) -> String { wrap(text, "32") }
  func bold(_ text: String) -> String { wrap(text, "1") }
  func dim(_ text: String) -> String { wrap(text, "2") }
}
