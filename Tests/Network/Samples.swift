// SPDX-License-Identifier: Apache-2.0
import Network

/// The smallest headers that a reader can tell size and length from.
enum Samples {
  static func big(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
  }

  static func little(_ value: Int, _ count: Int) -> [UInt8] { big(value, count).reversed() }

  static func text(_ text: String) -> [UInt8] { Array(text.utf8) }

  static func box(_ name: String, _ content: [UInt8]) -> [UInt8] { big(content.count + 8, 4) + text(name) + content }

  static func fullBox(_ name: String, _ content: [UInt8]) -> [UInt8] { box(name, [0, 0, 0, 0] + content) }

  static let size = PixelSize(width: 300, height: 200)

  static let pictures: [([UInt8], MediaType, PixelSize)] = [
    ([0x89] + text("PNG\r\n\u{1A}\n") + big(13, 4) + text("IHDR") + big(300, 4) + big(200, 4), .png, size),
    (
      [0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xFF, 0xE1, 0, 3, 9, 0xFF, 0xC2, 0, 11, 8] + big(200, 2) + big(300, 2),
      .jpeg, size
    ),
    (
      text("RIFF") + little(30, 4) + text("WEBPVP8 ") + little(20, 4) + [1, 2, 3, 0x9D, 1, 0x2A]
        + little(300 | 1 << 14, 2)
        + little(200, 2), .webp, size
    ),
    (
      text("RIFF") + little(30, 4) + text("WEBPVP8L") + little(20, 4) + [0x2F] + little(299 | 199 << 14, 4), .webp, size
    ),
    (
      text("RIFF") + little(30, 4) + text("WEBPVP8X") + little(10, 4) + [0, 0, 0, 0] + little(299, 3) + little(199, 3),
      .webp,
      size
    ),
    (text("GIF89a") + little(300, 2) + little(200, 2), .gif, size),
    (
      text("BM") + little(99, 4) + [0, 0, 0, 0] + little(54, 4) + little(40, 4) + little(300, 4) + little(-200, 4),
      .bmp, size
    ),
    (
      text("BM") + little(99, 4) + [0, 0, 0, 0] + little(26, 4) + little(12, 4) + little(300, 2) + little(200, 2), .bmp,
      size
    ),
    (
      text("II*\u{0}") + little(8, 4) + little(2, 2) + little(256, 2) + little(3, 2) + little(1, 4) + little(300, 4)
        + little(257, 2) + little(4, 2) + little(1, 4) + little(200, 4), .tiff, size
    ),
    (
      text("MM\u{0}*") + big(8, 4) + big(2, 2) + big(256, 2) + big(3, 2) + big(1, 4) + big(300, 2) + [0, 0]
        + big(257, 2)
        + big(4, 2) + big(1, 4) + big(200, 4), .tiff, size
    ),
    (
      box("ftyp", text("heic") + big(0, 4) + text("mif1heic"))
        + fullBox(
          "meta",
          fullBox("hdlr", [1, 2, 3])
            + box(
              "iprp",
              box(
                "ipco",
                fullBox("ispe", big(128, 4) + big(128, 4)) + fullBox("ispe", big(300, 4) + big(200, 4))
                  + box("free", [])))),
      .heic, size
    ),
  ]

  /// From how many bytes on the sample's size can be told.
  static func headerBytes(_ type: MediaType) -> Int { type == .heic ? 100 : type == .tiff ? 30 : 10 }

  /// 2.5 seconds of 16-bit stereo at 8 kHz, after a chunk of odd length.
  static func wav() -> [UInt8] {
    let format = little(1, 2) + little(2, 2) + little(8000, 4) + little(32000, 4) + little(4, 2) + little(16, 2)
    return text("RIFF") + little(80_000, 4) + text("WAVELIST") + little(3, 4) + [1, 2, 3, 0] + text("fmt ")
      + little(16, 4)
      + format + text("data") + little(80_000, 4) + [UInt8](repeating: 0, count: 80_000)
  }

  /// A hundred frames of 128 kbit/s after an ID3 tag of 200 bytes.
  static func mp3() -> [UInt8] {
    let frame = [0xFF, 0xFB, 0x90, 0x00] + [UInt8](repeating: 0, count: 413)
    return text("ID3") + [4, 0, 0, 0, 0, 1, 72] + [UInt8](repeating: 0, count: 200)
      + [[UInt8]](repeating: frame, count: 100).flatMap { $0 }
  }

  /// 5.04 seconds of 640×360 with a sound track, `moov` behind the data.
  static func movie(brand: String) -> [UInt8] {
    let times = big(0, 8) + big(600, 4) + big(3024, 4)
    func track(_ width: Int, _ height: Int) -> [UInt8] {
      box("trak", fullBox("tkhd", [UInt8](repeating: 0, count: 72) + big(width << 16, 4) + big(height << 16, 4)))
    }
    let header = fullBox("mvhd", times + [UInt8](repeating: 0, count: 80))
    return box("ftyp", text(brand) + big(512, 4) + text("isomavc1")) + box("mdat", [1, 2, 3, 4])
      + box("moov", header + track(0, 0) + track(640, 360))
  }
}
