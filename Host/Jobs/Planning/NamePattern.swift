// SPDX-License-Identifier: Apache-2.0

/// A name in which each `*` stands for any run of characters, also none.
public struct NamePattern: Sendable, Hashable {
  private let pattern: [UInt8]

  public init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

  /// Whether the whole name fits. Takes time in proportion to both lengths' product at worst, whatever the pattern.
  public func matches(_ name: String) -> Bool {
    let name = Array(name.utf8)
    var place = 0
    var index = 0
    // Where to resume when a try fails: behind the last star, one byte further in the name.
    var lastStar: (place: Int, index: Int)?
    while index < name.count {
      if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
        lastStar = (place, index)
        place += 1
      } else if place < pattern.count, pattern[place] == name[index] {
        place += 1
        index += 1
      } else if let star = lastStar {
        lastStar = (star.place, star.index + 1)
        place = star.place + 1
        index = star.index + 1
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
