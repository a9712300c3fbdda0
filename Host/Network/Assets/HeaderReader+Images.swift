// SPDX-License-Identifier: Apache-2.0

extension HeaderReader {
  /// Markers of a JPEG file, entries of a TIFF directory, or boxes that are looked at before giving up.
  static let maximumSteps = 1024

  /// PNG specification, 11.2.2: the first chunk is IHDR.
  func pngSize() -> PixelSize? {
    name(12) == "IHDR" ? PixelSize(big(16, 4), big(20, 4)) : nil
  }

  /// GIF89a specification, 18: the logical screen.
  func gifSize() -> PixelSize? { PixelSize(little(6, 2), little(8, 2)) }

  /// The header of 12 bytes has 16-bit sizes, the later ones signed 32-bit: a negative height means top row first.
  func bmpSize() -> PixelSize? {
    if little(14, 4) == 12 { return PixelSize(little(18, 2), little(20, 2)) }
    let height = little(22, 4).map { Int64(Int32(truncatingIfNeeded: $0).magnitude) }
    return PixelSize(little(18, 4), height)
  }

  /// WebP container specification: lossy, lossless and extended.
  func webpSize() -> PixelSize? {
    switch name(12) {
    case "VP8 ":
      guard bytes(23, 3) == [0x9D, 0x01, 0x2A] else { return nil }
      return PixelSize(little(26, 2).map { $0 & 0x3FFF }, little(28, 2).map { $0 & 0x3FFF })
    case "VP8L":
      guard bytes(20, 1) == [0x2F], let bits = little(21, 4) else { return nil }
      return PixelSize(bits & 0x3FFF + 1, bits >> 14 & 0x3FFF + 1)
    case "VP8X":
      return PixelSize(little(24, 3).map { $0 + 1 }, little(27, 3).map { $0 + 1 })
    default: return nil
    }
  }

  /// ITU-T T.81, B.2.2: the size stands in the frame header, after any number of other segments.
  func jpegSize() -> PixelSize? {
    var offset: Int64 = 2
    for _ in 0..<Self.maximumSteps {
      guard let marker = bytes(offset, 2), marker[0] == 0xFF else { return nil }
      switch marker[1] {
      case 0xFF: offset += 1
      case 0x01, 0xD0...0xD8: offset += 2
      case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
        return PixelSize(big(offset + 7, 2), big(offset + 5, 2))
      case 0xD9, 0xDA: return nil
      default:
        guard let length = big(offset + 2, 2), length >= 2 else { return nil }
        offset += 2 + length
      }
    }
    return nil
  }

  /// TIFF 6.0: tags 256 and 257 of the first directory.
  func tiffSize() -> PixelSize? {
    let isLittle = bytes(0, 1) == [0x49]
    func number(_ offset: Int64, _ count: Int) -> Int64? { isLittle ? little(offset, count) : big(offset, count) }
    guard let directory = number(4, 4), let count = number(directory, 2) else { return nil }
    var width: Int64?
    var height: Int64?
    for index in 0..<min(count, Int64(Self.maximumSteps)) {
      let entry = directory + 2 + index * 12
      guard let tag = number(entry, 2), let type = number(entry + 2, 2) else { return nil }
      // Short or long; the value is stored in the entry itself.
      let value = number(entry + 8, type == 3 ? 2 : 4)
      if tag == 256 { width = value }
      if tag == 257 { height = value }
    }
    return PixelSize(width, height)
  }
}
