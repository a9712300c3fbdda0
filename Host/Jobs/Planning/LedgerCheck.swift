// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// Makes one ledger of what planning and the plugin's `create` say, and finds what nobody accounts for.
public struct LedgerCheck: Sendable {
  /// One entry for each field that the caller gave or planning filled in, in the request's order, then the rest.
  public var ledger: [LedgerEntry]
  /// Sentences for people.
  public var warnings: [String]
  /// Fields of the caller's that will have no effect.
  public var unsupported: [LedgerEntry]

  /// Merges both ledgers for the request as planned. A field that the plugin does not mention is a defect of the
  /// plugin: it counts as unsupported, with a warning.
  public static func merge(
    planned: [LedgerEntry], fromPlugin: [LedgerEntry], request: VideoRequest
  ) -> LedgerCheck {
    var check = LedgerCheck(ledger: [], warnings: [], unsupported: [])
    var mentioned: Set<String> = []
    for (field, _) in request.givenFields {
      mentioned.insert(field)
      let plan = planned.last { $0.field == field }
      // A plugin may account for all inputs at once.
      let answer = fromPlugin.last { $0.field == field } ?? fromPlugin.last { $0.field == Self.group(of: field) }
      let entry = merged(field, plan: plan, answer: answer)
      check.ledger.append(entry)
      guard entry.outcome == .unsupported else { continue }
      check.unsupported.append(entry)
      check.warnings.append(
        answer == nil
          ? "\(field) may have no effect: \(Self.defectNote)." : "\(field) has no effect\(note(entry)).")
    }
    // What planning took out of the request, and what either says beyond it.
    for entry in planned where mentioned.insert(entry.field).inserted { check.ledger.append(entry) }
    for entry in fromPlugin where mentioned.insert(entry.field).inserted { check.ledger.append(entry) }
    return check
  }

  /// What strict callers get instead of a purchase; nil when every field has its effect.
  public var refusal: Failure? {
    guard let first = unsupported.first else { return nil }
    let others = unsupported.dropFirst().map { $0.field }
    let rest = others.isEmpty ? "" : " Neither would \(listed(others, "and"))."
    return Failure(
      .unsupported, "\(first.field) would have no effect\(Self.note(first)).\(rest)", field: first.field,
      advice: "Leave it out, or add `--lenient` to go on without it.")
  }

  static let defectNote = "the plugin did not account for it"

  private static func merged(_ field: String, plan: LedgerEntry?, answer: LedgerEntry?) -> LedgerEntry {
    guard var answer else {
      // A default that the vendor applies by itself need not be sent.
      if let plan, plan.isModelDefault { return plan }
      return LedgerEntry(field, .unsupported, note: defectNote)
    }
    answer.field = field
    guard let plan, answer.outcome != .unsupported || plan.isModelDefault else { return answer }
    // Where the value comes from is the planner's to say; where it went, the plugin's.
    answer.outcome = plan.outcome
    answer.value = plan.value ?? answer.value
    answer.note = plan.note ?? answer.note
    return answer
  }

  private static func group(of field: String) -> String {
    field.hasPrefix("inputs[") ? "inputs" : field
  }

  private static func note(_ entry: LedgerEntry) -> String { entry.note.map { ": \($0)" } ?? "" }
}

extension LedgerEntry {
  static let modelDefaultNote = "the model's default"

  /// A default filled in from the model's facts: nobody asked for it, so nobody misses it.
  var isModelDefault: Bool { outcome == .defaulted && note == Self.modelDefaultNote }
}
