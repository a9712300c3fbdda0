// SPDX-License-Identifier: Apache-2.0
import Foundation
import Network
import Testing

/// What is read of a clip that was brought home. Real files are in `Tests/Clients`; here is what they might hold.
@Suite struct ClipFactsTests {
  /// One track as a file describes it.
  struct Track {
    var handler = "vide"
    var width = 640 << 16
    var height = 360 << 16
    var matrix = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000]
    var scale = 12_288
    var duration = 61_952
    /// How many frames are shown for how many units.
    var frames = [(121, 512)]
    var isLong = false

    var box: [UInt8] {
      let version: [UInt8] = [isLong ? 1 : 0, 0, 0, 0]
      let times = Samples.big(0, isLong ? 16 : 8)
      let header =
        version + times + Samples.big(1, 4) + Samples.big(0, 4) + Samples.big(duration, isLong ? 8 : 4)
        + Samples.big(0, 16) + matrix.flatMap { Samples.big($0, 4) } + Samples.big(width, 4) + Samples.big(height, 4)
      let clock = version + times + Samples.big(scale, 4) + Samples.big(duration, isLong ? 8 : 4) + Samples.big(0, 4)
      let table = Samples.big(frames.count, 4) + frames.flatMap { Samples.big($0.0, 4) + Samples.big($0.1, 4) }
      return Samples.box(
        "trak",
        Samples.box("tkhd", header)
          + Samples.box(
            "mdia",
            Samples.box("mdhd", clock) + Samples.fullBox("hdlr", Samples.big(0, 4) + Samples.text(handler))
              + Samples.box("minf", Samples.box("stbl", Samples.fullBox("stts", table)))))
    }
  }

  static func file(_ tracks: [Track], before: [UInt8] = []) -> [UInt8] {
    Samples.box("ftyp", Samples.text("isom") + Samples.big(512, 4)) + before
      + Samples.box("moov", tracks.flatMap { $0.box }) + Samples.box("mdat", [1, 2, 3])
  }

  static func facts(_ bytes: [UInt8]) throws -> ClipFacts? {
    let file = try TemporaryFile(bytes)
    let facts = ClipFacts(ofFile: file.descriptor)
    // The file is still the caller's.
    #expect(fcntl(file.descriptor, F_GETFD) >= 0)
    return facts
  }

  static func text(_ tracks: [Track]) throws -> String? {
    try facts(file(tracks)).map { facts in
      let length = facts.durationMilliseconds.map { "\($0)" } ?? "?"
      let rate = facts.framesPerSecond.map { "\($0)" } ?? "?"
      return "\(facts.pixelSize.width)x\(facts.pixelSize.height) \(length) ms \(rate) fps"
    }
  }

  @Test func `Size, length and rate of the picture, whatever stands beside it`() throws {
    let sound = Track(handler: "soun", width: 0, height: 0, scale: 44_100, duration: 300_000, frames: [(290, 1_024)])
    #expect(try Self.text([Track()]) == "640x360 5042 ms 24 fps")
    #expect(try Self.text([sound, Track()]) == "640x360 5042 ms 24 fps")
    #expect(try Self.text([Track(isLong: true), sound]) == "640x360 5042 ms 24 fps")
    let small = Track(width: 160 << 16, height: 90 << 16)
    #expect(try Self.text([small, Track(), small]) == "640x360 5042 ms 24 fps")
    #expect(try Self.text([sound]) == nil)
    #expect(try Self.text([]) == nil)
    #expect(try Self.facts(Array(Samples.text("no film at all"))) == nil)
    #expect(try Self.facts([]) == nil)
  }

  @Test func `A film that is shown turned has its sides exchanged`() throws {
    let quarter = [0, 0x10000, 0, 0xFFFF_0000, 0, 0, 0, 0, 0x4000_0000]
    let half = [0xFFFF_0000, 0, 0, 0, 0xFFFF_0000, 0, 0, 0, 0x4000_0000]
    #expect(try Self.text([Track(matrix: quarter)]) == "360x640 5042 ms 24 fps")
    #expect(try Self.text([Track(matrix: half)]) == "640x360 5042 ms 24 fps")
  }

  @Test func `What is not exact is not said`() throws {
    #expect(try Self.text([Track(width: 640 << 16 | 0x8000)]) == nil)
    #expect(try Self.text([Track(scale: 30_000, duration: 30_030, frames: [(30, 1_001)])]) == "640x360 1001 ms ? fps")
    #expect(try Self.text([Track(frames: [(60, 512), (61, 513)])]) == "640x360 5042 ms ? fps")
    #expect(try Self.text([Track(frames: [(120, 512), (1, 700)])]) == "640x360 5042 ms 24 fps")
    #expect(try Self.text([Track(frames: [])]) == "640x360 5042 ms ? fps")
    #expect(try Self.text([Track(frames: [(121, 0)])]) == "640x360 5042 ms ? fps")
    #expect(
      try Self.text([Track(scale: 1_000_000, duration: 1_000_000, frames: [(1_000_000, 1)])]) == "640x360 1000 ms ? fps"
    )
    #expect(try Self.text([Track(scale: 0)]) == "640x360 ? ms ? fps")
    #expect(try Self.text([Track(duration: 0xFFFF_FFFF)]) == "640x360 ? ms ? fps")
    #expect(try Self.text([Track(duration: .max - 1, isLong: true)]) == "640x360 ? ms 24 fps")
  }

  @Test func `A file that was cut anywhere, or changed anywhere, harms nobody`() throws {
    let whole = Self.file([Track(), Track(isLong: true)])
    let file = try TemporaryFile(whole)
    for length in stride(from: whole.count, through: 0, by: -1) {
      ftruncate(file.descriptor, off_t(length))
      _ = ClipFacts(ofFile: file.descriptor)
    }
    var random = SystemRandomNumberGenerator()
    for _ in 0..<500 {
      var bytes = whole
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = [0, 1, 0x7F, 0x80, 0xFF].randomElement() ?? 0
      }
      _ = try Self.facts(bytes)
    }
  }

  @Test(.timeLimit(.minutes(10))) func `A file of a million boxes is given up soon`() throws {
    let empty = Samples.box("free", [])
    let many = [[UInt8]](repeating: empty, count: 200_000).flatMap { $0 }
    // Tracks within tracks' reach, each with so many boxes that a walk through all of them would take minutes.
    let track = Samples.box("trak", [[UInt8]](repeating: empty, count: 1_000).flatMap { $0 })
    let tracks = [[UInt8]](repeating: track, count: 1_000).flatMap { $0 }
    let clock = ContinuousClock()
    for bytes in [Self.file([], before: many), Self.file([]) + many, Samples.box("moov", tracks + Track().box)] {
      let file = try TemporaryFile(bytes)
      var facts: ClipFacts?
      let took = clock.measure { facts = ClipFacts(ofFile: file.descriptor) }
      #expect(facts == nil)
      // About eight thousand small reads.
      #expect(took < .seconds(30))
    }
  }
}
