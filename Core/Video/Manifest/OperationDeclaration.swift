// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// One function of a plugin, as the manifest declares it: the host builds the call from this.
///
/// JSON: `{"name", "symbol", "kind"?: "core" | "extra", "summary"?, "parameters": […]}`.
public struct OperationDeclaration: JSONDocument {
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    case core
    case extra
  }

  public var name: String
  public var symbol: String
  public var kind: Kind
  public var summary: String?
  public var parameters: [ParameterDeclaration]

  public init(name: String, symbol: String, kind: Kind = .core, parameters: [ParameterDeclaration]) {
    self.name = name
    self.symbol = symbol
    self.kind = kind
    self.parameters = parameters
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    name = try reader.text("name")
    symbol = try reader.text("symbol")
    kind = try reader.optionalWord("kind") ?? .core
    summary = try reader.optionalText("summary")
    parameters = try reader.documents("parameters")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("name", name)
    object.add("symbol", symbol)
    if kind != .core { object.add("kind", kind.rawValue) }
    object.add("summary", summary)
    object["parameters"] = .array(parameters.map { $0.json })
    return .object(object)
  }
}

/// One parameter: a role that the host fills (`"request"`), or a named value of the caller's with a type.
///
/// JSON: a text (a required role), or `{"name", "type"?, "optional"?, "default"?, "summary"?}`.
public struct ParameterDeclaration: JSONDocument {
  public var name: String
  /// Nil for roles, whose types are fixed; else one of `i32 i64 u32 u64 f64 bool text bytes`.
  public var type: String?
  public var isOptional: Bool
  public var defaultValue: JSON?
  public var summary: String?

  public init(_ name: String, type: String? = nil, isOptional: Bool = false, defaultValue: JSON? = nil) {
    self.name = name
    self.type = type
    self.isOptional = isOptional
    self.defaultValue = defaultValue
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    if let role = json.string {
      self.init(role)
      return
    }
    let reader = try DocumentReader(json, at: path)
    self.init(
      try reader.text("name"), type: try reader.optionalText("type"),
      isOptional: try reader.optionalFlag("optional") ?? false, defaultValue: reader.value("default"))
    summary = try reader.optionalText("summary")
  }

  public var json: JSON {
    guard type != nil || isOptional || defaultValue != nil || summary != nil else { return .string(name) }
    var object = JSONObject()
    object.add("name", name)
    object.add("type", type)
    if isOptional { object["optional"] = true }
    object.add("default", defaultValue)
    object.add("summary", summary)
    return .object(object)
  }
}
