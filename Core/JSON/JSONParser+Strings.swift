// SPDX-License-Identifier: Apache-2.0

extension JSONParser {
  /// Reads the string whose opening quote is at the position. One without escapes is copied in one go.
  mutating func string() throws(Fault) -> String {
    let start = position + 1
    let runEnd = plainRun(from: start)
    guard runEnd < end else { throw Fault(reason: .unexpectedEnd, offset: end) }
    switch base[runEnd] {
    case UInt8(ascii: "\""):
      position = runEnd + 1
      return try text(UnsafeBufferPointer(start: base + start, count: runEnd - start), from: start, to: runEnd)
    case UInt8(ascii: "\\"): return try escapedString(from: start, firstEscape: runEnd)
    default: throw controlCharacter(at: runEnd)
    }
  }

  private mutating func escapedString(from start: Int, firstEscape: Int) throws(Fault) -> String {
    var bytes: [UInt8] = []
    bytes.append(contentsOf: UnsafeBufferPointer(start: base + start, count: firstEscape - start))
    position = firstEscape
    while true {
      guard position < end else { throw Fault(reason: .unexpectedEnd, offset: end) }
      switch base[position] {
      case UInt8(ascii: "\\"): try escape(into: &bytes)
      case UInt8(ascii: "\""):
        let stringEnd = position
        position += 1
        let result = bytes.withUnsafeBufferPointer { String(validating: $0, as: UTF8.self) }
        guard let result else { throw invalidUTF8(from: start, to: stringEnd) }
        guard bytes.count <= limits.maximumStringBytes else { throw tooLong(from: start) }
        return result
      case 0..<0x20: throw controlCharacter(at: position)
      default:
        let runEnd = plainRun(from: position)
        bytes.append(contentsOf: UnsafeBufferPointer(start: base + position, count: runEnd - position))
        position = runEnd
      }
    }
  }

  /// Where the next quote, backslash or control character stands, or the end.
  @inline(__always)
  private func plainRun(from start: Int) -> Int {
    var place = start
    while place < end {
      let byte = base[place]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 { return place }
      place += 1
    }
    return place
  }

  private func text(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to stringEnd: Int) throws(Fault) -> String {
    guard bytes.count <= limits.maximumStringBytes else { throw tooLong(from: start) }
    // Its own check, because the standard library's is generic and several times slower.
    guard firstInvalidUTF8(bytes) == nil else { throw invalidUTF8(from: start, to: stringEnd) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Resolves the escape whose backslash is at the position.
  private mutating func escape(into bytes: inout [UInt8]) throws(Fault) {
    let start = position
    guard start + 1 < end else { throw Fault(reason: .unexpectedEnd, offset: end) }
    position += 2
    switch base[start + 1] {
    case UInt8(ascii: "\""): bytes.append(UInt8(ascii: "\""))
    case UInt8(ascii: "\\"): bytes.append(UInt8(ascii: "\\"))
    case UInt8(ascii: "/"): bytes.append(UInt8(ascii: "/"))
    case UInt8(ascii: "b"): bytes.append(0x08)
    case UInt8(ascii: "f"): bytes.append(0x0C)
    case UInt8(ascii: "n"): bytes.append(0x0A)
    case UInt8(ascii: "r"): bytes.append(0x0D)
    case UInt8(ascii: "t"): bytes.append(0x09)
    case UInt8(ascii: "u"):
      let unit = try hexadecimalUnit()
      switch unit {
      case 0xD800..<0xDC00:
        let low = try lowSurrogate(after: start)
        append(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00), to: &bytes)
      case 0xDC00..<0xE000: throw Fault(reason: .loneSurrogate, offset: start)
      default: append(unit, to: &bytes)
      }
    default: throw Fault(reason: .invalidEscape, offset: start)
    }
  }

  /// Reads the escape that must follow one of a high surrogate.
  private mutating func lowSurrogate(after high: Int) throws(Fault) -> UInt32 {
    let start = position
    guard start < end else { throw Fault(reason: .unexpectedEnd, offset: end) }
    guard base[start] == UInt8(ascii: "\\") else { throw Fault(reason: .loneSurrogate, offset: high) }
    guard start + 1 < end else { throw Fault(reason: .unexpectedEnd, offset: end) }
    guard base[start + 1] == UInt8(ascii: "u") else { throw Fault(reason: .loneSurrogate, offset: high) }
    position += 2
    let low = try hexadecimalUnit()
    guard (0xDC00..<0xE000).contains(low) else { throw Fault(reason: .loneSurrogate, offset: high) }
    return low
  }

  /// Reads the four digits at the position.
  private mutating func hexadecimalUnit() throws(Fault) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard position < end else { throw Fault(reason: .unexpectedEnd, offset: end) }
      let byte = base[position]
      let digit: UInt8
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
      default: throw Fault(reason: .invalidEscape, offset: position)
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }

  /// Appends a scalar value (never a surrogate) as UTF-8.
  private func append(_ scalar: UInt32, to bytes: inout [UInt8]) {
    switch scalar {
    case 0..<0x80: bytes.append(UInt8(scalar))
    case 0x80..<0x800:
      bytes.append(UInt8(0xC0 | scalar >> 6))
      bytes.append(UInt8(0x80 | scalar & 0x3F))
    case 0x800..<0x10000:
      bytes.append(UInt8(0xE0 | scalar >> 12))
      bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      bytes.append(UInt8(0x80 | scalar & 0x3F))
    default:
      bytes.append(UInt8(0xF0 | scalar >> 18))
      bytes.append(UInt8(0x80 | scalar >> 12 & 0x3F))
      bytes.append(UInt8(0x80 | scalar >> 6 & 0x3F))
      bytes.append(UInt8(0x80 | scalar & 0x3F))
    }
  }

  private func controlCharacter(at place: Int) -> Fault {
    .init(reason: .controlCharacterInString(base[place]), offset: place)
  }

  private func tooLong(from start: Int) -> Fault {
    .init(reason: .stringTooLong(limit: limits.maximumStringBytes), offset: start - 1)
  }

  private func invalidUTF8(from start: Int, to stringEnd: Int) -> Fault {
    let source = UnsafeBufferPointer(start: base + start, count: stringEnd - start)
    return .init(reason: .invalidUTF8, offset: start + (firstInvalidUTF8(source) ?? 0))
  }
}
