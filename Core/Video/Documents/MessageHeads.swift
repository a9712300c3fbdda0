// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// The head of the vendor's answer to an http step, as `resume` gets it.
///
/// JSON: `{"operation", "step", "status", "headers"}`. `operation` is the one that asked (`create`, `poll`, `cancel`
/// or an extra); `lookup` is a `poll` of a task that the vendor may never have had, so that there is no grace for one
/// that it does not know. `step` counts its http steps from 1.
public struct ResponseHead: JSONDocument {
  public var operation: String
  public var step: Int
  public var status: Int
  public var headers: [NameValuePair]

  public init(operation: String, step: Int = 1, status: Int, headers: [NameValuePair] = []) {
    self.operation = operation
    self.step = step
    self.status = status
    self.headers = headers
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    operation = try reader.optionalText("operation") ?? ""
    step = try reader.optionalInteger("step") ?? 1
    status = try reader.optionalInteger("status") ?? 0
    headers = try reader.documents("headers")
  }

  public var json: JSON {
    [
      "operation": .string(operation), "step": .number(JSONNumber(step)), "status": .number(JSONNumber(status)),
      "headers": .array(headers.map { $0.json }),
    ]
  }
}

/// The head of a caller's request in a plugin's own dialect, as `decode` gets it.
///
/// JSON: `{"method", "path", "parameters": [[n, v]], "query": [[n, v]], "headers": [[n, v]]}`. `path` follows the mount
/// prefix; `parameters` are the path's placeholders. No header that proves who the caller is.
public struct RequestHead: JSONDocument {
  public var method: String
  public var path: String
  public var parameters: [NameValuePair]
  public var query: [NameValuePair]
  public var headers: [NameValuePair]

  public init(
    method: String, path: String, parameters: [NameValuePair] = [], query: [NameValuePair] = [],
    headers: [NameValuePair] = []
  ) {
    self.method = method
    self.path = path
    self.parameters = parameters
    self.query = query
    self.headers = headers
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    method = try reader.text("method")
    self.path = try reader.optionalText("path") ?? ""
    parameters = try reader.documents("parameters")
    query = try reader.documents("query")
    headers = try reader.documents("headers")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("method", method)
    object.add("path", path)
    object.add("parameters", parameters)
    object.add("query", query)
    object.add("headers", headers)
    return .object(object)
  }
}
