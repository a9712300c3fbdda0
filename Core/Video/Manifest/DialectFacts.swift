// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// The wire format that a provider's own clients speak.
///
/// JSON: `{"name", "mount", "vendor_mount"?, "routes": […], "authentication": […], "recognizes"?: [[paths]],
/// "documentation"?}`. `mount`
/// is the prefix under which a gateway serves it (`/acme`); `vendor_mount` is the prefix at the vendor's own host,
/// where a sandbox serves it. A JSON body belongs to the `create` route named by the first list of `recognizes` whose
/// member names are all present, so that a request file needs no format flag.
public struct DialectFacts: JSONDocument {
  public var name: String
  public var mount: String
  public var vendorMount: String
  public var routes: [RouteFacts]
  public var authentication: [AuthenticationFacts]
  public var recognizes: [Recognition]
  public var documentation: DialectDocumentation?

  /// JSON: `{"members": [names], "route", "path"?, "query"?}`: the route to decode with.
  public struct Recognition: JSONDocument {
    public var members: [String]
    public var route: String
    public var parameters: [NameValuePair]

    public init(_ json: JSON, at path: String) throws(DocumentFailure) {
      let reader = try DocumentReader(json, at: path)
      members = try reader.texts("members")
      route = try reader.text("route")
      parameters = try reader.documents("parameters")
    }

    public var json: JSON {
      var object = JSONObject()
      object.add("members", members)
      object.add("route", route)
      object.add("parameters", parameters)
      return .object(object)
    }
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    name = try reader.text("name")
    mount = try reader.text("mount")
    vendorMount = try reader.optionalText("vendor_mount") ?? ""
    routes = try reader.documents("routes")
    authentication = try reader.documents("authentication")
    recognizes = try reader.documents("recognizes")
    documentation = try reader.optionalDocument("documentation")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("name", name)
    object.add("mount", mount)
    if !vendorMount.isEmpty { object.add("vendor_mount", vendorMount) }
    object.add("routes", routes)
    object.add("authentication", authentication)
    object.add("recognizes", recognizes)
    object.add("documentation", documentation)
    return .object(object)
  }
}

/// One route of a dialect. JSON: `{"name", "method", "path", "query"?: {name: value}, "not_offered"?}`. `path` follows the
/// mount; `{x}` matches one segment. `query` members must match exactly.
public struct RouteFacts: JSONDocument {
  public var name: String
  public var method: String
  public var path: String
  public var query: [NameValuePair]
  /// For a call of the vendor's that is not served: the sentence that says so. It never reaches `decode`.
  public var notOffered: String?

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    name = try reader.text("name")
    method = try reader.text("method")
    self.path = try reader.text("path")
    notOffered = try reader.optionalText("not_offered")
    query = []
    for (name, value) in try reader.optionalObject("query") ?? JSONObject() {
      query.append(NameValuePair(name, value.lenientString ?? ""))
    }
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("name", name)
    object.add("method", method)
    object.add("path", path)
    object.add("not_offered", notOffered)
    if !query.isEmpty { object["query"] = .object(JSONObject(query.map { ($0.name, JSON.string($0.value)) })) }
    return .object(object)
  }
}
