// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing

@Suite("Numbers")
struct NumberTests {
  @Test(
    "An integer is exact however it is written, or nil",
    arguments: [
      ("0", 0), ("-0", 0), ("0.0", 0), ("0e99999999999999999999", 0), ("-0.000e-5", 0), ("5", 5), ("5.0", 5),
      ("5e0", 5),
      ("5E+0", 5), ("5000e-3", 5), ("0.005e3", 5), ("0.5e1", 5), ("50.0e-1", 5), ("-5.00", -5), ("1e3", 1000),
      ("1.5e1", 15), ("12.50e1", 125), ("1e18", 1_000_000_000_000_000_000), ("9223372036854775807", .max),
      ("9223372036854775807.000", .max), ("9.223372036854775807e18", .max), ("92233720368547758070e-1", .max),
      ("-9223372036854775808", .min), ("-9223372036854775808.0", .min), ("9223372036854775808", nil),
      ("-9223372036854775809", nil), ("1e19", nil), ("1e400", nil), ("1e-1", nil), ("5.4", nil), ("0.5", nil),
      ("1.5e0", nil), ("15e-1", nil), ("1e99999999999999999999999", nil), ("1e-99999999999999999999999", nil),
      ("9223372036854775807.5", nil), ("1000000000000000000000000000000e-30", 1),
      ("10000000000000000000000000000001e-31", nil), ("9007199254740993", 9_007_199_254_740_993),
    ] as [(String, Int64?)])
  func int64(text: String, expected: Int64?) {
    #expect(JSONNumber(text: text)?.int64 == expected)
    #expect(JSON.number(JSONNumber(text: text) ?? JSONNumber(1)).int == expected.map { Int($0) })
  }

  @Test(
    "An unsigned integer reaches further up and not below zero",
    arguments: [
      ("18446744073709551615", .max), ("1.8446744073709551615e19", .max), ("18446744073709551616", nil), ("-1", nil),
      ("-0", 0), ("0", 0), ("2e19", nil), ("1e19", 10_000_000_000_000_000_000), ("0.1", nil),
    ] as [(String, UInt64?)])
  func uint64(text: String, expected: UInt64?) { #expect(JSONNumber(text: text)?.uint64 == expected) }

  @Test(
    "A double is the nearest one",
    arguments: [
      ("0.1", 0.1), ("5.041", 5.041), ("1e23", 1e23), ("9007199254740993", 9_007_199_254_740_992),
      ("9007199254740993.0000000000000000000000000001", 9_007_199_254_740_994), ("4.9e-324", .leastNonzeroMagnitude),
      ("2.4703282292062327e-324", 0), ("2.4703282292062328e-324", .leastNonzeroMagnitude),
      ("2.2250738585072011e-308", .leastNormalMagnitude.nextDown),
      ("1.7976931348623157e308", .greatestFiniteMagnitude), ("1.7976931348623159e308", .infinity), ("1e400", .infinity),
      ("-1e400", -.infinity), ("1e-400", 0), ("179769313486231570000000000000000000000e270", .greatestFiniteMagnitude),
    ] as [(String, Double)])
  func double(text: String, expected: Double) { #expect(JSONNumber(text: text)?.double == expected) }

  @Test("A number beyond the range of Double has no double value")
  func overflow() throws {
    #expect(try JSON(parsing: "1e400").double == nil)
    #expect(try JSON(parsing: "-0.0").double?.sign == .minus)
  }

  @Test(
    "Text that is no number of JSON makes none",
    arguments: ["", " 1", "1 ", "+1", "01", "1.", ".1", "1e", "0x1", "nan", "inf", "1,0", "١", "-", "1\u{0}"])
  func invalid(text: String) { #expect(JSONNumber(text: text) == nil) }

  @Test(
    "A double is written as the shortest text that reads back",
    arguments: [
      (5, "5.0"), (0.1, "0.1"), (-0.0, "-0.0"), (1e16, "1e+16"), (1e-7, "1e-07"), (.leastNonzeroMagnitude, "5e-324"),
    ])
  func fromDouble(value: Double, text: String) throws {
    let number = try #require(JSONNumber(value))
    #expect(number.text == text)
    #expect(number.double == value)
    #expect(JSONNumber(text: number.text) != nil)
  }

  @Test("Infinities and NaN are no numbers of JSON")
  func notFinite() {
    #expect(JSONNumber(Double.infinity) == nil)
    #expect(JSONNumber(-Double.infinity) == nil)
    #expect(JSONNumber(Double.nan) == nil)
  }

  @Test("Random doubles read back as they were written")
  func randomDoubles() throws {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<20_000 {
      let value = Double(bitPattern: generator.next())
      guard let number = JSONNumber(value) else {
        #expect(!value.isFinite)
        continue
      }
      #expect(try JSON(parsing: number.text).double?.bitPattern == value.bitPattern)
    }
  }

  @Test("Equal integers are equal, other numbers by their text")
  func equality() {
    func equal(_ left: String, _ right: String) -> Bool {
      let left = JSONNumber(text: left)
      let right = JSONNumber(text: right)
      if left == right { #expect(left?.hashValue == right?.hashValue) }
      return left == right
    }
    #expect(equal("5", "5.0"))
    #expect(equal("5e0", "500e-2"))
    #expect(equal("0", "-0"))
    #expect(equal("0.5", "0.5"))
    #expect(!equal("0.5", "0.50"))
    #expect(!equal("1e400", "10e399"))
    #expect(!equal("5", "5.5"))
    #expect(!equal("9223372036854775808", "9223372036854775809"))
  }

  @Test("Integers of every width are written in full")
  func integers() {
    #expect(JSONNumber(Int.min).text == "-9223372036854775808")
    #expect(JSONNumber(Int64.max).text == "9223372036854775807")
    #expect(JSONNumber(UInt64.max).text == "18446744073709551615")
  }
}
