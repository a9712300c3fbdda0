// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// An HTTP reply to a caller, as `encode` writes it. JSON: `{"status", "headers"?: [[n, v]], "body"?: any JSON}`.
public struct HTTPReply: JSONDocument {
  public var status: Int
  public var headers: [NameValuePair]
  /// Sent as `application/json`; nil for an empty body.
  public var body: JSON?

  public init(status: Int = 200, headers: [NameValuePair] = [], body: JSON?) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    status = try reader.optionalInteger("status") ?? 200
    headers = try reader.documents("headers")
    body = reader.value("body")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("status", status)
    object.add("headers", headers)
    object.add("body", body)
    return .object(object)
  }
}
