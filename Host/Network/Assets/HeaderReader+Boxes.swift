// SPDX-License-Identifier: Apache-2.0

/// What an ISO media file (MP4, QuickTime, M4A, HEIC) says about itself.
struct MovieFacts: Sendable, Equatable {
  var pixelSize: PixelSize?
  var durationMilliseconds: Int64?
}

extension HeaderReader {
  /// A box (ISO/IEC 14496-12, 4.2): its name and where its content lies.
  private struct Box {
    var name: String
    var content: Int64
    var end: Int64
  }

  private func box(at offset: Int64, before end: Int64) -> Box? {
    guard offset + 8 <= end, var size = big(offset, 4), let name = name(offset + 4) else { return nil }
    var header: Int64 = 8
    if size == 1 {
      guard let large = big(offset + 8, 8) else { return nil }
      size = large
      header = 16
    } else if size == 0 {
      size = end - offset
    }
    guard size >= header, size <= end - offset else { return nil }
    return Box(name: name, content: offset + header, end: offset + size)
  }

  /// The boxes between two positions, up to the first that is broken or cut off.
  private func boxes(from start: Int64, to end: Int64) -> [Box] {
    var result: [Box] = []
    var offset = start
    while result.count < Self.maximumSteps, let box = box(at: offset, before: end) {
      result.append(box)
      offset = box.end
    }
    return result
  }

  /// Reads `moov`; nil when the file has none (a download that was cut off often lacks it).
  func movieFacts() -> MovieFacts? {
    guard let movie = boxes(from: 0, to: file.byteCount).first(where: { $0.name == "moov" }) else { return nil }
    var facts = MovieFacts()
    for box in boxes(from: movie.content, to: movie.end) {
      switch box.name {
      case "mvhd":
        // Version 1 has 64-bit times.
        let isLong = bytes(box.content, 1) == [1]
        guard let scale = big(box.content + (isLong ? 20 : 12), 4), scale > 0,
          let duration = big(box.content + (isLong ? 24 : 16), isLong ? 8 : 4), duration > 0,
          duration != (isLong ? Int64.max : 0xFFFF_FFFF)
        else { continue }
        let product = duration.multipliedReportingOverflow(by: 1000)
        if !product.overflow { facts.durationMilliseconds = product.partialValue / scale }
      case "trak":
        for inner in boxes(from: box.content, to: box.end) where inner.name == "tkhd" {
          let isLong = bytes(inner.content, 1) == [1]
          let sizes = inner.content + (isLong ? 88 : 76)
          // 16.16 fixed point; sounds have zero.
          let size = PixelSize(big(sizes, 4).map { $0 >> 16 }, big(sizes + 4, 4).map { $0 >> 16 })
          facts.pixelSize = Self.larger(facts.pixelSize, size)
        }
      default: continue
      }
    }
    return facts
  }

  /// The largest `ispe` property: tiles and thumbnails have smaller ones (ISO/IEC 23008-12, 6.5.3).
  func heicSize() -> PixelSize? {
    guard let meta = boxes(from: 0, to: file.byteCount).first(where: { $0.name == "meta" }),
      let properties = boxes(from: meta.content + 4, to: meta.end).first(where: { $0.name == "iprp" }),
      let container = boxes(from: properties.content, to: properties.end).first(where: { $0.name == "ipco" })
    else { return nil }
    var largest: PixelSize?
    for box in boxes(from: container.content, to: container.end) where box.name == "ispe" {
      largest = Self.larger(largest, PixelSize(big(box.content + 4, 4), big(box.content + 8, 4)))
    }
    return largest
  }

  private static func larger(_ one: PixelSize?, _ other: PixelSize?) -> PixelSize? {
    guard let one else { return other }
    guard let other else { return one }
    return Double(other.width) * Double(other.height) > Double(one.width) * Double(one.height) ? other : one
  }
}
