// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// One way to reach a provider: its own API, or a reseller that speaks routes of its own.
///
/// JSON: `{"id", "name"?, "base_url", "path_prefix"?, "authentication": […], "allowed_hosts"?, "external_id"?}`.
public struct ProfileFacts: JSONDocument {
  public var id: String
  public var name: String
  /// Absolute; empty when every reseller has its own and the operator must configure one.
  public var baseURL: String
  /// Put before the path of every http step.
  public var pathPrefix: String
  /// The schemes that work, best first; an account uses the first whose secrets it has.
  public var authentication: [AuthenticationFacts]
  /// Hosts that http steps may name absolutely, beside the base URL's own; `*.` matches any subdomain.
  public var allowedHosts: [String]

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    id = try reader.text("id")
    name = try reader.optionalText("name") ?? id
    baseURL = try reader.optionalText("base_url") ?? ""
    pathPrefix = try reader.optionalText("path_prefix") ?? ""
    authentication = try reader.documents("authentication")
    allowedHosts = try reader.texts("allowed_hosts")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("id", id)
    object.add("name", name)
    object.add("base_url", baseURL)
    if !pathPrefix.isEmpty { object.add("path_prefix", pathPrefix) }
    object["authentication"] = .array(authentication.map { $0.json })
    object.add("allowed_hosts", allowedHosts)
    return .object(object)
  }
}

/// How requests prove who they are from.
///
/// JSON: `{"scheme", "parameters"?: {name: text}, "secrets": [SecretFacts]}`. `scheme` is one of the host's signers:
/// `bearer`, `header`, `query`, `jwt-hs256`, `hmac-v4`. The secrets stand in the order that the scheme defines.
public struct AuthenticationFacts: JSONDocument {
  public var scheme: String
  public var parameters: [NameValuePair]
  public var secrets: [SecretFacts]

  public init(scheme: String, parameters: [NameValuePair] = [], secrets: [SecretFacts]) {
    self.scheme = scheme
    self.parameters = parameters
    self.secrets = secrets
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    scheme = try reader.text("scheme")
    secrets = try reader.documents("secrets")
    parameters = []
    for (name, value) in try reader.optionalObject("parameters") ?? JSONObject() {
      guard let text = value.lenientString ?? value.bool.map({ $0 ? "true" : "false" }) else {
        throw DocumentFailure(path: "\(path).parameters.\(name)", reason: .wrongType(expected: "text"))
      }
      parameters.append(NameValuePair(name, text))
    }
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("scheme", scheme)
    if !parameters.isEmpty {
      object["parameters"] = .object(JSONObject(parameters.map { ($0.name, JSON.string($0.value)) }))
    }
    object.add("secrets", secrets)
    return .object(object)
  }
}

/// One secret that an authentication scheme needs, and where people usually keep it.
///
/// JSON: `{"name", "environment"?: [names], "optional"?, "summary"?}`.
public struct SecretFacts: JSONDocument {
  /// Such as `api_key`, `access_key`, `secret_key`, `session_token`.
  public var name: String
  /// Environment variables, first match wins, beside Filmgate's own `FILMGATE_<PLUGIN>_<NAME>`.
  public var environment: [String]
  public var isOptional: Bool
  public var summary: String?

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    name = try reader.text("name")
    environment = try reader.texts("environment")
    isOptional = try reader.optionalFlag("optional") ?? false
    summary = try reader.optionalText("summary")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("name", name)
    object.add("environment", environment)
    if isOptional { object["optional"] = true }
    object.add("summary", summary)
    return .object(object)
  }
}
