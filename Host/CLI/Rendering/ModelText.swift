// SPDX-License-Identifier: Apache-2.0

import Dialects
import Jobs
import OrderedJSON
import VideoDocuments

/// Models as people read them.
enum ModelText {
  /// One line of `filmgate models`.
  static func line(_ model: ModelFacts, plugin: String, width: Int, pluginWidth: Int, style: TextStyle) -> String {
    let name = model.id + String(repeating: " ", count: max(0, width - model.id.count))
    var facts: [String] = []
    // A model that takes no duration has its own, or that of its input.
    if let duration = model.fields.first(where: { $0.name == "duration_seconds" })?.facts {
      facts.append(seconds(duration))
    }
    let inputs = MediaKind.allCases.compactMap { kind in
      let roles = model.inputs.filter { $0.kind == kind }.map { $0.role.split(separator: "_").joined(separator: " ") }
      return roles.isEmpty ? nil : "\(kind.rawValue) as \(roles.joined(separator: ", "))"
    }
    facts += inputs.isEmpty ? ["text only"] : inputs
    let by = plugin + String(repeating: " ", count: max(0, pluginWidth - plugin.count))
    return "\(style.bold(name))  \(by)  \(style.dim(facts.joined(separator: "; ")))"
  }

  /// `4 to 15 s or auto`, `5 or 10 s`.
  private static func seconds(_ facts: FieldFacts) -> String {
    var facts = facts
    let automatic = JSON.number(JSONNumber(VideoRequest.automaticDuration))
    let isAutomatic = facts.also.contains(automatic) || facts.values.contains(automatic)
    facts.also.removeAll { $0 == automatic }
    facts.values.removeAll { $0 == automatic }
    var text: String
    if facts.values.isEmpty {
      text = range(facts)
    } else {
      let values = (facts.values + facts.also).map { $0.text }
      text = (values.count > 1 ? [values.dropLast().joined(separator: ", "), values[values.count - 1]] : values)
        .joined(separator: " or ")
    }
    text += " s"
    return isAutomatic ? text + " or auto" : text
  }

  /// The page of `filmgate models show`.
  static func page(_ model: ModelFacts, plugin: Manifest, style: TextStyle) -> String {
    var sections = ["\(style.bold(model.id))  \(model.name), by plugin \(plugin.id) \(plugin.version)"]
    if let summary = model.summary { sections.append(HelpPage.wrapParagraphs(summary, indent: 0)) }
    var heads: [(String, String)] = []
    if !model.aliases.isEmpty { heads.append(("aliases", model.aliases.map { $0.name }.joined(separator: ", "))) }
    if !model.patterns.isEmpty { heads.append(("also", model.patterns.joined(separator: ", "))) }
    if !model.profiles.isEmpty { heads.append(("profiles", model.profiles.joined(separator: ", "))) }
    if let seconds = model.typicalSeconds {
      heads.append(("usually takes", DurationText.text(milliseconds: Int64(seconds) * 1_000)))
    }
    if !heads.isEmpty { sections.append(HelpPage.table(heads)) }
    sections.append("Fields:\n" + HelpPage.table(model.fields.map { ($0.name, facts($0.facts)) }))
    if !model.options.isEmpty {
      sections.append("Options (-o NAME=VALUE):\n" + HelpPage.table(model.options.map { ($0.name, facts($0.facts)) }))
    }
    if !model.inputs.isEmpty {
      sections.append(
        "Inputs:\n" + HelpPage.table(model.inputs.map { ("\($0.kind.rawValue) \($0.role)", input($0)) }))
    }
    var rules: [String] = []
    for rule in model.rules.map(sentence) where !rules.contains(rule) { rules.append(rule) }
    if !rules.isEmpty {
      sections.append(
        "Rules:\n" + rules.map { "  " + HelpPage.wrap($0, width: 76).joined(separator: "\n  ") }.joined(separator: "\n")
      )
    }
    if let price = model.price {
      let date = price.asOf.map { " (as of \($0))" } ?? ""
      let unit = price.unit.rawValue.split(separator: "_").joined(separator: " ")
      let rows = price.rows.map { row in
        (
          "\(Price(currency: "", amountMicros: row.amountMicros).decimal) \(price.currency)",
          row.condition.map { "when \($0.clause)" } ?? (price.rows.count > 1 ? "otherwise" : "always")
        )
      }
      sections.append("Price by the \(unit)\(date):\n" + HelpPage.table(rows))
    } else {
      sections.append("Price: not known")
    }
    return sections.joined(separator: "\n\n")
  }

