// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension PlanDraft {
  /// Filmgate's own limits.
  mutating func checkGlobalLimits() {
    let limits = options.limits
    for (name, text) in [("prompt", request.prompt), ("negative_prompt", request.negativePrompt)] {
      guard let text, text.utf8.count > limits.maximumPromptBytes else { continue }
      refuse(
        name,
        "\(name) has \(shownBytes(Int64(text.utf8.count))); at most \(shownBytes(Int64(limits.maximumPromptBytes)))"
          + " are accepted.", advice: "Shorten it.", kind: .limit)
    }
    if request.inputs.count > limits.maximumInputs {
      refuse(
        "inputs", "\(request.inputs.count) inputs were given; at most \(limits.maximumInputs) are accepted.",
        advice: "Leave some out.", kind: .limit)
    }
    if request.shots.count > limits.maximumShots {
      refuse(
        "shots", "\(request.shots.count) shots were given; at most \(limits.maximumShots) are accepted.",
        advice: "Leave some out.", kind: .limit)
    }
    for (index, input) in request.inputs.enumerated() {
      guard let bytes = input.byteCount, bytes > limits.maximumInputBytes else { continue }
      refuse(
        "inputs[\(index)]",
        "\(inputName(index)) has \(shownBytes(bytes)); at most \(shownBytes(limits.maximumInputBytes)) are accepted.",
        advice: "Give a smaller file, or a link where the model takes one.", kind: .limit)
    }
  }

  /// Checks every given field and option against the facts in force.
  mutating func checkFields() {
    for name in VideoRequest.scalarFieldNames + ["shots"] + request.options.keys {
      guard let value = request.value(of: name), given.contains(name) else { continue }
      guard let facts = facts(of: name) else {
        if knows(name) { refuseOutsideRule(name, value) }
        continue
      }
      check(name, value, facts)
    }
    let requiredNames = requiredNames
    for name in requiredNames where !isPresent(name) && !(name == "prompt" && !request.shots.isEmpty) {
      refuse(name, "\(modelName) needs \(name).", advice: name == "prompt" ? "Say what the clip is to show." : nil)
    }
    // A model that requires something makes its clips of that, such as a clip to continue; and where a rule forbids a
    // prompt, something else says what to make.
    let needsSubject = requiredNames.isEmpty && !isForbidden("prompt")
    if needsSubject, request.prompt == nil, request.inputs.isEmpty, request.shots.isEmpty {
      refuse("prompt", "There is nothing to make a clip of.", advice: "Give a prompt or an image.")
    }
  }

  private var requiredNames: [String] {
    var names = model.knownNames
    for rule in rulesInForce { for field in rule.fields where !names.contains(field.name) { names.append(field.name) } }
    return names.filter { facts(of: $0)?.isRequired == true }
  }

  private mutating func check(_ name: String, _ value: JSON, _ facts: FieldFacts) {
    let field = Self.ledgerName(name)
    if facts.also.contains(value) { return }
    guard let settled = facts.coerced(value) else {
      return refuse(field, "\(field) is \(shown(value)), but \(modelName) takes \(facts.typeText) there.")
    }
    if let text = settled.string, let limit = facts.maximumCharacters, text.unicodeScalars.count > limit {
      refuse(
        field, "\(field) has \(text.unicodeScalars.count) characters, but \(modelName) takes at most \(limit).",
        advice: "Shorten it by \(text.unicodeScalars.count - limit).")
    }
    if let list = settled.array { return check(list: list, field, facts) }
    guard !facts.allows(settled) else { return }
    refuse(
      field, "\(field) is \(shown(value)), but \(modelName) takes \(facts.limitText)\(reason(for: name)).",
      advice: "Choose \(facts.values.isEmpty ? "a value in that range" : "one of those"). \(modelAdvice)")
  }

  /// For lists, `minimum` and `maximum` count elements and `maximum_characters` is for each text in them.
  private mutating func check(list: [JSON], _ field: String, _ facts: FieldFacts) {
    let count = Double(list.count)
    if count < facts.minimum ?? 0 || count > facts.maximum ?? .infinity {
      refuse(field, "\(field) has \(list.count) elements, but \(modelName) takes \(facts.limitText).")
    }
    guard let limit = facts.maximumCharacters else { return }
    for (index, element) in list.enumerated() {
      guard let text = element.string ?? element["prompt"]?.string else { continue }
      guard text.unicodeScalars.count > limit else { continue }
      refuse(
        "\(field)[\(index)]",
        "\(field)[\(index)] has \(text.unicodeScalars.count) characters, but \(modelName) takes at most \(limit).",
        advice: "Shorten it by \(text.unicodeScalars.count - limit).")
    }
  }

  /// " when resolution is 1080p, because …" where a rule narrowed the limit.
  private func reason(for name: String) -> String {
    guard let rule = rulesInForce.last(where: { $0.fields.contains { $0.name == name } }) else { return "" }
    return " when \(rule.condition.clause)\(rule.because.isEmpty ? "" : ", because \(rule.because)")"
  }

  private mutating func refuseOutsideRule(_ name: String, _ value: JSON) {
    let clauses = model.rules.filter { $0.fields.contains { $0.name == name } }.map { $0.condition.clause }
    refuse(
      Self.ledgerName(name), "\(modelName) takes \(name) only when \(listed(clauses)).",
      advice: "Leave \(name) out. \(modelAdvice)")
  }
}
