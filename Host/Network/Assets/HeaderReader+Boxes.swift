// SPDX-License-Identifier: Apache-2.0

/// A box (ISO/IEC 14496-12, 4.2): its name and where its content lies.
struct MediaBox {
  var name: String
  var content: Int64
  var end: Int64
}

/// Walks over the boxes of an ISO media file (MP4, QuickTime, M4A, HEIC). Whatever the file says, it looks at a bounded
/// number of them and then finds no more.
struct BoxWalk {
  /// Boxes of one level, and of all levels together; real files need a tenth of either.
  private static let levelBoxes = HeaderReader.maximumSteps
  private static let totalBoxes = 4 * HeaderReader.maximumSteps

  let reader: HeaderReader
  private var left = totalBoxes

  init(_ reader: HeaderReader) { self.reader = reader }

  /// What the file as a whole consists of.
  var whole: MediaBox { MediaBox(name: "", content: 0, end: reader.file.byteCount) }

  private mutating func box(at offset: Int64, before end: Int64) -> MediaBox? {
    guard left > 0 else { return nil }
    left -= 1
    guard offset + 8 <= end, var size = reader.big(offset, 4), let name = reader.name(offset + 4) else { return nil }
    var header: Int64 = 8
    if size == 1 {
      guard let large = reader.big(offset + 8, 8) else { return nil }
      size = large
      header = 16
    } else if size == 0 {
      size = end - offset
    }
    guard size >= header, size <= end - offset else { return nil }
    return MediaBox(name: name, content: offset + header, end: offset + size)
  }

  /// The boxes inside another one, `skipping` bytes behind its beginning, up to the first that is broken or cut off.
  mutating func boxes(in outer: MediaBox, skipping: Int64 = 0) -> [MediaBox] {
    var result: [MediaBox] = []
    var offset = outer.content + skipping
    while result.count < Self.levelBoxes, let box = box(at: offset, before: outer.end) {
      result.append(box)
      offset = box.end
    }
    return result
  }

  /// The first box of that name inside another one.
  mutating func first(_ name: String, in outer: MediaBox, skipping: Int64 = 0) -> MediaBox? {
    var offset = outer.content + skipping
    for _ in 0..<Self.levelBoxes {
      guard let box = box(at: offset, before: outer.end) else { return nil }
      if box.name == name { return box }
      offset = box.end
    }
    return nil
  }

  /// The first box at the end of a path of names.
  mutating func first(_ path: [String], in outer: MediaBox) -> MediaBox? {
    var box = outer
    for name in path {
      guard let inner = first(name, in: box) else { return nil }
      box = inner
    }
    return box
  }
}

extension HeaderReader {
  /// The largest `ispe` property: tiles and thumbnails have smaller ones (ISO/IEC 23008-12, 6.5.3).
  func heicSize() -> PixelSize? {
    var walk = BoxWalk(self)
    // `meta` begins with a version and flags.
    guard let meta = walk.first("meta", in: walk.whole), let properties = walk.first("iprp", in: meta, skipping: 4),
      let container = walk.first("ipco", in: properties)
    else { return nil }
    var largest: PixelSize?
    for box in walk.boxes(in: container) where box.name == "ispe" {
      largest = PixelSize.larger(largest, PixelSize(big(box.content + 4, 4), big(box.content + 8, 4)))
    }
    return largest
  }
}

extension PixelSize {
  /// The one with more pixels; the first where they have as many.
  static func larger(_ one: PixelSize?, _ other: PixelSize?) -> PixelSize? {
    guard let one else { return other }
    guard let other else { return one }
    return Double(other.width) * Double(other.height) > Double(one.width) * Double(one.height) ? other : one
  }
}