  /// `image.last_frame needs image.first_frame: …`, or the reason alone where that says all.
  private static func sentence(_ rule: Rule) -> String {
    var parts: [String] = []
    if !rule.requires.isEmpty { parts.append("needs \(rule.requires.joined(separator: ", "))") }
    if !rule.forbids.isEmpty { parts.append("takes no \(rule.forbids.joined(separator: ", "))") }
    for field in rule.fields { parts.append("\(field.name) is \(facts(field.facts))") }
    let reason = rule.because.isEmpty ? "" : " (\(rule.because))"
    return "when \(rule.condition.clause): \(parts.joined(separator: "; "))\(reason)"
  }

  /// The facts of a field on one line: `whole number, 4 to 15 or -1; default 5`.
  static func facts(_ facts: FieldFacts) -> String {
    var parts: [String] = []
    if !facts.values.isEmpty {
      parts.append((facts.values + facts.also).map { $0.string ?? $0.text }.joined(separator: ", "))
    } else {
      switch facts.type {
      case .integer: parts.append("whole number\(tail(facts))")
      case .number: parts.append("number\(tail(facts))")
      case .text: parts.append("text" + (facts.maximumCharacters.map { ", at most \($0) characters" } ?? ""))
      case .flag: parts.append("true or false")
      case .object: parts.append("an object")
      case .list: parts.append("a list")
      }
    }
    if facts.isRequired { parts.append("required") }
    if let value = facts.defaultValue { parts.append("default \(value.string ?? value.text)") }
    for conditional in facts.conditionalDefaults {
      parts.append(
        "default \(conditional.value.string ?? conditional.value.text) when \(conditional.condition.clause)")
    }
    if let summary = facts.summary { parts.append(summary) }
    return parts.joined(separator: "; ")
  }

  private static func tail(_ facts: FieldFacts) -> String {
    let range = range(facts)
    return range.isEmpty ? "" : ", \(range)"
  }

  private static func range(_ facts: FieldFacts) -> String {
    var text: String
    if !facts.values.isEmpty {
      return (facts.values + facts.also).map { $0.string ?? $0.text }.joined(separator: ", ")
    }
    switch (facts.minimum, facts.maximum) {
    case (let low?, let high?): text = "\(number(low)) to \(number(high))"
    case (let low?, nil): text = "from \(number(low))"
    case (nil, let high?): text = "up to \(number(high))"
    case (nil, nil): text = ""
    }
    if let step = facts.step, step != 1 { text += " in steps of \(number(step))" }
    for value in facts.also { text += " or \(value.string ?? value.text)" }
    return text
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
  }

  private static func input(_ facts: InputFacts) -> String {
    var parts = [facts.minimum > 0 ? "\(facts.minimum) to \(facts.maximum)" : "up to \(facts.maximum)"]
    if !facts.formats.isEmpty { parts.append(facts.formats.joined(separator: ", ")) }
    if let bytes = facts.maximumBytes { parts.append("at most \(ByteText.text(bytes))") }
    if let low = facts.minimumSidePixels { parts.append("sides from \(low) px") }
    if let high = facts.maximumSidePixels { parts.append("sides up to \(high) px") }
    if let low = facts.minimumRatio, let high = facts.maximumRatio { parts.append("width:height \(low) to \(high)") }
    if let low = facts.minimumSeconds, let high = facts.maximumSeconds {
      parts.append("\(number(low)) to \(number(high)) s each")
    }
    if let total = facts.maximumTotalSeconds { parts.append("\(number(total)) s in all") }
    if facts.forms == ["url"] { parts.append("links only") }
    return parts.joined(separator: "; ")
  }
}
