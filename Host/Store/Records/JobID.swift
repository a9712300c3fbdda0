// SPDX-License-Identifier: Apache-2.0

/// Ids of jobs: `fg_` and 26 characters of base32, of which ten are the unix milliseconds and sixteen are random.
/// They sort by time, so that new rows land at the right edge of an index.
public enum JobID {
  public static let prefix = "fg_"
  /// Characters of a whole id.
  public static let length = 29

  /// Crockford's alphabet: no `i`, `l`, `o` or `u`, so that an id can be read aloud.
  private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

  /// A new id. `nowMilliseconds` is unix time; only its lowest 48 bits are kept, which lasts to the year 10889.
  public static func make(
    nowMilliseconds: Int64, randomness: inout some RandomNumberGenerator
  ) -> String {
    var bytes = Array(prefix.utf8)
    append(UInt64(truncatingIfNeeded: nowMilliseconds) & 0xFFFF_FFFF_FFFF, digits: 10, to: &bytes)
    for _ in 0..<2 { append(randomness.next() & 0xFF_FFFF_FFFF, digits: 8, to: &bytes) }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// A new id from the system's randomness.
  public static func make(nowMilliseconds: Int64) -> String {
    var system = SystemRandomNumberGenerator()
    return make(nowMilliseconds: nowMilliseconds, randomness: &system)
  }

  /// A text that sorts before every id made at that time or later, and after every earlier one.
  public static func first(atMilliseconds milliseconds: Int64) -> String {
    var bytes = Array(prefix.utf8)
    append(UInt64(max(0, milliseconds)) & 0xFFFF_FFFF_FFFF, digits: 10, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Whether `text` can be an id or the beginning of one.
  public static func isPrefix(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.count <= length else { return false }
    guard bytes.count > prefix.utf8.count else { return prefix.hasPrefix(text) }
    return text.hasPrefix(prefix) && bytes.dropFirst(prefix.utf8.count).allSatisfy { alphabet.contains($0) }
  }

  private static func append(_ value: UInt64, digits: Int, to bytes: inout [UInt8]) {
    for place in (0..<digits).reversed() { bytes.append(alphabet[Int(value >> (5 * UInt64(place)) & 31)]) }
  }
}
