// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing

@Suite("Limits")
struct LimitTests {
  @Test("Depth is allowed up to the limit and refused above it", arguments: [0, 1, 2, 64, 512])
  func depth(limit: Int) {
    let limits = JSONLimits(maximumDepth: limit)
    #expect(failure(nested(limit), limits: limits) == nil)
    #expect(failure(nested(limit + 1), limits: limits)?.reason == .tooDeep(limit: limit))
  }

  @Test("64 levels are the default")
  func defaultDepth() {
    #expect(failure(arrays(64)) == nil)
    #expect(failure(arrays(65))?.reason == .tooDeep(limit: 64))
    #expect(failure(arrays(65))?.offset == 64)
  }

  @Test("Arrays beside each other do not add to the depth")
  func breadth() {
    #expect(failure("[" + Array(repeating: "[[]]", count: 200).joined(separator: ",") + "]") == nil)
  }

  @Test("No depth limit above what the stack bears can be asked for")
  func clamped() {
    var limits = JSONLimits(maximumDepth: 1_000_000)
    #expect(limits.maximumDepth == JSONLimits.greatestDepth)
    limits.maximumDepth = 2_000_000
    #expect(limits.maximumDepth == JSONLimits.greatestDepth)
    limits.maximumDepth = -1
    #expect(limits.maximumDepth == 0)
  }

  @Test("A million opening brackets are refused, not recursed into")
  func flood() {
    let limits = JSONLimits(maximumDepth: 512)
    #expect(failure(Array(repeating: UInt8(ascii: "["), count: 1_000_000), limits: limits)?.offset == 512)
  }

  @Test("The size of the document is limited")
  func size() {
    let limits = JSONLimits(maximumBytes: 5)
    #expect(failure("[1,2]", limits: limits) == nil)
    #expect(failure("[1,2] ", limits: limits)?.reason == .tooLarge(limit: 5))
    let eightMebibytes = Array(repeating: UInt8(ascii: " "), count: 8 << 20)
    #expect(failure(eightMebibytes)?.reason == .unexpectedEnd)
    #expect(failure(eightMebibytes + [0x20])?.reason == .tooLarge(limit: 8 << 20))
  }

  @Test("The size of a string and of a name is limited, counted without escapes")
  func strings() {
    let limits = JSONLimits(maximumStringBytes: 3)
    #expect(failure(#"["abc","\u0061bc","\u00e9a"]"#, limits: limits) == nil)
    #expect(failure(#"["abcd"]"#, limits: limits)?.reason == .stringTooLong(limit: 3))
    #expect(failure(#"["abcd"]"#, limits: limits)?.offset == 1)
    #expect(failure(#"["\u0061bcd"]"#, limits: limits)?.reason == .stringTooLong(limit: 3))
    #expect(failure(#"{"abcd":1}"#, limits: limits)?.reason == .stringTooLong(limit: 3))
  }

  @Test("The length of a number is limited")
  func numbers() {
    let limits = JSONLimits(maximumNumberBytes: 4)
    #expect(failure("[1234,-0.5]", limits: limits) == nil)
    #expect(failure("[12345]", limits: limits)?.reason == .numberTooLong(limit: 4))
    #expect(failure("[12345]", limits: limits)?.offset == 1)
  }

  @Test("The number of members, elements and values is limited")
  func members() {
    let limits = JSONLimits(maximumMembers: 2, maximumValues: 5)
    #expect(failure("[[1,2],2]", limits: limits) == nil)
    #expect(failure("[1,2,3]", limits: limits)?.reason == .tooManyMembers(limit: 2))
    #expect(failure("[1,2,3]", limits: limits)?.offset == 5)
    #expect(failure(#"{"a":1,"b":2,"c":3}"#, limits: limits)?.reason == .tooManyMembers(limit: 2))
    #expect(failure("[[1,2],[1]]", limits: limits)?.reason == .tooManyValues(limit: 5))
  }

  @Test("Of members with one name the last value stands at the first's place, where that is asked for")
  func duplicates() throws {
    let value = try JSON(parsing: #"{"a":1,"b":2,"\u0061":3,"c":{"x":1,"x":2}}"#, limits: .lenient)
    #expect(value.text == #"{"a":3,"b":2,"c":{"x":2}}"#)
  }

  @Test("Duplicates are found among many members too", arguments: [15, 16, 17, 18, 1000])
  func manyDuplicates(count: Int) throws {
    let members = (0..<count).map { "\"k\($0)\":\($0)" }
    for place in [0, count / 2, count - 1] {
      let document = "{" + (members + ["\"k\(place)\":-1"]).joined(separator: ",") + "}"
      #expect(failure(document)?.reason == .duplicateKey("k\(place)"))
      let value = try JSON(parsing: document, limits: .lenient)
      #expect(value.object?.count == count)
      #expect(value.object?.keys == (0..<count).map { "k\($0)" })
      #expect(value["k\(place)"] == -1)
    }
  }

  @Test("A hundred thousand members are read in a moment")
  func hostileMembers() throws {
    let members = (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",")
    let elapsed = try ContinuousClock().measure { _ = try JSON(parsing: "{\(members)}") }
    // Searching one by one would take minutes.
    #expect(elapsed < .seconds(20))
  }

  private func arrays(_ depth: Int) -> String {
    String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
  }

  /// Arrays and objects in turn.
  private func nested(_ depth: Int) -> String {
    var document = depth % 2 == 0 ? "0" : "[]"
    for _ in 0..<depth / 2 { document = "[{\"\":\(document)}]" }
    return document
  }
}
