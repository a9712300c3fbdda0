// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// A value that travels as a JSON object: across the plugin boundary, into the store, or to a caller.
public protocol JSONDocument: Sendable, Hashable {
  /// Reads the document; `path` is where it stands in a larger one, for failures.
  init(_ json: JSON, at path: String) throws(DocumentFailure)
  /// The document as JSON; members that are not given are left out.
  var json: JSON { get }
}

extension JSONDocument {
  public init(_ json: JSON) throws(DocumentFailure) { try self.init(json, at: "") }
}

extension JSONObject {
  /// Adds the member unless the value is nil.
  public mutating func add(_ key: String, _ value: JSON?) {
    if let value { self[key] = value }
  }
  public mutating func add(_ key: String, _ value: String?) {
    if let value { self[key] = .string(value) }
  }
  public mutating func add(_ key: String, _ value: Int?) {
    if let value { self[key] = .number(JSONNumber(value)) }
  }
  public mutating func add(_ key: String, _ value: Int64?) {
    if let value { self[key] = .number(JSONNumber(value)) }
  }
  public mutating func add(_ key: String, _ value: Double?) {
    if let value, let number = JSONNumber(value) { self[key] = .number(number) }
  }
  public mutating func add(_ key: String, _ value: Bool?) {
    if let value { self[key] = .bool(value) }
  }
  public mutating func add(_ key: String, _ values: [String]) {
    if !values.isEmpty { self[key] = .array(values.map { .string($0) }) }
  }
  public mutating func add(_ key: String, _ values: [some JSONDocument]) {
    if !values.isEmpty { self[key] = .array(values.map { $0.json }) }
  }
  public mutating func add(_ key: String, _ value: (some JSONDocument)?) {
    if let value { self[key] = value.json }
  }
}
