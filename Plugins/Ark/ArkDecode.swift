// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import ProviderKit
public import VideoDocuments

/// Reads the requests that clients of the Ark API send.
public enum ArkDecode {
  /// The largest page, and the last page that can be asked for.
  static let maximumPage = 500

  public static func decode(_ call: DecodeCall) throws(Failure) -> Intent {
    switch call.route {
    case "create": return try create(call)
    case "get": return .get(id: try taskID(call), options: JSONObject())
    case "delete": return .remove(id: try taskID(call))
    case "list": return .list(try filter(call.head.query))
    default: throw Failure(.notFound, "The path or method does not exist.", vendorCode: "NotFound.Path")
    }
  }

  private static func taskID(_ call: DecodeCall) throws(Failure) -> String {
    guard let id = call.head.parameters.first("id"), !id.isEmpty else { throw missing("id") }
    return id
  }

  private static func create(_ call: DecodeCall) throws(Failure) -> Intent {
    let json: JSON
    do throws(JSONParseFailure) {
      json = try JSON(parsing: call.body)
    } catch {
      throw Failure(.invalid, "The request body is not valid JSON: \(error).", vendorCode: "InvalidParameter")
    }
    guard let body = json.object else {
      throw Failure(.invalid, "The request body is not a JSON object.", vendorCode: "InvalidParameter")
    }
    let (flat, ledger) = try CallerWords.flattened(body, vendorCode: "InvalidParameter")
    return try ArkRequestReader(flat, ledger).intent()
  }

  // MARK: List

  private static func filter(_ query: [NameValuePair]) throws(Failure) -> TaskFilter {
    var filter = TaskFilter(
      pageNumber: try page(query, "page_num") ?? 1, pageSize: try page(query, "page_size") ?? 20)
    filter.ids = query.all("filter.task_ids").filter { !$0.isEmpty }
    filter.model = query.first("filter.model").flatMap { $0.isEmpty ? nil : $0 }
    if let word = query.first("filter.status"), !word.isEmpty {
      guard let phase = TaskPhase(rawValue: word), phase != .unknown else {
        throw invalid("filter.status", "it is none of queued, running, succeeded, failed, cancelled and expired")
      }
      filter.phase = phase
    }
    if let tier = query.first("filter.service_tier"), !tier.isEmpty, tier != "default" {
      guard tier == "flex" else { throw invalid("filter.service_tier", "it is neither default nor flex") }
      throw Failure(
        .unsupported, "Tasks cannot be listed by service tier here.", field: "filter.service_tier",
        advice: "Leave the filter out.", vendorCode: "InvalidParameter.UnsupportedParameter")
    }
    return filter
  }

  private static func page(_ query: [NameValuePair], _ name: String) throws(Failure) -> Int? {
    guard let text = query.first(name), !text.isEmpty else { return nil }
    guard let number = Int(text), (1...maximumPage).contains(number) else {
      throw invalid(name, "it must be a whole number from 1 to \(maximumPage)")
    }
    return number
  }

  // MARK: Refusals

  static func invalid(_ field: String, _ reason: String) -> Failure {
    Failure(
      .invalid, "The parameter `\(field)` specified in the request is not valid: \(reason).", field: field,
      vendorCode: "InvalidParameter")
  }

  static func missing(_ field: String) -> Failure {
    Failure(
      .invalid, "The request failed because it is missing the `\(field)` parameter.", field: field,
      vendorCode: "MissingParameter")
  }
}
