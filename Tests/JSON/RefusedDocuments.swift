// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing

/// A document that must be refused, and the reason and place that must be given.
struct RefusedDocument: Sendable, CustomTestStringConvertible {
  let bytes: [UInt8]
  let offset: Int
  let reason: JSONParseFailure.Reason

  init(_ text: String, at offset: Int, _ reason: JSONParseFailure.Reason) {
    self.init(Array(text.utf8), at: offset, reason)
  }

  init(_ bytes: [UInt8], at offset: Int, _ reason: JSONParseFailure.Reason) {
    self.bytes = bytes
    self.offset = offset
    self.reason = reason
  }

  var testDescription: String { String(decoding: bytes, as: UTF8.self).debugDescription }
}

enum RefusedDocuments {
  static let all: [RefusedDocument] =
    words + numbers + escapes + surrogates + controls + encodings + structures + endings

  static let words: [RefusedDocument] = [
    .init("nul", at: 3, .unexpectedEnd), .init("nulL", at: 3, .unexpectedByte(0x4C)),
    .init("Null", at: 0, .unexpectedByte(0x4E)), .init("True", at: 0, .unexpectedByte(0x54)),
    .init("tru", at: 3, .unexpectedEnd), .init("truee", at: 4, .trailingContent),
    .init("falsy", at: 4, .unexpectedByte(0x79)), .init("nan", at: 1, .unexpectedByte(0x61)),
    .init("NaN", at: 0, .unexpectedByte(0x4E)), .init("Infinity", at: 0, .unexpectedByte(0x49)),
    .init("undefined", at: 0, .unexpectedByte(0x75)), .init("a", at: 0, .unexpectedByte(0x61)),
    .init("'a'", at: 0, .unexpectedByte(0x27)), .init("null null", at: 5, .trailingContent),
  ]

  static let numbers: [RefusedDocument] = [
    .init("-", at: 1, .unexpectedEnd), .init("+1", at: 0, .unexpectedByte(0x2B)), .init("--1", at: 1, .invalidNumber),
    .init("-a", at: 1, .invalidNumber), .init("-Infinity", at: 1, .invalidNumber), .init("- 1", at: 1, .invalidNumber),
    .init("01", at: 1, .invalidNumber), .init("-01", at: 2, .invalidNumber), .init("00", at: 1, .invalidNumber),
    .init("1.", at: 2, .unexpectedEnd), .init("1.e1", at: 2, .invalidNumber), .init("[1.]", at: 3, .invalidNumber),
    .init(".1", at: 0, .unexpectedByte(0x2E)), .init("-.1", at: 1, .invalidNumber), .init("1e", at: 2, .unexpectedEnd),
    .init("1e+", at: 3, .unexpectedEnd), .init("[1e]", at: 3, .invalidNumber), .init("1e+-1", at: 3, .invalidNumber),
    .init("[1e.5]", at: 3, .invalidNumber), .init("1e1.5", at: 3, .trailingContent),
    .init("1.2.3", at: 3, .trailingContent), .init("0x1", at: 1, .trailingContent),
    .init("[0x1]", at: 2, .unexpectedByte(0x78)), .init("1_000", at: 1, .trailingContent),
    .init("1,000", at: 1, .trailingContent), .init("1a", at: 1, .trailingContent),
    .init("[1 2]", at: 3, .unexpectedByte(0x32)), .init("[1-2]", at: 2, .unexpectedByte(0x2D)),
    .init("1f", at: 1, .trailingContent), .init("\u{FF11}", at: 0, .unexpectedByte(0xEF)),
    .init("\u{661}", at: 0, .unexpectedByte(0xD9)),
  ]

