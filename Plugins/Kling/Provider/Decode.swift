// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

extension KlingProvider {
  static func intent(_ call: DecodeCall) throws(Failure) -> Intent {
    switch call.route {
    case "costs": return .reply(costs(call))
    case "get", "get-avatar":
      _ = try kind(call)
      guard let id = call.head.parameters.first("id"), !id.isEmpty else {
        throw Failure(.notFound, "The path names no task.")
      }
      return .get(id: id, options: JSONObject())
    case "list", "list-avatar":
      var filter = TaskFilter()
      if let kind = try kind(call) { kind.narrow(&filter) }
      filter.pageNumber = try number(call, "pageNum", default: 1, maximum: 1_000)
      filter.pageSize = try number(call, "pageSize", default: 30, maximum: 500)
      return .list(filter)
    case "create", "create-avatar":
      guard let body = try? JSON(parsing: call.body, limits: .lenient), let object = body.object else {
        throw Failure(.invalid, "The body is not a JSON object.", vendorCode: "1200")
      }
      let (flat, ledger) = try CallerWords.flattened(object, vendorCode: "1201")
      var reading = Reading(flat, try kind(call), ledger)
      return try reading.intent()
    default: throw Failure(.notFound, "Kling has no route \(call.route).", vendorCode: "1202")
    }
  }

  /// The kind that the path names; nil when a body came without a path.
  private static func kind(_ call: DecodeCall) throws(Failure) -> Kind? {
    if call.route.hasSuffix("-avatar") { return .avatar }
    // Each kind is a route of its own: beside other formats under one address, a kind must not pass for an id.
    guard let range = call.head.path.firstRange(of: "/v1/videos/") else { return nil }
    let name = call.head.path[range.upperBound...].prefix { $0 != "/" }
    guard let kind = Kind(rawValue: String(name)) else {
      throw Failure(.notFound, "Kling makes no videos of kind \(name).", vendorCode: "1202")
    }
    return kind
  }

  private static func number(
    _ call: DecodeCall, _ name: String, default value: Int, maximum: Int
  ) throws(Failure) -> Int {
    guard let text = call.head.query.first(name), !text.isEmpty else { return value }
    guard let number = Int(text), (1...maximum).contains(number) else {
      throw Failure(.invalid, "\(name) is a number from 1 to \(maximum).", field: name, vendorCode: "1201")
    }
    return number
  }

  /// The balance of resource packages, which clients ask for to see whether their keys work: there are none here.
  private static func costs(_ call: DecodeCall) -> HTTPReply {
    HTTPReply(
      body: envelope(["code": 0, "msg": "success", "resource_pack_subscribe_infos": []], requestID: ""))
  }
}
