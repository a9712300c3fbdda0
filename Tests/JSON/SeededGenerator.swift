// SPDX-License-Identifier: Apache-2.0

import OrderedJSON

/// Random numbers that are the same in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension SeededGenerator {
  /// A value of at most so many levels.
  mutating func value(depth: Int) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 5), using: &self) {
    case 0: return .null
    case 1: return .bool(.random(using: &self))
    case 2, 3: return .number(number())
    case 4: return .string(string())
    case 5, 6: return .array((0..<Int.random(in: 0..<5, using: &self)).map { _ in value(depth: depth - 1) })
    default:
      var object = JSONObject()
      // Now and then more members than are searched one by one.
      let count = Int.random(in: 0..<10, using: &self) == 0 ? 30 : Int.random(in: 0..<6, using: &self)
      for _ in 0..<count { object.append(string(), value(depth: depth - 1)) }
      return .object(object)
    }
  }

  private mutating func number() -> JSONNumber {
    switch Int.random(in: 0..<4, using: &self) {
    case 0: JSONNumber(Int64(truncatingIfNeeded: next()))
    case 1: JSONNumber(Int.random(in: -100...100, using: &self))
    case 2: JSONNumber(next())
    default: JSONNumber(Double(bitPattern: next())) ?? JSONNumber(0)
    }
  }

  private mutating func string() -> String {
    var scalars = String.UnicodeScalarView()
    for _ in 0..<Int.random(in: 0..<24, using: &self) {
      let highest: UInt32 = [0x20, 0x7F, 0x7F, 0x7F, 0x7FF, 0xFFFF, 0x10FFFF].randomElement(using: &self) ?? 0x7F
      scalars.append(Unicode.Scalar(UInt32.random(in: 0...highest, using: &self)) ?? "\u{FFFD}")
    }
    return String(scalars)
  }
}
