// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing

@Suite("Tolerant readers")
struct LenientReaderTests {
  @Test(
    "A string is read from a string or a number",
    arguments: [
      ("5", "5"), (5, "5"), (5.25, "5.25"), ("", ""), (true, nil), (.null, nil), ([], nil), ([:], nil),
    ] as [(JSON, String?)])
  func string(value: JSON, expected: String?) { #expect(value.lenientString == expected) }

  @Test(
    "An integer is read from a number or a string that is exactly one",
    arguments: [
      (5, 5), ("5", 5), ("5.0", 5), (5.0, 5), ("5e0", 5), (" 5\n", 5), ("-5", -5), ("-0", 0), (5.4, nil), ("5.4", nil),
      ("", nil), (" ", nil), ("five", nil), ("5 s", nil), ("+5", nil), ("05", nil), ("0x5", nil), (true, nil),
      (.null, nil),
      ("9223372036854775807", Int.max), ("9223372036854775808", nil), ("1e400", nil), ([5], nil),
    ] as [(JSON, Int?)])
  func int(value: JSON, expected: Int?) { #expect(value.lenientInt == expected) }

  @Test(
    "A double is read from a number or its string",
    arguments: [
      (5.041, 5.041), ("5.041", 5.041), (5, 5), (" 5 ", 5), ("1e2", 100), ("abc", nil), ("nan", nil), ("inf", nil),
      ("1e400", nil), ("5,041", nil), (".5", nil), (true, nil), (.null, nil),
    ] as [(JSON, Double?)])
  func double(value: JSON, expected: Double?) { #expect(value.lenientDouble == expected) }

  @Test(
    "Percents are whole, rounded down and within 0 to 100",
    arguments: [
      (100, 100), ("100%", 100), ("37.5%", 37), (37.5, 37), ("37", 37), (" 37 % ", 37), (0, 0), ("0%", 0), (99.99, 99),
      (-0.5, nil), (101, nil), ("100.1%", nil), ("%", nil), ("", nil), ("50%%", nil), ("half", nil), (true, nil),
      (.null, nil),
      ("1\u{600}%", nil),
    ] as [(JSON, Int?)])
  func percent(value: JSON, expected: Int?) { #expect(value.lenientPercent == expected) }

  @Test(
    "A boolean is read from its usual spellings",
    arguments: [
      (true, true), (false, false), ("true", true), ("True", true), ("ON", true), ("yes", true), (1, true), ("1", true),
      (1.0, true), ("false", false), ("off", false), ("No", false), (0, false), ("0", false), (" on ", true), (2, nil),
      ("", nil), ("maybe", nil), (.null, nil), ([], nil),
    ] as [(JSON, Bool?)])
  func bool(value: JSON, expected: Bool?) { #expect(value.lenientBool == expected) }

  @Test("Null counts as absent where asked so")
  func nonNull() {
    #expect(JSON.null.nonNull == nil)
    #expect((JSON.bool(false)).nonNull == false)
    let document: JSON = ["a": .null, "b": 1]
    #expect(document["a"]?.nonNull == nil)
    #expect(document["a"] == .some(.null))
    #expect(document["b"]?.nonNull == 1)
  }

  @Test(
    "A path leads through names and positions",
    arguments: [
      ("data.task_result.videos[0].url", "u"), ("data.task_result.videos[1]", nil), ("data.none", nil),
      ("data.task_result.videos.url", nil), ("grid[1][0]", 3), ("grid[1]", [3, 4]), ("data.", nil), (".data", nil),
      ("grid[", nil), ("grid[]", nil), ("grid[-1]", nil), ("grid[+1]", nil), ("grid[0]x", nil), ("grid..a", nil),
      ("grid[99999999999999999999]", nil), ("é", 1),
    ] as [(String, JSON?)])
  func path(path: String, expected: JSON?) {
    let document: JSON = [
      "data": ["task_result": ["videos": [["url": "u"]]]], "grid": [[1, 2], [3, 4]], "é": 1,
    ]
    #expect(document.value(at: path) == expected)
  }

  @Test("A path may start at a position, and the empty one is the value itself")
  func pathFromArray() {
    let document: JSON = [["a": 1]]
    #expect(document.value(at: "[0].a") == 1)
    #expect(document.value(at: "") == document)
  }
}
