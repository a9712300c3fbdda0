// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// The ledger as a table: what became of every field.
enum LedgerText {
  static func render(_ ledger: [LedgerEntry], style: TextStyle) -> String {
    let ledger = ordered(ledger)
    let width = ledger.map { $0.field.count }.max() ?? 0
    return ledger.map { entry in
      let name = entry.field + String(repeating: " ", count: width - entry.field.count)
      var line = "  \(name)  \(outcome(entry, style))"
      if let to = entry.to, entry.outcome != .unsupported { line += " as \(to)" }
      if let value = entry.value { line += " = \(short(value))" }
      if let note = entry.note { line += " \(style.dim("(\(Sanitized.line(note)))"))" }
      return line
    }.joined(separator: "\n")
  }

  /// What concerns a part of a field (`inputs[0].role`) stands behind the field.
  private static func ordered(_ ledger: [LedgerEntry]) -> [LedgerEntry] {
    func isPart(_ entry: LedgerEntry, of whole: LedgerEntry) -> Bool { entry.field.hasPrefix("\(whole.field).") }
    let parts = ledger.filter { entry in ledger.contains { isPart(entry, of: $0) } }
    return ledger.filter { entry in !parts.contains { $0.field == entry.field } }
      .flatMap { whole in [whole] + parts.filter { isPart($0, of: whole) } }
  }

  private static func outcome(_ entry: LedgerEntry, _ style: TextStyle) -> String {
    entry.outcome == .unsupported ? style.warning("unsupported") : entry.outcome.rawValue
  }

  private static func short(_ value: JSON) -> String {
    let text = value.string ?? value.text
    return Sanitized.line(text.count > 60 ? String(text.prefix(57)) + "..." : text)
  }
}
