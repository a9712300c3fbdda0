// SPDX-License-Identifier: Apache-2.0

extension JSON {
  /// Reads one JSON text of RFC 8259. Refused beyond the grammar: a byte order mark, text that is not UTF-8,
  /// lone surrogates, and whatever exceeds the limits.
  public init(parsing document: UnsafeRawBufferPointer, limits: JSONLimits = .default) throws(JSONParseFailure) {
    self = try Self.parse(document, limits).get()
  }

  /// Reads one JSON text; see `init(parsing: UnsafeRawBufferPointer, limits:)`.
  public init(parsing document: [UInt8], limits: JSONLimits = .default) throws(JSONParseFailure) {
    self = try document.withUnsafeBytes { Self.parse($0, limits) }.get()
  }

  /// Reads one JSON text; see `init(parsing: UnsafeRawBufferPointer, limits:)`.
  public init(parsing document: String, limits: JSONLimits = .default) throws(JSONParseFailure) {
    var document = document
    self = try document.withUTF8 { Self.parse(UnsafeRawBufferPointer($0), limits) }.get()
  }

  private static func parse(_ document: UnsafeRawBufferPointer, _ limits: JSONLimits) -> Result<JSON, JSONParseFailure>
  {
    guard document.count <= limits.maximumBytes else {
      return .failure(JSONParseFailure(.tooLarge(limit: limits.maximumBytes), at: limits.maximumBytes, in: document))
    }
    return document.withMemoryRebound(to: UInt8.self) { bytes in
      guard let base = bytes.baseAddress else {
        return .failure(JSONParseFailure(.unexpectedEnd, at: 0, in: document))
      }
      var parser = JSONParser(base, bytes.count, limits)
      do throws(JSONParser.Fault) {
        return .success(try parser.document())
      } catch {
        return .failure(JSONParseFailure(error.reason, at: error.offset, in: document))
      }
    }
  }
}
