// SPDX-License-Identifier: Apache-2.0

/// What an ISO media file (MP4, QuickTime, M4A) says about itself.
struct MovieFacts: Sendable, Equatable {
  /// Of the largest picture.
  var pixelSize: PixelSize?
  /// Of everything together.
  var durationMilliseconds: Int64?
}

extension HeaderReader {
  /// Reads `moov`; nil when the file has none (a download that was cut off often lacks it).
  func movieFacts() -> MovieFacts? {
    var walk = BoxWalk(self)
    guard let movie = walk.first("moov", in: walk.whole) else { return nil }
    var facts = MovieFacts()
    for box in walk.boxes(in: movie) {
      switch box.name {
      case "mvhd": facts.durationMilliseconds = mediaTime(box)?.milliseconds
      case "trak":
        guard let header = walk.first("tkhd", in: box) else { continue }
        // 16.16 fixed point; sounds have zero.
        let sides = trackSides(header)
        facts.pixelSize = PixelSize.larger(facts.pixelSize, PixelSize(sides.width >> 16, sides.height >> 16))
      default: continue
      }
    }
    return facts
  }

  /// What a clip's largest picture track says; nil where there is none. Nothing is decoded.
  func clipFacts() -> ClipFacts? {
    var walk = BoxWalk(self)
    guard let movie = walk.first("moov", in: walk.whole) else { return nil }
    var best: ClipFacts?
    for track in walk.boxes(in: movie) where track.name == "trak" {
      guard let facts = pictureFacts(track, &walk) else { continue }
      if PixelSize.larger(best?.pixelSize, facts.pixelSize) != best?.pixelSize { best = facts }
    }
    return best
  }

  private func pictureFacts(_ track: MediaBox, _ walk: inout BoxWalk) -> ClipFacts? {
    guard let header = walk.first("tkhd", in: track), let media = walk.first("mdia", in: track),
      let handler = walk.first("hdlr", in: media), name(handler.content + 8) == "vide"
    else { return nil }
    let sides = trackSides(header)
    // Halves of pixels are for players; whoever wants to know the size does not want them.
    guard sides.width & 0xFFFF == 0, sides.height & 0xFFFF == 0,
      let stored = PixelSize(sides.width >> 16, sides.height >> 16)
    else { return nil }
    var facts = ClipFacts(
      pixelSize: isTurned(header) ? PixelSize(width: stored.height, height: stored.width) : stored)
    guard let time = walk.first("mdhd", in: media).flatMap({ mediaTime($0) }) else { return facts }
    facts.durationMilliseconds = time.milliseconds
    if let table = walk.first(["minf", "stbl", "stts"], in: media), let frame = frameDuration(table),
      time.scale % frame == 0, (1...ClipFacts.maximumFramesPerSecond).contains(time.scale / frame)
    {
      facts.framesPerSecond = Int(time.scale / frame)
    }
    return facts
  }

  private struct MediaTime {
    /// Units a second.
    var scale: Int64
    var duration: Int64

    /// Nil for lengths beyond reason.
    var milliseconds: Int64? {
      let product = duration.multipliedReportingOverflow(by: 1000)
      guard !product.overflow else { return nil }
      return product.partialValue / scale + (product.partialValue % scale * 2 >= scale ? 1 : 0)
    }
  }

  /// Whether a box has 64-bit times: its version is 1.
  private func isLong(_ box: MediaBox) -> Bool { bytes(box.content, 1) == [1] }

  /// Of `mvhd` and `mdhd`, which begin alike; nil where the length is not known.
  private func mediaTime(_ box: MediaBox) -> MediaTime? {
    let isLong = isLong(box)
    guard let scale = big(box.content + (isLong ? 20 : 12), 4), scale > 0,
      let duration = big(box.content + (isLong ? 24 : 16), isLong ? 8 : 4), duration > 0,
      duration != (isLong ? Int64.max : 0xFFFF_FFFF)
    else { return nil }
    return MediaTime(scale: scale, duration: duration)
  }

  /// Width and height of `tkhd` as 16.16 fixed point numbers; zero where they cannot be read.
  private func trackSides(_ header: MediaBox) -> (width: Int64, height: Int64) {
    let place = header.content + (isLong(header) ? 88 : 76)
    guard place + 8 <= header.end else { return (0, 0) }
    return (big(place, 4) ?? 0, big(place + 4, 4) ?? 0)
  }

  /// Whether the matrix of `tkhd` turns the picture by a quarter: nothing in its diagonal.
  private func isTurned(_ header: MediaBox) -> Bool {
    let matrix = header.content + (isLong(header) ? 52 : 40)
    func entry(_ index: Int64) -> Int64? { big(matrix + index * 4, 4) }
    return entry(0) == 0 && entry(4) == 0 && entry(1) != 0 && entry(3) != 0
  }

  /// For how many units each frame is shown; nil where they differ. The last one may, as there is no next to come.
  private func frameDuration(_ table: MediaBox) -> Int64? {
    guard let entries = big(table.content + 4, 4), (1...2).contains(entries),
      table.content + 8 + entries * 8 <= table.end,
      let count = big(table.content + 8, 4), count > 0, let duration = big(table.content + 12, 4), duration > 0
    else { return nil }
    if entries == 2, big(table.content + 16, 4) != 1 { return nil }
    return duration
  }
}
