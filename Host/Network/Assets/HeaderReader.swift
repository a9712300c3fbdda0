// SPDX-License-Identifier: Apache-2.0

/// Numbers at positions of a file; nil beyond its end or when reading fails. Blocks.
struct HeaderReader {
  let file: AssetFile

  /// Exactly `count` bytes.
  func bytes(_ offset: Int64, _ count: Int) -> [UInt8]? {
    guard offset >= 0, offset <= file.byteCount, let bytes = file.bytes(at: offset, count: count) else { return nil }
    return bytes.count == count ? bytes : nil
  }

  /// Four characters, as boxes and chunks are named.
  func name(_ offset: Int64) -> String? {
    bytes(offset, 4).map { String(decoding: $0, as: UTF8.self) }
  }

  /// An unsigned number, the most significant byte first.
  func big(_ offset: Int64, _ count: Int) -> Int64? {
    bytes(offset, count).flatMap { Self.number($0) }
  }

  /// An unsigned number, the least significant byte first.
  func little(_ offset: Int64, _ count: Int) -> Int64? {
    bytes(offset, count).flatMap { Self.number($0.reversed()) }
  }

  private static func number(_ bytes: [UInt8]) -> Int64? {
    let value = bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int64(exactly: value)
  }
}

extension PixelSize {
  /// A size with both sides above zero.
  init?(_ width: Int64?, _ height: Int64?) {
    guard let width, let height, width > 0, height > 0 else { return nil }
    self.init(width: Int(width), height: Int(height))
  }
}
