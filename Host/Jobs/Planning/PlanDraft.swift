// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// A request on its way to being a plan: what is settled so far and what is wrong with it.
struct PlanDraft {
  let model: ModelFacts
  /// What messages call the model: the name that the caller used.
  let modelName: String
  let implied: JSONObject
  let profile: String
  let options: PlanOptions
  var request: VideoRequest
  var ledger: [LedgerEntry]
  var warnings: [String] = []
  var problems: [Failure] = []
  /// Fields and options that the caller gave, or that the model's name or the size implied.
  var given: Set<String> = []

  init(
    _ request: VideoRequest, decoded: [LedgerEntry], match: ModelMatch, profile: String, options: PlanOptions
  ) {
    model = match.model
    modelName = match.matchedName
    implied = match.implied
    self.profile = profile
    self.options = options
    self.request = request
    self.request.model = match.requestModel
    ledger = decoded
    for entry in decoded where entry.outcome == .unsupported {
      let note = entry.note.map { ": \($0)" } ?? ""
      if options.leniency == .strict {
        refuse(
          entry.field, "\(entry.field) cannot be used here\(note).",
          advice: "Leave it out, or add `--lenient` to go on without it.", kind: .unsupported)
      } else {
        warnings.append("\(entry.field) is left out\(note).")
      }
    }
    if self.request.prompt.map(Self.isBlank) == true { self.request.prompt = nil }
    for name in VideoRequest.scalarFieldNames + ["shots"] where self.request.value(of: name) != nil {
      given.insert(name)
    }
    for (name, value) in request.options {
      if value.isNull { self.request.options[name] = nil } else { given.insert(name) }
    }
  }

  private static func isBlank(_ text: String) -> Bool { text.allSatisfy { $0.isWhitespace } }

  /// Notes that a field breaks a limit.
  mutating func refuse(_ field: String, _ message: String, advice: String? = nil, kind: FailureKind = .invalid) {
    problems.append(Failure(kind, message, field: field, advice: advice ?? modelAdvice))
  }

  var modelAdvice: String { "`filmgate models show \(model.id)` lists what it accepts." }

  /// The facts in force for a field or option, given what is settled so far.
  func facts(of name: String) -> FieldFacts? { model.facts(of: name, for: request, profile: profile) }

  /// Whether the model knows the name at all, be it only under some rule.
  func knows(_ name: String) -> Bool {
    model.fields.contains { $0.name == name } || model.options.contains { $0.name == name }
      || model.rules.contains { $0.fields.contains { $0.name == name } }
  }

  /// The rules whose condition holds for the request as it stands.
  var rulesInForce: [Rule] { model.rules.filter { $0.condition.holds(for: request, profile: profile) } }

  /// Sets a field or option; a value of the wrong type can only come from the manifest and is reported as its defect.
  mutating func set(_ value: JSON?, of name: String) {
    do throws(DocumentFailure) {
      try request.setValue(value, of: name)
    } catch {
      problems.append(
        Failure(.plugin, "The manifest's value for \(name) of \(model.id) is wrong: \(error).", field: name))
    }
  }

  /// The name of a field or option in ledgers.
  static func ledgerName(_ name: String) -> String {
    VideoRequest.scalarFieldNames.contains(name) || name == "shots" ? name : "options.\(name)"
  }

  /// Whether a field, an option or an input (`KIND`, `KIND.ROLE`) was given.
  func isGiven(_ name: String) -> Bool {
    if let inputs = inputs(named: name) { return !inputs.isEmpty }
    return given.contains(name)
  }

  /// Whether it was given or filled in.
  func isPresent(_ name: String) -> Bool {
    if let inputs = inputs(named: name) { return !inputs.isEmpty }
    return request.value(of: name) != nil
  }

  /// The inputs that `KIND` or `KIND.ROLE` names; nil when the name is not of that form.
  private func inputs(named name: String) -> [MediaInput]? {
    for kind in MediaKind.allCases where name.hasPrefix(kind.rawValue) {
      if name.utf8.count == kind.rawValue.utf8.count { return request.inputs.filter { $0.kind == kind } }
      let rest = name.dropFirst(kind.rawValue.count)
      guard rest.first == "." else { continue }
      return request.inputs.filter { $0.kind == kind && $0.role.map { $0 == rest.dropFirst() } == true }
    }
    return nil
  }
}
