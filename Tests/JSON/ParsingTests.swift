// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing

@Suite("Reading")
struct ParsingTests {
  @Test("What RFC 8259 allows is read, and written without white space", arguments: AcceptedDocuments.all)
  func accepted(document: String, compact: String) throws {
    let value = try JSON(parsing: document)
    #expect(value.text == compact)
    #expect(Array(compact.utf8) == value.serialized())
    let again = try JSON(parsing: value.serialized())
    #expect(again == value)
    #expect(again.isIdentical(to: value))
    #expect(try JSON(parsing: value.prettyText()).isIdentical(to: value))
  }

  @Test("What it does not allow is refused, with the reason and the place", arguments: RefusedDocuments.all)
  func refused(document: RefusedDocument) {
    let failure = #expect(throws: JSONParseFailure.self) { try JSON(parsing: document.bytes) }
    #expect(failure?.reason == document.reason)
    #expect(failure?.offset == document.offset)
  }

  @Test("The tables hold at least 150 cases")
  func size() { #expect(AcceptedDocuments.all.count + RefusedDocuments.all.count >= 150) }

  @Test("A document cut off anywhere is refused at its end")
  func truncated() throws {
    let document = Array(
      #" {"a": [1.5e+10, "b\n\ud83d\ude00é", true, false, null, {}, [], {"c": -0}], "": "\u00e9\\"}"#.utf8)
    #expect(throws: Never.self) { try JSON(parsing: document) }
    for length in document.indices {
      let failure = #expect(throws: JSONParseFailure.self) { try JSON(parsing: Array(document[..<length])) }
      #expect(failure?.offset == length)
      #expect(failure?.reason == .unexpectedEnd)
    }
  }

  @Test("A document followed by anything but white space is refused there")
  func followed() {
    for byte in UInt8.min...UInt8.max {
      let document = Array("{}".utf8) + [byte]
      let isWhiteSpace = [0x20, 0x0A, 0x0D, 0x09].contains(byte)
      let failure = failure(document)
      #expect(failure?.reason == (isWhiteSpace ? nil : .trailingContent))
      #expect(failure?.offset == (isWhiteSpace ? nil : 2))
    }
  }

  @Test("Line and column are counted in scalars from 1")
  func place() {
    let failure = #expect(throws: JSONParseFailure.self) { try JSON(parsing: "{\n  \"é😀\": 1,\r\n  \"b\": x}") }
    #expect(failure?.line == 3)
    #expect(failure?.column == 8)
    #expect(failure?.offset == 25)
    #expect(failure?.description == "line 3, column 8: unexpected byte 0x78 (`x`)")
    let inLine = #expect(throws: JSONParseFailure.self) { try JSON(parsing: "[\"é😀\", x]") }
    #expect(inLine?.column == 8)
  }

  @Test("Memory, bytes and text read alike")
  func inputs() throws {
    let bytes = Array(#"{"a":[1]}"#.utf8)
    let expected: JSON = ["a": [1]]
    #expect(try JSON(parsing: bytes) == expected)
    #expect(try JSON(parsing: String(decoding: bytes, as: UTF8.self)) == expected)
    #expect(try bytes.withUnsafeBytes { try JSON(parsing: $0) } == expected)
    #expect(throws: JSONParseFailure.self) { try JSON(parsing: UnsafeRawBufferPointer(start: nil, count: 0)) }
  }
}

func failure(_ document: [UInt8], limits: JSONLimits = .default) -> JSONParseFailure? {
  do throws(JSONParseFailure) {
    _ = try JSON(parsing: document, limits: limits)
    return nil
  } catch {
    return error
  }
}

func failure(_ document: String, limits: JSONLimits = .default) -> JSONParseFailure? {
  failure(Array(document.utf8), limits: limits)
}
