// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
  /// Whether `part` occurs, compared byte by byte in UTF-8. An empty part occurs everywhere.
  ///
  /// The standard library's own search for a text in a text comes with the whole regular-expression engine: 1.5 MB in
  /// every plugin.
  public func holds(_ part: String) -> Bool { firstOccurrence(of: part) != nil }

  /// Where `part` first occurs, compared byte by byte in UTF-8.
  public func firstOccurrence(of part: String) -> Range<Index>? {
    let wanted = Array(part.utf8)
    var start = utf8.startIndex
    while true {
      if utf8[start...].starts(with: wanted) {
        return start..<utf8.index(start, offsetBy: wanted.count)
      }
      guard start != utf8.endIndex else { return nil }
      start = utf8.index(after: start)
    }
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
