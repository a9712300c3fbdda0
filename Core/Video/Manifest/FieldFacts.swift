// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What a model accepts for one field or option, and what it does without one.
///
/// JSON: `{"type", "minimum"?, "maximum"?, "step"?, "values"?, "also"?, "default"?, "defaults"?: [{"when", "value"}],
/// "maximum_characters"?, "required"?, "pattern"?, "summary"?}`.
public struct FieldFacts: JSONDocument {
  public enum ValueType: String, Sendable, Hashable, CaseIterable {
    case text
    case integer
    case number
    case flag
    case object
    case list
  }

  public var type: ValueType
  public var minimum: Double?
  public var maximum: Double?
  /// Values lie at minimum + n × step.
  public var step: Double?
  /// The allowed values; empty: any within the range.
  public var values: [JSON]
  /// Allowed beside the range or the values, such as -1 for "the model chooses".
  public var also: [JSON]
  /// What the vendor does when the field is left out; the host fills it in and says `defaulted`.
  public var defaultValue: JSON?
  /// Defaults that depend on other fields; the first whose condition holds wins over `defaultValue`.
  public var conditionalDefaults: [ConditionalDefault]
  public var maximumCharacters: Int?
  public var isRequired: Bool
  public var summary: String?

  public init(type: ValueType) {
    self.type = type
    values = []
    also = []
    conditionalDefaults = []
    isRequired = false
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    type = try reader.word("type")
    minimum = try reader.optionalNumber("minimum")
    maximum = try reader.optionalNumber("maximum")
    step = try reader.optionalNumber("step")
    values = try reader.elements("values")
    also = try reader.elements("also")
    defaultValue = reader.value("default")
    conditionalDefaults = try reader.documents("defaults")
    maximumCharacters = try reader.optionalInteger("maximum_characters")
    isRequired = try reader.optionalFlag("required") ?? false
    summary = try reader.optionalText("summary")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("type", type.rawValue)
    object.add("minimum", minimum)
    object.add("maximum", maximum)
    object.add("step", step)
    if !values.isEmpty { object["values"] = .array(values) }
    if !also.isEmpty { object["also"] = .array(also) }
    object.add("default", defaultValue)
    object.add("defaults", conditionalDefaults)
    object.add("maximum_characters", maximumCharacters)
    if isRequired { object["required"] = true }
    object.add("summary", summary)
    return .object(object)
  }
}

/// A default that holds under a condition. JSON: `{"when": {…}, "value"}`.
public struct ConditionalDefault: JSONDocument {
  public var condition: Condition
  public var value: JSON

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    condition = try reader.document("when")
    value = try reader.required("value")
  }

  public var json: JSON { ["when": condition.json, "value": value] }
}
