// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension PlanDraft {
  /// Fills in what the model's name implies ("…-pro"). A different value given by the caller is a contradiction that
  /// only the caller can settle.
  mutating func applyImpliedFields() {
    for (name, value) in implied {
      if let present = request.value(of: name) {
        let settled = model.facts(of: name, for: request, profile: profile)?.coerced(present) ?? present
        guard settled != value else { continue }
        refuse(
          name, "The model name \(modelName) means \(name) \(shown(value)), but \(name) is given as \(shown(present)).",
          advice: "Leave \(name) out, or name the model \(model.id) to choose it freely.")
        continue
      }
      set(value, of: name)
      given.insert(name)
      ledger.append(
        LedgerEntry(Self.ledgerName(name), .defaulted, value: value, note: "implied by the name \(modelName)"))
    }
  }

  /// Moves options that are fields in disguise to the fields, refuses those that would change the model, and brings
  /// values into the type that the model's facts name ("5" for 5, "on" for true).
  mutating func settleOptions() {
    if request.options.count > options.limits.maximumOptions {
      refuse(
        "options",
        "\(request.options.count) options were given; at most \(options.limits.maximumOptions) are accepted.",
        advice: "Leave some out.", kind: .limit)
    }
    for (name, value) in request.options {
      if Planner.refusedOptions.contains(name), !knows(name) {
        refuse(
          "options.\(name)", "The option \(name) may not change the model that was asked for.",
          advice: "Name the model with `-m` or in the field model.")
        drop(name)
      } else if VideoRequest.scalarFieldNames.contains(name) || name == "shots" {
        promote(name, value)
      }
    }
    for name in given.sorted() {
      guard let value = request.value(of: name), let facts = facts(of: name), !facts.also.contains(value) else {
        continue
      }
      if let settled = facts.coerced(value), !settled.isIdentical(to: value) { set(settled, of: name) }
    }
  }

  private mutating func promote(_ name: String, _ value: JSON) {
    request.options[name] = nil
    if let present = request.value(of: name) {
      guard present.lenientString ?? present.text != value.lenientString ?? value.text else { return }
      refuse(
        name, "\(name) is given twice: as the field \(shown(present)) and as an option \(shown(value)).",
        advice: "Give it once.")
      return
    }
    let settled = facts(of: name)?.coerced(value) ?? value
    do throws(DocumentFailure) {
      try request.setValue(settled, of: name)
    } catch {
      refuse(name, "The option \(error).")
    }
  }

  /// Sorts out the fields and options that the model does not know.
  mutating func settleUnsupported() {
    for name in (VideoRequest.scalarFieldNames + ["shots"]) where given.contains(name) && !knows(name) {
      guard let value = request.value(of: name), !isSatisfiedAnyway(name, value) else { continue }
      switch name {
      case "count":
        refuse(
          name, "\(modelName) makes one clip at a time, and count is \(shown(value)).",
          advice: "Ask for the clips one by one.", kind: .unsupported)
      case "shots":
        refuse(
          name, "\(modelName) makes no clips of several shots.", advice: "Describe the shots in one prompt.",
          kind: .unsupported)
      default: refuseOrDrop(name, value, among: model.fields.map { $0.name }, sort: "field")
      }
    }
    guard !model.hasOpenOptions else { return }
    for (name, value) in request.options where !knows(name) {
      refuseOrDrop(name, value, among: model.options.map { $0.name }, sort: "option")
    }
  }

  /// Whether the model does what the field asks for without being told, so that leaving it out loses nothing.
  private mutating func isSatisfiedAnyway(_ name: String, _ value: JSON) -> Bool {
    let note: String
    switch name {
    case "count" where value.int == 1: note = "every task makes one clip"
    case "fps" where value.int != nil && value.int == model.framesPerSecond:
      note = "the model always makes \(shown(value)) frames a second"
    case "audio" where value.bool == false: note = "the model makes no sound"
    default: return false
    }
    drop(name)
    ledger.append(LedgerEntry(name, .translated, note: note))
    return true
  }

  private mutating func refuseOrDrop(_ name: String, _ value: JSON, among known: [String], sort: String) {
    let ledgerName = Self.ledgerName(name)
    guard options.leniency == .strict else {
      drop(name)
      let note = "\(modelName) has no such \(sort)"
      ledger.append(LedgerEntry(ledgerName, .unsupported, note: note))
      warnings.append("\(ledgerName) \(shown(value)) is left out: \(note).")
      return
    }
    let close = EditDistance.suggestions(for: name, among: known, limit: 1)
    let accepted = known.isEmpty ? "it has none" : "it accepts \(listed(known, "and"))"
    let hint = close.isEmpty ? accepted : "did you mean \(listed(close))? Otherwise \(accepted)"
    refuse(
      ledgerName, "\(modelName) has no \(sort) \(name); \(hint).",
      advice: "Leave it out, or add `--lenient` to go on without it.", kind: .unsupported)
    // What is refused is not judged again.
    drop(name)
  }

  mutating func drop(_ name: String) {
    set(nil, of: name)
    given.remove(name)
  }
}
