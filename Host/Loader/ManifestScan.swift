// SPDX-License-Identifier: Apache-2.0

/// Finds one member of a JSON object without reading the others. A manifest is mostly models, which a worker has no use
/// for; reading them would be a third of its start. Nothing is validated: the host reads the whole manifest anyway.
enum ManifestScan {
  /// The bytes of the value of the first member of that name in the outermost object, nil where none is found.
  static func value(of name: String, in document: [UInt8]) -> ArraySlice<UInt8>? {
    let name = Array(name.utf8)
    var index = skipSpace(document, 0)
    guard index < document.count, document[index] == UInt8(ascii: "{") else { return nil }
    index = skipSpace(document, index + 1)
    while index < document.count, document[index] == UInt8(ascii: "\"") {
      let keyEnd = skipValue(document, index)
      // A name with escapes in it is not recognised, which is the same as not there.
      let isIt = document[index..<keyEnd].dropFirst().dropLast().elementsEqual(name)
      index = skipSpace(document, keyEnd)
      guard index < document.count, document[index] == UInt8(ascii: ":") else { return nil }
      let start = skipSpace(document, index + 1)
      let end = skipValue(document, start)
      if isIt { return document[start..<end] }
      index = skipSpace(document, end)
      guard index < document.count, document[index] == UInt8(ascii: ",") else { return nil }
      index = skipSpace(document, index + 1)
    }
    return nil
  }

  private static func skipSpace(_ document: [UInt8], _ start: Int) -> Int {
    var index = start
    while index < document.count, document[index] <= 0x20 { index += 1 }
    return index
  }

  /// The index after the value that starts here, or the end of the document.
  private static func skipValue(_ document: [UInt8], _ start: Int) -> Int {
    document.withUnsafeBufferPointer { bytes in
      var index = start
      var depth = 0
      while index < bytes.count {
        switch bytes[index] {
        case UInt8(ascii: "\""):
          index += 1
          while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
          }
          if depth == 0 { return min(index + 1, bytes.count) }
        case UInt8(ascii: "{"), UInt8(ascii: "["):
          depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
          // The end of what encloses a number or word.
          if depth == 0 { return index }
          depth -= 1
          if depth == 0 { return index + 1 }
        case UInt8(ascii: ","):
          if depth == 0 { return index }
        default:
          break
        }
        index += 1
      }
      return bytes.count
    }
  }
}
