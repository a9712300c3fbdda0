// SPDX-License-Identifier: Apache-2.0

import OrderedJSON

/// A mapping whose keys are all known.
struct YAMLMapping {
  private let members: [YAMLNode.Member]
  private let mark: YAMLMark
  private let what: String

  /// Throws for a node that is no mapping and for the first key that is not one of `keys`.
  init(_ node: YAMLNode, _ what: String, keys: [String]) throws(YAMLFailure) {
    members = try node.mapping(what)
    mark = node.mark
    self.what = what
    guard let unknown = members.first(where: { !keys.contains($0.key) }) else { return }
    let close = EditDistance.suggestions(for: unknown.key, among: keys, limit: 1)
    let hint = close.isEmpty ? "the keys of \(what) are \(listed(keys, "and"))" : "did you mean \(listed(close))?"
    throw YAMLFailure(mark: unknown.keyMark, problem: "unknown key \(shown(unknown.key)); \(hint)")
  }

  /// The value, or nil when the key is absent or says nothing.
  subscript(key: String) -> YAMLNode? {
    members.first { $0.key == key }.flatMap { $0.value.isNull ? nil : $0.value }
  }

  /// How many keys have a value.
  var count: Int { members.count { !$0.value.isNull } }

  func required(_ key: String) throws(YAMLFailure) -> YAMLNode {
    guard let node = self[key] else { throw YAMLFailure(mark: mark, problem: "\(what) needs \(key)") }
    return node
  }
}

extension YAMLNode {
  /// A text that is not empty; numbers and flags are taken as they are written.
  func text(_ what: String) throws(YAMLFailure) -> String {
    guard case .scalar(let text, _) = content, !text.isEmpty else {
      throw YAMLFailure(mark: mark, problem: "\(what) must be a text")
    }
    return text
  }

  /// A number in those bounds, written without quotes.
  func number(
    _ what: String, in bounds: ClosedRange<Double>, isWhole: Bool = false
  ) throws(YAMLFailure) -> Double {
    guard case .number(let number) = json, bounds.contains(number.double),
      !isWhole || number.double == number.double.rounded()
    else {
      let kind = isWhole ? "a whole number" : "a number"
      throw YAMLFailure(
        mark: mark,
        problem: "\(what) must be \(kind) from \(Self.shown(bounds.lowerBound)) to \(Self.shown(bounds.upperBound))")
    }
    return number.double
  }

  private static func shown(_ number: Double) -> String {
    number == number.rounded() ? "\(Int64(number))" : "\(number)"
  }

  func sequence(_ what: String) throws(YAMLFailure) -> [YAMLNode] {
    guard case .sequence(let nodes) = content else { throw YAMLFailure(mark: mark, problem: "\(what) must be a list") }
    return nodes
  }

  /// A list of texts, or one text.
  func texts(_ what: String) throws(YAMLFailure) -> [String] {
    if case .scalar = content { return [try text(what)] }
    var texts: [String] = []
    for node in try sequence(what) { texts.append(try node.text("each of \(what)")) }
    return texts
  }

  func mapping(_ what: String) throws(YAMLFailure) -> [Member] {
    guard case .mapping(let members) = content else {
      throw YAMLFailure(mark: mark, problem: "\(what) must be a mapping (key: value)")
    }
    return members
  }
}
