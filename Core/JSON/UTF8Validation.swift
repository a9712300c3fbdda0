// SPDX-License-Identifier: Apache-2.0

/// Where the first byte stands that is not ASCII, or the end: eight bytes at a time.
private func firstNonASCII(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
  let raw = UnsafeRawBufferPointer(bytes)
  var place = 0
  while place + 8 <= raw.count, raw.loadUnaligned(fromByteOffset: place, as: UInt64.self) & 0x8080_8080_8080_8080 == 0 {
    place += 8
  }
  while place < raw.count, raw[place] < 0x80 { place += 1 }
  return place
}

/// Where the first sequence starts that is not UTF-8 (RFC 3629: no overlong form, no surrogate, nothing above U+10FFFF).
func firstInvalidUTF8(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
  var place = firstNonASCII(bytes)
  while place < bytes.count {
    let lead = bytes[place]
    let length: Int
    var second: ClosedRange<UInt8> = 0x80...0xBF
    switch lead {
    case 0..<0x80:
      place += 1
      continue
    case 0xC2...0xDF: length = 2
    case 0xE0...0xEF:
      length = 3
      if lead == 0xE0 { second = 0xA0...0xBF }
      if lead == 0xED { second = 0x80...0x9F }
    case 0xF0...0xF4:
      length = 4
      if lead == 0xF0 { second = 0x90...0xBF }
      if lead == 0xF4 { second = 0x80...0x8F }
    default: return place
    }
    guard place + length <= bytes.count, second.contains(bytes[place + 1]) else { return place }
    for index in 2..<max(length, 2) where bytes[place + index] & 0xC0 != 0x80 { return place }
    place += length
  }
  return nil
}
