// SPDX-License-Identifier: Apache-2.0

/// Members being collected, with the names known so far, so that a hostile object of many members
/// takes time in proportion to its length.
struct MemberList {
  /// Up to so many members are searched one by one; beyond, a table is kept.
  static var walkedMembers: Int { 48 }
  /// Room for so many is made at once.
  static var usualMembers: Int { 8 }

  private(set) var members: [JSONObject.Element] = []
  private var positions: [ByteKey: Int] = [:]

  /// The position of the member of that name.
  func position(of key: String) -> Int? {
    if members.count <= Self.walkedMembers {
      return JSONObject.index(of: key, in: members)
    }
    return positions[ByteKey(key)]
  }

  /// Adds a member that is known to be new.
  mutating func append(_ key: String, _ value: JSON) {
    if members.isEmpty { members.reserveCapacity(Self.usualMembers) }
    members.append((key, value))
    if members.count == Self.walkedMembers + 1 {
      positions = Self.positions(members)
    } else if members.count > Self.walkedMembers {
      positions[ByteKey(key)] = members.count - 1
    }
  }

  /// Adds a member, or replaces the value of the one of that name.
  mutating func put(_ key: String, _ value: JSON) {
    if let position = position(of: key) {
      members[position].value = value
    } else {
      append(key, value)
    }
  }

  static func positions(_ members: [JSONObject.Element]) -> [ByteKey: Int] {
    var positions: [ByteKey: Int] = [:]
    for (index, member) in members.enumerated() { positions[ByteKey(member.key)] = index }
    return positions
  }
}
