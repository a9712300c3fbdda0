// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// Shows how a job goes on: one live line on a terminal, one line per change in a pipe, one event per line as JSON.
final class ProgressDisplay {
  enum Mode: Sendable {
    case live
    case lines
    case events
  }

  private let mode: Mode
  private let style: TextStyle
  private let write: (String) -> Void
  private let columns: () -> Int
  private var lastText = ""
  private var isLineOpen = false

  /// `write` takes raw text for stderr (live, lines) or stdout (events).
  init(mode: Mode, style: TextStyle, columns: @escaping () -> Int, write: @escaping (String) -> Void) {
    self.mode = mode
    self.style = style
    self.columns = columns
    self.write = write
  }

  /// Shows a state; the elapsed time only moves the live line, it does not make a new one in a pipe.
  func show(_ text: String, elapsedMilliseconds: Int64, progressPercent: Int?) {
    switch mode {
    case .events: return
    case .lines:
      let line = progressPercent.map { "\(text) \($0)%" } ?? text
      guard line != lastText else { return }
      lastText = line
      write("\(line)\n")
    case .live:
      let elapsed = "  \(DurationText.text(milliseconds: elapsedMilliseconds))"
      let room = max(10, columns() - 1)
      var line = "\(text)\(progressPercent.map { " \(bar($0, .plain)) \($0)%" } ?? "")\(elapsed)"
      if line.count > room {
        line = String("\(text)\(progressPercent.map { " \($0)%" } ?? "")\(elapsed)".prefix(room))
      } else if let progressPercent {
        // Colours only now: they take no room on the screen.
        line = "\(text) \(bar(progressPercent, style)) \(progressPercent)%\(elapsed)"
      }
      guard line != lastText else { return }
      lastText = line
      write("\r\u{1B}[2K\(line)")
      isLineOpen = true
    }
  }

  /// Writes a line that stays, above the live one.
  func say(_ text: String) {
    guard mode != .events else { return }
    clear()
    write("\(text)\n")
  }

  /// Writes one event; other modes ignore it.
  func event(_ name: String, _ members: JSONObject) {
    guard mode == .events else { return }
    var object: JSONObject = ["event": .string(name)]
    for (key, value) in members { object[key] = value }
    write(JSON.object(object).text + "\n")
  }

  /// Takes the live line away.
  func clear() {
    guard isLineOpen else { return }
    write("\r\u{1B}[2K")
    isLineOpen = false
    lastText = ""
  }

  private func bar(_ percent: Int, _ style: TextStyle) -> String {
    let filled = min(20, max(0, percent / 5))
    return style.good(String(repeating: "=", count: filled)) + String(repeating: "-", count: 20 - filled)
  }
}
