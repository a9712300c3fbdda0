// SPDX-License-Identifier: Apache-2.0

/// Where in a JSON text a reader stands, from its structural bytes alone.
struct JSONPlace {
  private struct Level {
    var isObject: Bool
    /// In an object: whether a name comes next.
    var isAtKey: Bool
    var key: [UInt8] = []
    var index = 0
  }

  /// Bytes of a name that a place shows.
  private static let longestShownKeyBytes = 64

  private var levels: [Level] = []

  /// Whether the next string is a name.
  var isAtKey: Bool { levels.last.map { $0.isObject && $0.isAtKey } ?? false }

  /// Follows one byte outside strings; false when the text is nested too deep.
  mutating func advance(_ byte: UInt8, maximumDepth: Int) -> Bool {
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      let isObject = byte == UInt8(ascii: "{")
      levels.append(Level(isObject: isObject, isAtKey: isObject))
      return levels.count <= maximumDepth
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      if !levels.isEmpty { levels.removeLast() }
    case UInt8(ascii: ":"):
      if !levels.isEmpty { levels[levels.count - 1].isAtKey = false }
    case UInt8(ascii: ","):
      guard !levels.isEmpty else { break }
      levels[levels.count - 1].index += 1
      levels[levels.count - 1].isAtKey = levels[levels.count - 1].isObject
    default: break
    }
    return true
  }

  mutating func beginKey() { if !levels.isEmpty { levels[levels.count - 1].key.removeAll(keepingCapacity: true) } }

  mutating func addToKey(_ byte: UInt8) {
    guard !levels.isEmpty, levels[levels.count - 1].key.count < Self.longestShownKeyBytes else { return }
    levels[levels.count - 1].key.append(byte)
  }

  /// Such as `content[1].image_url.url`.
  var text: String {
    var text = ""
    for level in levels {
      if level.isObject {
        let key = String(decoding: level.key.filter { $0 >= 0x20 }, as: UTF8.self)
        text += text.isEmpty ? key : ".\(key)"
      } else {
        text += "[\(level.index)]"
      }
    }
    return text.isEmpty ? "the request" : text
  }
}
