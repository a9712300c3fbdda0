// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// Whether `part` occurs, compared byte by byte in UTF-8. An empty part occurs everywhere.
  ///
  /// The standard library's own search for a text in a text comes with the whole regular-expression engine: 1.5 MB in
  /// every plugin.
  public func holds(_ part: String) -> Bool { firstOccurrence(of: part) != nil }

  /// Where `part` first occurs, compared byte by byte in UTF-8.
  public func firstOccurrence(of part: String) -> Range<Index>? {
    var wanted = part
    let offset = wanted.withUTF8 { wanted in
      // One piece of memory as a rule; a text that is in several is copied into one.
      utf8.withContiguousStorageIfAvailable { offsetOfFirst(wanted, in: $0) }
        ?? Array(utf8).withUnsafeBufferPointer { offsetOfFirst(wanted, in: $0) }
    }
    guard let offset else { return nil }
    let start = utf8.index(utf8.startIndex, offsetBy: offset)
    return start..<utf8.index(start, offsetBy: part.utf8.count)
  }

  /// The text with every occurrence of `part`, which must not be empty, replaced.
  public func substituting(_ part: String, by replacement: String) -> String {
    var result = ""
    var rest = self[startIndex...]
    while !part.isEmpty, let range = rest.firstOccurrence(of: part) {
      result += rest[..<range.lowerBound]
      result += replacement
      rest = rest[range.upperBound...]
    }
    return result + rest
  }
}

/// Where the bytes first occur; not generic, so that it is compiled once and runs as plain loops.
private func offsetOfFirst(_ wanted: UnsafeBufferPointer<UInt8>, in text: UnsafeBufferPointer<UInt8>) -> Int? {
  guard let first = wanted.first else { return 0 }
  guard wanted.count <= text.count else { return nil }
  for start in 0...(text.count - wanted.count) where text[start] == first {
    var length = 1
    while length < wanted.count, text[start + length] == wanted[length] { length += 1 }
    if length == wanted.count { return start }
  }
  return nil
}
