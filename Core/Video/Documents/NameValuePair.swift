// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// A header, query or form member; JSON: `["name", "value"]`. Order and repetition are kept.
public struct NameValuePair: JSONDocument {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    guard let pair = json.array, pair.count == 2, let name = pair[0].string, let value = pair[1].string else {
      throw DocumentFailure(path: path, reason: .wrongType(expected: "a pair of texts"))
    }
    self.init(name, value)
  }

  public var json: JSON { [.string(name), .string(value)] }
}

extension [NameValuePair] {
  /// The first value under a header name, which is compared without case.
  public func header(_ name: String) -> String? {
    first { $0.name.lowercased() == name.lowercased() }?.value
  }
  /// The first value under an exact name.
  public func first(_ name: String) -> String? { first { $0.name == name }?.value }
  /// All values under an exact name, in order.
  public func all(_ name: String) -> [String] { filter { $0.name == name }.map { $0.value } }
}
