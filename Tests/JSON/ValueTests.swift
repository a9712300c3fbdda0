// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing

@Suite("Values")
struct ValueTests {
  @Test("Order and number texts survive reading and writing")
  func exact() throws {
    let text = #"{"z":1.50,"a":[1e2,-0,0.1000000000000000055511151231257827],"m":{"b":null,"a":true}}"#
    let value = try JSON(parsing: text)
    #expect(value.text == text)
    #expect(value.object?.keys == ["z", "a", "m"])
    #expect(value["z"]?.double == 1.5)
    #expect(value["a"]?[0]?.int == 100)
    #expect(value["a"]?[3] == nil)
    #expect(value["nothing"] == nil)
  }

  @Test("Setting a member replaces it in place, appends it, or removes it")
  func members() {
    var object: JSONObject = ["a": 1, "b": 2, "c": 3]
    object["b"] = "two"
    object["d"] = 4
    object["a"] = nil
    object.append("c", 33)
    object.append("e", .null)
    #expect(JSON.object(object).text == #"{"b":"two","c":33,"d":4,"e":null}"#)
    #expect(object["e"] == .some(.null))
    #expect(object.count == 4)
    object["e"] = nil
    #expect(object.count == 3)
  }

  @Test("Equality ignores the order of members, identity does not")
  func equality() throws {
    let left = try JSON(parsing: #"{"a":5,"b":[1]}"#)
    let right = try JSON(parsing: #"{"b":[1.0],"a":5e0}"#)
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
    #expect(!left.isIdentical(to: right))
    #expect(left.isIdentical(to: ["a": 5, "b": [1]]))
    #expect(left != ["a": 5, "c": [1]])
    #expect(left != ["a": 5])
  }

  @Test("Equality of objects with many members in another order is found too")
  func equalityOfMany() {
    let members = (0..<200).map { (String($0), JSON.number(JSONNumber($0))) }
    let left = JSONObject(members)
    var right = JSONObject(members.reversed())
    #expect(left == right)
    #expect(left.hashValue == right.hashValue)
    right["7"] = 8
    #expect(left != right)
  }

  @Test("Names and strings that only look alike are different")
  func canonicalEquivalents() throws {
    let text = "{\"\u{E9}\":1,\"e\u{301}\":2}"
    let value = try JSON(parsing: text)
    #expect(value.object?.count == 2)
    #expect(value["\u{E9}"] == 1)
    #expect(value["e\u{301}"] == 2)
    #expect(JSON.string("\u{E9}") != JSON.string("e\u{301}"))
    #expect(value.text == text)
  }

  @Test("Accessors give nil for another type")
  func accessors() {
    let values: [JSON] = [.null, true, 1, "s", [1], ["a": 1]]
    #expect(values.map { $0.isNull } == [true, false, false, false, false, false])
    #expect(values.map { $0.bool } == [nil, true, nil, nil, nil, nil])
    #expect(values.map { $0.int } == [nil, nil, 1, nil, nil, nil])
    #expect(values.map { $0.double } == [nil, nil, 1, nil, nil, nil])
    #expect(values.map { $0.string } == [nil, nil, nil, "s", nil, nil])
    #expect(values.map { $0.array } == [nil, nil, nil, nil, [1], nil])
    #expect(values.map { $0.object } == [nil, nil, nil, nil, nil, ["a": 1]])
  }

  @Test("Escapes are written only where they must be")
  func writing() {
    let value = JSON.string("\"\\/\u{8}\u{C}\n\r\t\u{0}\u{1F}\u{7F}é😀\u{2028}")
    #expect(value.text == #""\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7F}é😀\u{2028}\"")
  }

  @Test("Text for people has a member a line")
  func pretty() {
    let value: JSON = ["a": [1, ["b": []]], "c": [:], "d": [[]]]
    #expect(
      value.prettyText() == """
        {
          "a": [
            1,
            {
              "b": []
            }
          ],
          "c": {},
          "d": [
            []
          ]
        }
        """)
    #expect(([1] as JSON).prettyText(indent: 4) == "[\n    1\n]")
  }
}
