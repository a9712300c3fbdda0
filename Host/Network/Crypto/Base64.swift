// SPDX-License-Identifier: Apache-2.0

/// Base64 (RFC 4648): the standard alphabet with padding, or the one for URLs without.
public enum Base64 {
  /// Which 62nd and 63rd characters, and whether padding ends the text.
  public enum Alphabet: Sendable {
    /// `+` and `/`, padded with `=`.
    case standard
    /// `-` and `_`, no padding, as in a JSON web token.
    case url
  }

  /// Why a text is not base64.
  public enum DecodingFailure: Error, Sendable, Equatable {
    /// The byte at this offset belongs to no alphabet (white space included).
    case badCharacter(offset: Int)
    /// The length, or the padding, cannot end a base64 text.
    case badLength
    /// The last character carries bits that no byte uses; an encoder never writes that.
    case strayBits
  }

  private static let standardCharacters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let urlCharacters = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

  private static func table(_ characters: [UInt8]) -> [UInt8] {
    var table = [UInt8](repeating: 255, count: 256)
    for (value, character) in characters.enumerated() { table[Int(character)] = UInt8(value) }
    return table
  }
  private static let standardValues = table(standardCharacters)
  private static let urlValues = table(urlCharacters)

  /// How many characters standard base64 of `byteCount` bytes has.
  public static func encodedLength(_ byteCount: Int64) -> Int64 { (byteCount + 2) / 3 * 4 }

  /// Writes the base64 of `input` at the start of `output`, which must have room, and returns the characters written.
  /// To encode in pieces, give every piece but the last a multiple of three bytes.
  public static func encode(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer, _ alphabet: Alphabet = .standard
  ) -> Int {
    let characters = alphabet == .standard ? standardCharacters : urlCharacters
    return characters.withUnsafeBufferPointer { characters in
      var read = 0
      var written = 0
      while read + 3 <= input.count {
        let group = UInt32(input[read]) << 16 | UInt32(input[read + 1]) << 8 | UInt32(input[read + 2])
        output[written] = characters[Int(group >> 18)]
        output[written + 1] = characters[Int(group >> 12 & 63)]
        output[written + 2] = characters[Int(group >> 6 & 63)]
        output[written + 3] = characters[Int(group & 63)]
        read += 3
        written += 4
      }
      let left = input.count - read
      guard left > 0 else { return written }
      let group = UInt32(input[read]) << 16 | (left == 2 ? UInt32(input[read + 1]) << 8 : 0)
      output[written] = characters[Int(group >> 18)]
      output[written + 1] = characters[Int(group >> 12 & 63)]
      written += 2
      if left == 2 {
        output[written] = characters[Int(group >> 6 & 63)]
        written += 1
      }
      if alphabet == .standard {
        for _ in left..<3 {
          output[written] = UInt8(ascii: "=")
          written += 1
        }
      }
      return written
    }
  }

  /// The base64 text of `bytes`.
  public static func encode(_ bytes: [UInt8], _ alphabet: Alphabet = .standard) -> String {
    let capacity = Int(encodedLength(Int64(bytes.count)))
    return String(unsafeUninitializedCapacity: capacity) { output in
      bytes.withUnsafeBytes { encode($0, into: UnsafeMutableRawBufferPointer(output), alphabet) }
    }
  }

  /// Decodes strictly: no white space, padding exactly as the alphabet has it, no stray bits.
  public static func decode(_ text: String, _ alphabet: Alphabet = .standard) throws(DecodingFailure) -> [UInt8] {
    try decode(Array(text.utf8)[...], alphabet)
  }

  /// As above, over bytes; to decode in pieces, give every piece but the last a multiple of four characters and refuse
  /// padding before the end (`isLast` false does).
  public static func decode(
    _ text: ArraySlice<UInt8>, _ alphabet: Alphabet = .standard, isLast: Bool = true
  ) throws(DecodingFailure) -> [UInt8] {
    var body = text
    if alphabet == .standard {
      guard text.count.isMultiple(of: 4) else { throw .badLength }
      if isLast {
        for _ in 0..<2 where body.last == UInt8(ascii: "=") { body = body.dropLast() }
      }
    }
    guard body.count % 4 != 1 else { throw .badLength }
    let values = alphabet == .standard ? standardValues : urlValues
    var bytes: [UInt8] = []
    bytes.reserveCapacity(body.count / 4 * 3 + 3)
    var group: UInt32 = 0
    var count = 0
    for index in body.indices {
      let value = values[Int(body[index])]
      guard value < 64 else { throw .badCharacter(offset: index - text.startIndex) }
      group = group << 6 | UInt32(value)
      count += 1
      if count == 4 {
        bytes.append(UInt8(truncatingIfNeeded: group >> 16))
        bytes.append(UInt8(truncatingIfNeeded: group >> 8))
        bytes.append(UInt8(truncatingIfNeeded: group))
        group = 0
        count = 0
      }
    }
    switch count {
    case 2:
      guard group & 15 == 0 else { throw .strayBits }
      bytes.append(UInt8(truncatingIfNeeded: group >> 4))
    case 3:
      guard group & 3 == 0 else { throw .strayBits }
      bytes.append(UInt8(truncatingIfNeeded: group >> 10))
      bytes.append(UInt8(truncatingIfNeeded: group >> 2))
    default: break
    }
    return bytes
  }
}
