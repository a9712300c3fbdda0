// SPDX-License-Identifier: Apache-2.0

import Foundation
import OrderedJSON
import Testing

@Suite("Round trips")
struct RoundTripTests {
  @Test("Random values survive writing and reading, compact and for people", arguments: 1...8 as ClosedRange<UInt64>)
  func values(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<250 {
      let value = generator.value(depth: 5)
      let bytes = value.serialized()
      let again = try JSON(parsing: bytes)
      #expect(again == value)
      #expect(again.hashValue == value.hashValue)
      #expect(again.isIdentical(to: value))
      #expect(again.serialized() == bytes)
      #expect(try JSON(parsing: value.prettyText()).isIdentical(to: value))
      #expect(try JSON(parsing: value.text).isIdentical(to: value))
    }
  }

  @Test("Foundation reads what is written as the same value")
  func foundationReads() throws {
    var generator = SeededGenerator(seed: 21)
    for _ in 0..<300 {
      let value = generator.value(depth: 4)
      let theirs = try JSONSerialization.jsonObject(with: Data(value.serialized()), options: .fragmentsAllowed)
      #expect(agrees(value, theirs), "\(value.text)")
    }
  }

  @Test("Foundation accepts and refuses the same documents, damaged at random", arguments: 1...4 as ClosedRange<UInt64>)
  func foundationAgrees(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let replacements = Array("[]{},:\"\\/ntu0123eE+-. \n\u{1}\u{7F}é".utf8) + [0xC0, 0xED, 0xF4, 0xFF]
    for _ in 0..<500 {
      var document = generator.value(depth: 3).serialized()
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !document.isEmpty {
        let place = Int.random(in: document.indices, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: document.remove(at: place)
        case 1: document[place] = replacements.randomElement(using: &generator) ?? 0
        default: document.insert(replacements.randomElement(using: &generator) ?? 0, at: place)
        }
      }
      let ours = failure(document)
      switch ours?.reason {
      // Foundation does not mind two members of one name, nor a comma before a closing bracket.
      case .duplicateKey, .unexpectedByte(UInt8(ascii: "]")), .unexpectedByte(UInt8(ascii: "}")): continue
      // It refuses numbers beyond the range of Double.
      case nil where try hasOverflow(JSON(parsing: document)): continue
      default: break
      }
      let theirs = try? JSONSerialization.jsonObject(with: Data(document), options: .fragmentsAllowed)
      #expect(
        (ours == nil) == (theirs != nil), "\(String(decoding: document, as: UTF8.self).debugDescription) \(ours as Any)"
      )
    }
  }

  private func hasOverflow(_ value: JSON) -> Bool {
    switch value {
    case .number(let number): number.double.isInfinite
    case .array(let elements): elements.contains(where: hasOverflow)
    case .object(let object): object.contains { hasOverflow($0.value) }
    default: false
    }
  }

  private func agrees(_ ours: JSON, _ theirs: Any) -> Bool {
    switch ours {
    case .null: theirs is NSNull
    case .bool(let value): (theirs as? NSNumber)?.boolValue == value
    case .number(let number):
      // Foundation reads fractions as decimals of few exponents and rounds twice.
      (theirs as? NSNumber).map {
        let difference = abs($0.doubleValue - number.double)
        return difference <= abs(number.double) * 1e-15 || !(1e-90...1e90).contains(abs(number.double))
      } ?? false
    case .string(let string): (theirs as? String).map { $0.utf8.elementsEqual(string.utf8) } ?? false
    case .array(let elements):
      (theirs as? [Any]).map { $0.count == elements.count && zip(elements, $0).allSatisfy(agrees) } ?? false
    case .object(let object):
      // A dictionary of Swift merges canonical equivalents.
      (theirs as? [String: Any]).map { theirs in
        theirs.count <= object.count
          && (theirs.count < object.count
            || object.allSatisfy { member in theirs[member.key].map { agrees(member.value, $0) } ?? false })
      } ?? false
    }
  }
}
