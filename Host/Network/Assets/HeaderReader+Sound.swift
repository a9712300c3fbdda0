// SPDX-License-Identifier: Apache-2.0

/// The header of one frame of MPEG audio (ISO/IEC 11172-3, 2.4.2.3; 13818-3 for the lower sampling rates).
struct MPEGAudioFrame: Equatable {
  /// Bits a second.
  var bitRate: Int64
  /// Samples a second.
  var sampleRate: Int64
  var samplesPerFrame: Int64
  /// Where the table of a variable-rate file stands, from the frame's beginning.
  var tableOffset: Int64

  /// Reads four bytes; nil when they are no frame of layer III (or II, I) with a stated rate.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4, bytes[0] == 0xFF, bytes[1] & 0xE0 == 0xE0 else { return nil }
    let version = Int(bytes[1] >> 3 & 3)  // 3: MPEG-1, 2: MPEG-2, 0: MPEG-2.5
    let layer = 4 - Int(bytes[1] >> 1 & 3)
    let rate = Int(bytes[2] >> 4)
    let sampling = Int(bytes[2] >> 2 & 3)
    guard version != 1, layer != 4, (1...14).contains(rate), sampling != 3 else { return nil }
    let isFirst = version == 3
    let kilobits =
      switch (isFirst, layer) {
      case (true, 1): [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448]
      case (true, 2): [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384]
      case (true, _): [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320]
      case (false, 1): [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256]
      case (false, _): [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
      }
    bitRate = Int64(kilobits[rate - 1]) * 1000
    sampleRate = [44100, 48000, 32000][sampling] >> (isFirst ? 0 : version == 2 ? 1 : 2)
    samplesPerFrame = layer == 1 ? 384 : layer == 3 && !isFirst ? 576 : 1152
    let isMono = bytes[3] >> 6 == 3
    tableOffset = 4 + (isFirst ? (isMono ? 17 : 32) : (isMono ? 9 : 17))
  }
}

extension HeaderReader {
  /// RIFF: the bytes of `data` by the bytes a second of `fmt `.
  func wavDuration() -> Int64? {
    var offset: Int64 = 12
    var byteRate: Int64?
    for _ in 0..<Self.maximumSteps {
      guard let name = name(offset), let size = little(offset + 4, 4) else { return nil }
      if name == "fmt " { byteRate = little(offset + 16, 4) }
      if name == "data" {
        guard let byteRate, byteRate > 0 else { return nil }
        // Recorders that stream leave the size at its maximum.
        return min(size, file.byteCount - offset - 8) * 1000 / byteRate
      }
      offset += 8 + size + size % 2
    }
    return nil
  }

  /// From the frame count that encoders put into the first frame, else from the size as if every frame had the first
  /// one's rate: then approximate.
  func mp3Duration() -> Int64? {
    var offset: Int64 = 0
    if bytes(0, 3) == Array("ID3".utf8), let size = bytes(6, 4) {
      // Seven bits a byte.
      offset = 10 + size.reduce(Int64(0)) { $0 << 7 | Int64($1 & 0x7F) }
    }
    guard let header = bytes(offset, 4), let frame = MPEGAudioFrame(header) else { return nil }
    let table = offset + frame.tableOffset
    if let name = name(table), name == "Xing" || name == "Info", let flags = big(table + 4, 4), flags & 1 == 1,
      let frames = big(table + 8, 4)
    {
      return frames * frame.samplesPerFrame * 1000 / frame.sampleRate
    }
    return (file.byteCount - offset) * 8000 / frame.bitRate
  }
}
