// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing
import VideoDocuments

@Suite struct PriceTests {
  @Test(arguments: [
    ("0", 0), ("1", 1_000_000), ("0.07", 70_000), ("1.9656", 1_965_600), ("0.000001", 1),
    ("999999999999", 999_999_999_999_000_000),
  ])
  func decimalsAreExact(_ text: String, _ micros: Int64) {
    #expect(Price.micros(decimal: text) == micros)
    #expect(Price(currency: "USD", amountMicros: micros).decimal == text)
  }

  @Test(arguments: ["", ".5", "1.", "-1", "1e3", "0.0000001", "1,5", "1 000", "9999999999999", "one", "１"])
  func whatIsNoPlainDecimalIsRefused(_ text: String) {
    #expect(Price.micros(decimal: text) == nil)
  }

  @Test func aTableAnswersWithItsFirstMatchingRow() throws {
    let table = try PriceTable(
      JSON(
        parsing: """
          {"currency":"CNY","unit":"million_tokens","rows":[{"when":{"audio":false},"amount":"8"},{"amount":"16"}]}
          """))
    var request = VideoRequest(model: "m")
    #expect(table.unitPrice(for: request, profile: nil)?.decimal == "16")
    request.audio = false
    #expect(table.unitPrice(for: request, profile: nil)?.decimal == "8")
  }
}
