// SPDX-License-Identifier: Apache-2.0

extension JSON {
  /// The value at a path such as `data.task_result.videos[0].url`; nil when there is none or the path is malformed.
  ///
  /// Names are separated by dots; a position in brackets may follow a name, another position, or start the path.
  /// Names with dots or brackets cannot be written so: use the subscripts. The empty path is the value itself.
  public func value(at path: String) -> JSON? {
    var current = self
    var rest = path.utf8[...]
    var mayStartName = true
    while let first = rest.first {
      if first == UInt8(ascii: "[") {
        guard let close = rest.firstIndex(of: UInt8(ascii: "]")) else { return nil }
        let digits = rest[rest.index(after: rest.startIndex)..<close]
        guard !digits.isEmpty, digits.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }),
          let index = Int(Substring(digits)), let element = current[index]
        else { return nil }
        current = element
        rest = rest[rest.index(after: close)...]
        mayStartName = false
        continue
      }
      if !mayStartName {
        guard first == UInt8(ascii: ".") else { return nil }
        rest = rest.dropFirst()
      }
      let nameEnd = rest.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? rest.endIndex
      guard nameEnd > rest.startIndex, let member = current[String(Substring(rest[..<nameEnd]))] else { return nil }
      current = member
      rest = rest[nameEnd...]
      mayStartName = false
    }
    return current
  }
}
