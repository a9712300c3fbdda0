// SPDX-License-Identifier: Apache-2.0

/// What a part says of itself before its bytes.
public struct MultipartPartHead: Sendable, Hashable {
  /// The form field's name, decoded: raw UTF-8, `%22` for a quotation mark.
  public let name: String
  /// Given for files. It comes from the client: a hint for people and for guessing the type, never a path to write to.
  public let filename: String?
  /// As sent; clients send `application/octet-stream` when they do not know, and text fields have none.
  public let contentType: String?
  /// All header fields of the part in order, the two above included.
  public let headers: HTTPHeaders

  /// Reads a whole head; `part` is for the failure.
  init(_ headers: HTTPHeaders, part: Int) throws(MultipartFailure) {
    let dispositions = headers.values("content-disposition")
    let types = headers.values("content-type")
    guard dispositions.count == 1, types.count <= 1,
      let disposition = FieldParameters(dispositions[0], quoting: .form), disposition.value == "form-data"
    else { throw .malformedPartHead(part: part) }
    // Deprecated for forms (RFC 7578, 4.7). Bytes taken as they stand would be the wrong ones.
    for coding in headers.values("content-transfer-encoding") {
      guard ["binary", "8bit", "7bit"].contains(where: { equalIgnoringCase($0, coding) }) else {
        throw .unsupportedEncoding(part: part)
      }
    }
    guard let name = disposition["name"] else { throw .missingName(part: part) }
    self.name = name
    if let filename = disposition["filename"] {
      self.filename = filename
    } else if let extended = disposition["filename*"] {
      // Not allowed in forms (RFC 7578, 4.2), and sent all the same for names outside ASCII.
      guard let filename = Self.decodeExtended(extended) else { throw .malformedPartHead(part: part) }
      self.filename = filename
    } else {
      filename = nil
    }
    contentType = types.first
    self.headers = headers
  }

  /// `UTF-8'language'percent-encoded` (RFC 8187, 3.2).
  private static func decodeExtended(_ text: String) -> String? {
    let parts = text.utf8.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, equalIgnoringCase(Substring(parts[0]), "utf-8") else { return nil }
    return PercentCoding.decode(String(Substring(parts[2])))
  }
}
