// SPDX-License-Identifier: Apache-2.0

/// Why a JSON document is not the document it should be: where, and what stood there.
public struct DocumentFailure: Error, Sendable, Hashable {
  /// What is wrong with the value at `path`.
  public enum Reason: Sendable, Hashable {
    case missing
    /// Another JSON type; the payload is the expected one, as a noun ("text", "a whole number").
    case wrongType(expected: String)
    /// None of the allowed words.
    case unknownValue(String, allowed: [String])
    /// Out of the range that the document format allows.
    case outOfRange(String)
  }

  /// Dotted path of the value, such as `models[2].fields.seed`.
  public let path: String
  public let reason: Reason

  public init(path: String, reason: Reason) {
    self.path = path
    self.reason = reason
  }
}

extension DocumentFailure: CustomStringConvertible {
  public var description: String {
    let place = path.isEmpty ? "the document" : path
    switch reason {
    case .missing: return "\(place) is missing"
    case .wrongType(let expected): return "\(place) is not \(expected)"
    case .unknownValue(let value, let allowed):
      return "\(place) is \"\(value)\", which is none of \(allowed.joined(separator: ", "))"
    case .outOfRange(let limit): return "\(place) is out of range: \(limit)"
    }
  }
}
