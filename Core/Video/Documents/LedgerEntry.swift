// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What became of one field of a request. `create` reports one entry for every field that was given; the host checks
/// that none is missing, so nothing disappears in silence.
///
/// JSON: `{"field", "outcome", "to"?, "value"?, "note"?}`.
public struct LedgerEntry: JSONDocument {
  public enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// Under the vendor's name, value unchanged.
    case sent
    /// With another value or shape, or by choosing something else (a model variant, a path).
    case translated
    /// Not given by the caller; filled in from the model's facts.
    case defaulted
    /// The provider cannot use it; it was left out.
    case unsupported
  }

  /// As in `VideoRequest.givenFields`: `duration_seconds`, `inputs[0]`, `options.mode`.
  public var field: String
  public var outcome: Outcome
  /// Where it went, in the vendor's words, such as `metadata.duration`.
  public var to: String?
  /// What was sent, where it differs and is short.
  public var value: JSON?
  /// Why, for people.
  public var note: String?

  public init(_ field: String, _ outcome: Outcome, to: String? = nil, value: JSON? = nil, note: String? = nil) {
    self.field = field
    self.outcome = outcome
    self.to = to
    self.value = value
    self.note = note
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    field = try reader.text("field")
    outcome = try reader.word("outcome")
    to = try reader.optionalText("to")
    value = reader.value("value")
    note = try reader.optionalText("note")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("field", field)
    object.add("outcome", outcome.rawValue)
    object.add("to", to)
    object.add("value", value)
    object.add("note", note)
    return .object(object)
  }
}
