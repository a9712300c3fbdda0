// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What a wire format's bodies look like, for the documents that a host makes of its routes. Nothing is checked by it.
///
/// JSON: `{"routes": {route name: {"summary"?, "body"?, "reply"?, "query"?: [{"name", "summary"?, "schema"?}]}},
/// "failure"?, "schemas": {name: JSON Schema}}`. `body`, `reply` and `failure` are names of schemas; within a schema
/// `{"$ref": "NAME"}` stands for another one.
public struct DialectDocumentation: JSONDocument {
  /// By the route's name.
  public var routes: [(name: String, facts: Route)]
  /// Of an answer that is an error.
  public var failure: String?
  public var schemas: JSONObject

  public struct Route: JSONDocument {
    public var summary: String
    public var body: String?
    public var reply: String?
    public var query: [Member]

    public init(_ json: JSON, at path: String) throws(DocumentFailure) {
      let reader = try DocumentReader(json, at: path)
      summary = try reader.optionalText("summary") ?? ""
      body = try reader.optionalText("body")
      reply = try reader.optionalText("reply")
      query = try reader.documents("query")
    }

    public var json: JSON {
      var object = JSONObject()
      if !summary.isEmpty { object.add("summary", summary) }
      object.add("body", body)
      object.add("reply", reply)
      object.add("query", query)
      return .object(object)
    }
  }

  /// A member of the query.
  public struct Member: JSONDocument {
    public var name: String
    public var summary: String
    public var schema: JSON

    public init(_ json: JSON, at path: String) throws(DocumentFailure) {
      let reader = try DocumentReader(json, at: path)
      name = try reader.text("name")
      summary = try reader.optionalText("summary") ?? ""
      schema = .object(try reader.optionalObject("schema") ?? ["type": "string"])
    }

    public var json: JSON {
      var object = JSONObject()
      object.add("name", name)
      if !summary.isEmpty { object.add("summary", summary) }
      object["schema"] = schema
      return .object(object)
    }
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    routes = []
    for (name, value) in try reader.optionalObject("routes") ?? JSONObject() {
      routes.append((name, try Route(value, at: "\(reader.path(of: "routes")).\(name)")))
    }
    failure = try reader.optionalText("failure")
    schemas = try reader.optionalObject("schemas") ?? JSONObject()
  }

  public var json: JSON {
    var object = JSONObject()
    object["routes"] = .object(JSONObject(routes.map { ($0.name, $0.facts.json) }))
    object.add("failure", failure)
    object["schemas"] = .object(schemas)
    return .object(object)
  }

  public static func == (left: DialectDocumentation, right: DialectDocumentation) -> Bool { left.json == right.json }

  public func hash(into hasher: inout Hasher) { hasher.combine(json) }
}
