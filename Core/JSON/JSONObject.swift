// SPDX-License-Identifier: Apache-2.0

/// The members of a JSON object, in order. No two have the same name; names are compared by their bytes.
///
/// Looking up a name walks the members: objects of vendors have ten of them, where this beats a hash table.
public struct JSONObject: Sendable {
  public typealias Element = (key: String, value: JSON)

  private(set) var members: [Element]

  public init() { members = [] }

  /// Of two members with one name the last value stands, at the place of the first.
  public init(_ members: [(String, JSON)]) {
    var builder = MemberList()
    for (key, value) in members { builder.put(key, value) }
    self.members = builder.members
  }

  /// For members that were found to have different names already.
  init(distinct members: [Element]) { self.members = members }

  public var count: Int { members.count }

  public var isEmpty: Bool { members.isEmpty }

  /// The names, in order.
  public var keys: [String] { members.map(\.key) }

  /// The values, in order.
  public var values: [JSON] { members.map(\.value) }

  /// The member of that name. Setting one replaces it in its place or puts it last; setting nil removes it.
  /// (`.null` is a value like any other, so `object["x"] = .some(.null)` keeps the member.)
  public subscript(key: String) -> JSON? {
    get {
      guard let index = index(of: key) else { return nil }
      return members[index].value
    }
    set {
      switch (index(of: key), newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?):
        if members.isEmpty { members.reserveCapacity(MemberList.usualMembers) }
        members.append((key, value))
      case (nil, nil): break
      }
    }
  }

  /// Puts a member last; one that has the name already gets the value in its place instead.
  public mutating func append(_ key: String, _ value: JSON) { self[key] = .some(value) }

  func index(of key: String) -> Int? { Self.index(of: key, in: members) }

  static func index(of key: String, in members: [Element]) -> Int? {
    members.withUnsafeBufferPointer { members in
      // Most names differ in their length, which says so without a look at them.
      let length = key.utf8.count
      for index in 0..<members.count
      where members[index].key.utf8.count == length && hasSameBytes(members[index].key, key) {
        return index
      }
      return nil
    }
  }
}

extension JSONObject: Sequence {
  public func makeIterator() -> IndexingIterator<[Element]> { members.makeIterator() }

  public var underestimatedCount: Int { members.count }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }
}

extension JSONObject: Hashable {
  /// The order of members does not count.
  public static func == (left: JSONObject, right: JSONObject) -> Bool {
    guard left.count == right.count else { return false }
    var positions: [ByteKey: Int]?
    for (index, member) in left.members.enumerated() {
      // Most often both have one order.
      if hasSameBytes(right.members[index].key, member.key) {
        guard member.value == right.members[index].value else { return false }
        continue
      }
      let other: Int?
      if right.count <= MemberList.walkedMembers {
        other = right.index(of: member.key)
      } else {
        if positions == nil { positions = MemberList.positions(right.members) }
        other = positions?[ByteKey(member.key)]
      }
      guard let other, member.value == right.members[other].value else { return false }
    }
    return true
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    // A sum does not depend on the order.
    var sum = 0
    for member in members {
      var memberHasher = Hasher()
      memberHasher.combine(ByteKey(member.key))
      memberHasher.combine(member.value)
      sum &+= memberHasher.finalize()
    }
    hasher.combine(sum)
  }

  /// Whether both would be written as the same bytes: equal, in the same order and with the same number texts.
  public func isIdentical(to other: JSONObject) -> Bool {
    count == other.count
      && zip(members, other.members).allSatisfy { left, right in
        hasSameBytes(left.key, right.key) && left.value.isIdentical(to: right.value)
      }
  }
}
