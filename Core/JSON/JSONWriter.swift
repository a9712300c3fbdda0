// SPDX-License-Identifier: Apache-2.0

/// Writes JSON into a piece of memory of its own: every job, every call of a plugin and every reply is written, and an
/// array that checks each byte for room and owner takes several times as long.
struct JSONWriter: ~Copyable {
  private var start: UnsafeMutablePointer<UInt8>
  private var count = 0
  private var capacity: Int

  /// Room for so many bytes is made at once: most documents fit.
  private static var usualBytes: Int { 1_024 }

  init() {
    capacity = Self.usualBytes
    start = .allocate(capacity: capacity)
  }

  deinit { start.deallocate() }

  /// What was written.
  var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: start, count: count) }

  mutating func write(_ json: JSON) {
    switch json {
    case .null: word("null")
    case .bool(true): word("true")
    case .bool(false): word("false")
    case .number(let number): plain(number.text)
    case .string(let text): string(text)
    case .array(let elements):
      byte(UInt8(ascii: "["))
      for index in elements.indices {
        if index > 0 { byte(UInt8(ascii: ",")) }
        write(elements[index])
      }
      byte(UInt8(ascii: "]"))
    case .object(let object):
      byte(UInt8(ascii: "{"))
      for index in object.members.indices {
        if index > 0 { byte(UInt8(ascii: ",")) }
        string(object.members[index].key)
        byte(UInt8(ascii: ":"))
        write(object.members[index].value)
      }
      byte(UInt8(ascii: "}"))
    }
  }

  /// A string with its quotes and escapes.
  mutating func string(_ text: String) {
    var text = text
    text.withUTF8 { source in
      // Nothing but quotes is added as a rule; each escape makes room for itself.
      reserve(source.count + 2)
      byte(UInt8(ascii: "\""))
      var runStart = 0
      while true {
        let runEnd = Self.plainEnd(source, from: runStart)
        append(UnsafeBufferPointer(rebasing: source[runStart..<runEnd]))
        guard runEnd < source.count else { break }
        escape(source[runEnd])
        runStart = runEnd + 1
      }
      byte(UInt8(ascii: "\""))
    }
  }

  @inline(__always)
  mutating func byte(_ byte: UInt8) {
    reserve(1)
    start[count] = byte
    count += 1
  }

  /// White space of a document for people.
  mutating func lineFeed(_ spaces: Int) {
    byte(UInt8(ascii: "\n"))
    for _ in 0..<spaces { byte(UInt8(ascii: " ")) }
  }

  private mutating func word(_ word: StaticString) {
    append(UnsafeBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
  }

  private mutating func plain(_ text: String) {
    var text = text
    text.withUTF8 { append($0) }
  }

  private mutating func append(_ source: UnsafeBufferPointer<UInt8>) {
    guard let base = source.baseAddress, source.count > 0 else { return }
    reserve(source.count)
    (start + count).update(from: base, count: source.count)
    count += source.count
  }

  private mutating func escape(_ byte: UInt8) {
    self.byte(UInt8(ascii: "\\"))
    switch byte {
    case 0x08: self.byte(UInt8(ascii: "b"))
    case 0x09: self.byte(UInt8(ascii: "t"))
    case 0x0A: self.byte(UInt8(ascii: "n"))
    case 0x0C: self.byte(UInt8(ascii: "f"))
    case 0x0D: self.byte(UInt8(ascii: "r"))
    case 0..<0x20:
      word("u00")
      self.byte(UInt8(ascii: "0") + byte >> 4)
      let low = byte & 0x0F
      self.byte(low < 10 ? UInt8(ascii: "0") + low : UInt8(ascii: "a") + low - 10)
    default: self.byte(byte)
    }
  }

  /// Where the next byte stands that must be escaped, or the end.
  private static func plainEnd(_ source: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
    let raw = UnsafeRawBufferPointer(source)
    var place = start
    while place + 8 <= raw.count {
      if holdsEscaped(raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)) { break }
      place += 8
    }
    // The last eight bytes again, instead of the rest one by one.
    if place < raw.count, place + 8 > raw.count, raw.count - start >= 8,
      !holdsEscaped(raw.loadUnaligned(fromByteOffset: raw.count - 8, as: UInt64.self))
    {
      return raw.count
    }
    while place < raw.count {
      let byte = raw[place]
      if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return place }
      place += 1
    }
    return place
  }

  /// Whether one of eight bytes is a control character, a quote or a backslash. Each of the three terms sets the high bit
  /// of a byte that is (Anderson, Bit Twiddling Hacks, "Determine if a word has a byte less than n"); a byte after such a
  /// one may be set too, which costs a closer look and no more.
  private static func holdsEscaped(_ word: UInt64) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    func hasZero(_ word: UInt64) -> UInt64 { (word &- ones) & ~word }
    let control = (word &- ones &* 0x20) & ~word
    let quote = hasZero(word ^ (ones &* 0x22))
    let backslash = hasZero(word ^ (ones &* 0x5C))
    return (control | quote | backslash) & 0x8080_8080_8080_8080 != 0
  }

  // The check stands where it is needed; the work that it seldom asks for does not.
  @inline(__always)
  private mutating func reserve(_ more: Int) {
    if capacity - count < more { grow(more) }
  }

  @inline(never)
  private mutating func grow(_ more: Int) {
    capacity = max(capacity * 2, count + more)
    let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
    larger.update(from: start, count: count)
    start.deallocate()
    start = larger
  }
}
