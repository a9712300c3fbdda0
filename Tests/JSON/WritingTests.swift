// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing

@Suite("Writing strings") struct WritingTests {
  /// As RFC 8259 section 7 has it, one character after the other.
  private func expected(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\u{8}": result += "\\b"
      case "\t": result += "\\t"
      case "\n": result += "\\n"
      case "\u{C}": result += "\\f"
      case "\r": result += "\\r"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  @Test("every byte is written right at every place of a word of memory, whatever stands beside it")
  func places() {
    let neighbours: [Unicode.Scalar] = ["a", "!", "\u{7F}", "é", "\"", "\u{1}"]
    for value in UInt32(0)..<0x100 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      for length in 0..<20 {
        for neighbour in neighbours {
          var text = String(repeating: String(neighbour), count: length)
          text.unicodeScalars.append(scalar)
          text += "tail of some length"
          #expect(JSON.string(text).text == expected(text))
        }
      }
    }
  }

  @Test("documents larger than the first piece of memory are whole")
  func large() throws {
    let text = String(repeating: "x\"y\n", count: 5_000)
    let value = JSON.array((0..<50).map { ["\($0)": .string(text)] })
    #expect(try JSON(parsing: value.serialized()).isIdentical(to: value))
    var bytes: [UInt8] = Array("before ".utf8)
    value.write(into: &bytes)
    #expect(bytes == Array("before ".utf8) + value.serialized())
  }

  @Test("a text is found where it first occurs, byte by byte")
  func occurrences() {
    let cases: [(String, String, Int?)] = [
      ("", "", 0), ("abc", "", 0), ("", "a", nil), ("aab", "ab", 1), ("aaa", "aaaa", nil), ("xéx", "é", 1),
      ("abcabd", "abd", 3), ("e\u{301}", "\u{E9}", nil), ("ab", "b", 1),
    ]
    for (text, part, offset) in cases {
      let found = text.firstOccurrence(of: part)
      #expect(found.map { text.utf8.distance(from: text.startIndex, to: $0.lowerBound) } == offset)
      #expect(text.holds(part) == (offset != nil))
    }
    #expect("a.b.c.".substituting(".", by: "--") == "a--b--c--")
    #expect("x%2e%2E".dropFirst().substituting("%2e", by: ".") == ".%2E")
  }
}
