// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension PlanDraft {
  /// Fills in what the vendor would do with fields that are left out, so that limits and price are judged on what will
  /// really be made. Nothing is filled in that would clash with what was given.
  mutating func fillDefaults() {
    let names = defaultableNames
    var conditional: [String] = []
    for name in names { if isConditional(name) { conditional.append(name) } else { fillDefault(name) } }
    for name in conditional { fillDefault(name) }
    // A default filled in later may have changed what an earlier condition says: once more, for those alone.
    for entry in ledger where entry.isModelDefault {
      let name = entry.field.hasPrefix("options.") ? String(entry.field.dropFirst(8)) : entry.field
      let isBlocked = isForbidden(name)
      guard isBlocked || isConditional(name) else { continue }
      let settled = isBlocked ? nil : defaultValue(name)
      guard settled != request.value(of: name) else { continue }
      set(settled, of: name)
      ledger.removeAll { $0 == entry }
      if let settled { note(name, settled) }
    }
  }

  private var defaultableNames: [String] {
    var names = model.knownNames
    for rule in model.rules { for field in rule.fields where !names.contains(field.name) { names.append(field.name) } }
    return names
  }

  /// Whether the default depends on other fields.
  private func isConditional(_ name: String) -> Bool {
    model.rules.contains { $0.fields.contains { $0.name == name } }
      || !(facts(of: name)?.conditionalDefaults.isEmpty ?? true)
  }

  private mutating func fillDefault(_ name: String) {
    guard request.value(of: name) == nil, !isExcluded(name), !isForbidden(name) else { return }
    guard let value = defaultValue(name) else { return }
    set(value, of: name)
    note(name, value)
  }

  private mutating func note(_ name: String, _ value: JSON) {
    ledger.append(LedgerEntry(Self.ledgerName(name), .defaulted, value: value, note: LedgerEntry.modelDefaultNote))
  }

  private func defaultValue(_ name: String) -> JSON? {
    guard let facts = facts(of: name) else { return nil }
    // The field's own default must not decide about itself.
    var others = request
    guard (try? others.setValue(nil, of: name)) != nil else { return nil }
    let conditional = facts.conditionalDefaults.first { $0.condition.holds(for: others, profile: profile) }
    return conditional?.value ?? facts.defaultValue
  }

  /// Whether something that was given excludes it.
  private func isExcluded(_ name: String) -> Bool {
    model.exclusive.contains { group in group.contains(name) && group.contains { $0 != name && isGiven($0) } }
  }

  /// Whether a rule in force forbids it.
  func isForbidden(_ name: String) -> Bool { rulesInForce.contains { $0.forbids.contains(name) } }
}
