// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// A limit that depends on other fields.
///
/// JSON: `{"when": {…}, "require"?: [names], "forbid"?: [names], "fields"?: {name: FieldFacts}, "because"}`. Names are
/// fields, options, or inputs as `KIND.ROLE` (`image.last_frame`). `fields` replaces the model's facts of those fields
/// while the condition holds.
public struct Rule: JSONDocument {
  public var condition: Condition
  public var requires: [String]
  public var forbids: [String]
  public var fields: [NamedFacts]
  /// One clause that completes "…, because": shown to people.
  public var because: String

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    condition = try reader.document("when")
    requires = try reader.texts("require")
    forbids = try reader.texts("forbid")
    fields = try NamedFacts.read(reader, "fields")
    because = try reader.optionalText("because") ?? ""
  }

  public var json: JSON {
    var object = JSONObject()
    object["when"] = condition.json
    object.add("require", requires)
    object.add("forbid", forbids)
    if !fields.isEmpty { object["fields"] = NamedFacts.json(fields) }
    object.add("because", because)
    return .object(object)
  }
}

/// Field facts under a name; the order of the manifest is kept for help pages.
public struct NamedFacts: Sendable, Hashable {
  public var name: String
  public var facts: FieldFacts

  public init(name: String, facts: FieldFacts) {
    self.name = name
    self.facts = facts
  }

  /// The facts of that name; the others, which are large, are not copied on the way.
  static func facts(of name: String, in fields: [NamedFacts]) -> FieldFacts? {
    let length = name.utf8.count
    for index in fields.indices where fields[index].name.utf8.count == length && fields[index].name == name {
      return fields[index].facts
    }
    return nil
  }

  static func read(_ reader: DocumentReader, _ key: String) throws(DocumentFailure) -> [NamedFacts] {
    var fields: [NamedFacts] = []
    for (name, value) in try reader.optionalObject(key) ?? JSONObject() {
      fields.append(NamedFacts(name: name, facts: try FieldFacts(value, at: "\(reader.path(of: key)).\(name)")))
    }
    return fields
  }

  static func json(_ fields: [NamedFacts]) -> JSON {
    .object(JSONObject(fields.map { ($0.name, $0.facts.json) }))
  }
}