  static let escapes: [RefusedDocument] = [
    .init(#""\x""#, at: 1, .invalidEscape), .init(#""\0""#, at: 1, .invalidEscape),
    .init(#""\a""#, at: 1, .invalidEscape), .init(#""\'""#, at: 1, .invalidEscape),
    .init(#""\U0041""#, at: 1, .invalidEscape), .init(#""\N""#, at: 1, .invalidEscape),
    .init(#""ab\é""#, at: 3, .invalidEscape), .init("\"\\\n\"", at: 1, .invalidEscape),
    .init(#""\u""#, at: 3, .invalidEscape), .init(#""\u0""#, at: 4, .invalidEscape),
    .init(#""\u00""#, at: 5, .invalidEscape), .init(#""\u000""#, at: 6, .invalidEscape),
    .init(#""\u00g0""#, at: 5, .invalidEscape), .init(#""\u 041""#, at: 3, .invalidEscape),
    .init(#""\u+041""#, at: 3, .invalidEscape), .init(#""\u-041""#, at: 3, .invalidEscape),
    .init(#""\u{41}""#, at: 3, .invalidEscape), .init(#""\u004é""#, at: 6, .invalidEscape),
    .init(#""\"#, at: 2, .unexpectedEnd), .init(#""\u00"#, at: 5, .unexpectedEnd),
    .init(#""\""#, at: 3, .unexpectedEnd),
  ]

  static let surrogates: [RefusedDocument] = [
    .init(#""\ud800""#, at: 1, .loneSurrogate), .init(#""\udbff""#, at: 1, .loneSurrogate),
    .init(#""\udc00""#, at: 1, .loneSurrogate), .init(#""\udfff""#, at: 1, .loneSurrogate),
    .init(#""a\ud83dx""#, at: 2, .loneSurrogate), .init(#""\ud83d\n""#, at: 1, .loneSurrogate),
    .init(#""\ud83d\u0041""#, at: 1, .loneSurrogate), .init(#""\ud83d\ud83d\ude00""#, at: 1, .loneSurrogate),
    .init(#""\ude00\ud83d""#, at: 1, .loneSurrogate), .init(#""\ud83d\ue000""#, at: 1, .loneSurrogate),
    .init(#""\ud83d \ude00""#, at: 1, .loneSurrogate), .init(#"{"\ud800":1}"#, at: 2, .loneSurrogate),
    .init(#""\ud83d"#, at: 7, .unexpectedEnd), .init(#""\ud83d\"#, at: 8, .unexpectedEnd),
    .init(#""\ud83d\u"#, at: 9, .unexpectedEnd), .init(#""\ud83d\ude0"#, at: 12, .unexpectedEnd),
    .init(#""\ud83d\ude0g""#, at: 12, .invalidEscape),
  ]

  /// All 32 control characters, in a string and in a name, and some where white space could stand.
  static let controls: [RefusedDocument] =
    (UInt8(0)..<0x20).flatMap { byte in
      [
        .init([0x22, 0x61, byte, 0x22], at: 2, .controlCharacterInString(byte)),
        .init([0x7B, 0x22, 0x5C, 0x6E, byte, 0x22, 0x3A, 0x31, 0x7D], at: 4, .controlCharacterInString(byte)),
      ]
    } + [
      .init([0x00], at: 0, .unexpectedByte(0x00)), .init([0x31, 0x00], at: 1, .trailingContent),
      .init([0x5B, 0x0B, 0x5D], at: 1, .unexpectedByte(0x0B)), .init([0x5B, 0x0C, 0x5D], at: 1, .unexpectedByte(0x0C)),
      .init([0x0B, 0x31], at: 0, .unexpectedByte(0x0B)), .init([0x31, 0x0C], at: 1, .trailingContent),
      .init("[\u{A0}1]", at: 1, .unexpectedByte(0xC2)), .init("[\u{2028}1]", at: 1, .unexpectedByte(0xE2)),
      .init("[\u{3000}1]", at: 1, .unexpectedByte(0xE3)), .init("[\u{7F}]", at: 1, .unexpectedByte(0x7F)),
    ]

  /// Sequences that are not UTF-8, each alone in a string, behind text, and behind an escape.
  static let encodings: [RefusedDocument] =
    [
      [0x80], [0xBF], [0xC0, 0x80], [0xC0, 0xAF], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xC3, 0x28], [0xDF],
      [0xE0, 0x80, 0x80], [0xE0, 0x80, 0xAF], [0xE0, 0x9F, 0xBF], [0xE1, 0x80], [0xE1, 0x80, 0x41], [0xE2, 0x28, 0xA1],
      [0xED, 0xA0, 0x80], [0xED, 0xAF, 0xBF], [0xED, 0xB0, 0x80], [0xED, 0xBF, 0xBF],
      [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], [0xEF, 0xBF], [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x80, 0x80, 0xAF],
      [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF0, 0x9F, 0x98, 0x41], [0xF0, 0x28, 0x8C, 0xBC],
      [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF7, 0xBF, 0xBF, 0xBF], [0xF8, 0x88, 0x80, 0x80, 0x80],
      [0xFC, 0x84, 0x80, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xFF, 0xFE],
    ].flatMap { (sequence: [UInt8]) -> [RefusedDocument] in
      let behindText = Array("[\"plain \u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{FFFFF}\u{10FFFF} ".utf8)
      let behindEscape = Array(#"{"\n\u00e9"#.utf8)
      return [
        .init([0x22] + sequence + [0x22], at: 1, .invalidUTF8),
        .init(behindText + sequence + Array("\"]".utf8), at: behindText.count, .invalidUTF8),
        .init(behindEscape + sequence + Array("\":1}".utf8), at: behindEscape.count, .invalidUTF8),
      ]
    } + [
      .init([0xEF, 0xBB, 0xBF, 0x31], at: 0, .byteOrderMark), .init([0xEF, 0xBB, 0xBF], at: 0, .byteOrderMark),
      .init([0xFE, 0xFF, 0x00, 0x31], at: 0, .unexpectedByte(0xFE)),
      .init([0xFF, 0xFE, 0x31, 0x00], at: 0, .unexpectedByte(0xFF)), .init([0x31, 0x00], at: 1, .trailingContent),
      .init([0xEF, 0xBB], at: 0, .unexpectedByte(0xEF)), .init([0x5B, 0xFF, 0x5D], at: 1, .unexpectedByte(0xFF)),
    ]

  static let structures: [RefusedDocument] = [
    .init("[,]", at: 1, .unexpectedByte(0x2C)), .init("[1,]", at: 3, .unexpectedByte(0x5D)),
    .init("[,1]", at: 1, .unexpectedByte(0x2C)), .init("[1,,2]", at: 3, .unexpectedByte(0x2C)),
    .init("[1}", at: 2, .unexpectedByte(0x7D)), .init("[1:2]", at: 2, .unexpectedByte(0x3A)),
    .init("[1;2]", at: 2, .unexpectedByte(0x3B)), .init("]", at: 0, .unexpectedByte(0x5D)),
    .init("[]]", at: 2, .trailingContent), .init("[][]", at: 2, .trailingContent),
    .init("{}}", at: 2, .trailingContent),
    .init("}", at: 0, .unexpectedByte(0x7D)), .init("{]", at: 1, .unexpectedByte(0x5D)),
    .init("{,}", at: 1, .unexpectedByte(0x2C)), .init(#"{"a"}"#, at: 4, .unexpectedByte(0x7D)),
    .init(#"{"a":}"#, at: 5, .unexpectedByte(0x7D)), .init(#"{"a":1,}"#, at: 7, .unexpectedByte(0x7D)),
    .init(#"{"a",1}"#, at: 4, .unexpectedByte(0x2C)), .init(#"{"a" 1}"#, at: 5, .unexpectedByte(0x31)),
    .init(#"{"a":1 "b":2}"#, at: 7, .unexpectedByte(0x22)), .init(#"{"a"::1}"#, at: 5, .unexpectedByte(0x3A)),
    .init(#"{"a":1:2}"#, at: 6, .unexpectedByte(0x3A)), .init("{a:1}", at: 1, .unexpectedByte(0x61)),
    .init("{1:1}", at: 1, .unexpectedByte(0x31)), .init("{null:1}", at: 1, .unexpectedByte(0x6E)),
    .init("{'a':1}", at: 1, .unexpectedByte(0x27)), .init("{[]:1}", at: 1, .unexpectedByte(0x5B)),
    .init("[1] // no", at: 4, .trailingContent), .init("/* no */ 1", at: 0, .unexpectedByte(0x2F)),
    .init("[1 /* no */]", at: 3, .unexpectedByte(0x2F)), .init("# no\n1", at: 0, .unexpectedByte(0x23)),
    .init(#"{"a":1,"a":2}"#, at: 7, .duplicateKey("a")), .init(#"{"a":1,"\u0061":2}"#, at: 7, .duplicateKey("a")),
    .init(#"{"":1, "":2}"#, at: 7, .duplicateKey("")), .init(#"[{"b":{"a":1,"a":2}}]"#, at: 13, .duplicateKey("a")),
    .init("[\"a\n\"]", at: 3, .controlCharacterInString(0x0A)), .init(#""a"b"#, at: 3, .trailingContent),
  ]

  static let endings: [RefusedDocument] = [
    .init("", at: 0, .unexpectedEnd), .init(" ", at: 1, .unexpectedEnd), .init("\n\t\r ", at: 4, .unexpectedEnd),
    .init("[", at: 1, .unexpectedEnd), .init("[ ", at: 2, .unexpectedEnd), .init("[1", at: 2, .unexpectedEnd),
    .init("[1,", at: 3, .unexpectedEnd), .init("[[]", at: 3, .unexpectedEnd), .init("{", at: 1, .unexpectedEnd),
    .init(#"{"a"#, at: 3, .unexpectedEnd), .init(#"{"a""#, at: 4, .unexpectedEnd),
    .init(#"{"a":"#, at: 5, .unexpectedEnd),
    .init(#"{"a":1"#, at: 6, .unexpectedEnd), .init(#"{"a":1,"#, at: 7, .unexpectedEnd),
    .init("\"", at: 1, .unexpectedEnd),
    .init("\"a", at: 2, .unexpectedEnd),
  ]
}
