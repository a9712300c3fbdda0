// SPDX-License-Identifier: Apache-2.0

import Network
public import OrderedJSON
public import VideoDocuments

/// Turns the fields of a form into the JSON object that a caller would have sent instead: `metadata[ratio]` is a member
/// of `metadata`, `images[]` an element of `images`, and so on to any depth within the limits. Values stay texts, which
/// decoders understand; an empty one means "not given". Where a part of a multipart form is a file, its field's text is
/// the file's `filmgate-asset:NAME` link.
public enum FormFields {
  /// What a form may cost.
  public struct Limits: Sendable, Hashable {
    public var maximumFields = 256
    public var maximumDepth = 8
    public var maximumNameBytes = 256

    public init() {}
  }

  /// The object that the fields mean, in their order.
  ///
  /// - Throws: for names with broken brackets, for more than the limits allow, and for a field that is given twice with
  ///   different values where one is meant.
  public static func json(_ fields: [NameValuePair], limits: Limits = Limits()) throws(Failure) -> JSON {
    guard fields.count <= limits.maximumFields else {
      throw Failure(
        .limit, "The form has \(fields.count) fields; at most \(limits.maximumFields) are accepted.", field: "request",
        advice: "Leave some out, or send JSON.")
    }
    var root = FormNode.object([])
    for field in fields where !field.value.isEmpty {
      let name = try FormName(field.name, limits)
      try root.insert(field.value, at: name.segments[...], of: name)
    }
    return root.json(name: nil)
  }

  /// The fields of an `application/x-www-form-urlencoded` body.
  public static func urlEncoded(_ body: [UInt8]) throws(Failure) -> [NameValuePair] {
    guard let text = String(validating: body, as: UTF8.self), let items = QueryItem.parse(text) else {
      throw Failure(
        .invalid, "The form holds a broken percent-escape, or text that is not UTF-8.", field: "request",
        advice: "Encode names and values as application/x-www-form-urlencoded, or send JSON.")
    }
    return items.map { NameValuePair($0.name, $0.value) }
  }
}
