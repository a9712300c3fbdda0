// SPDX-License-Identifier: Apache-2.0
public import VideoDocuments

/// The kinds of files that are told apart by their first bytes.
public enum MediaType: String, Sendable, Hashable, CaseIterable {
  case png
  case jpeg
  case webp
  case gif
  case bmp
  case tiff
  case heic
  case mp4
  case mov
  case webm
  case mp3
  case wav
  case m4a
  case aac
  case ogg

  /// The media type's registered name, such as `image/png`.
  public var name: String {
    switch self {
    case .png, .jpeg, .webp, .gif, .bmp, .tiff, .heic: "image/\(rawValue)"
    case .mp4, .webm: "video/\(rawValue)"
    case .mov: "video/quicktime"
    case .mp3: "audio/mpeg"
    case .m4a: "audio/mp4"
    case .wav, .aac, .ogg: "audio/\(rawValue)"
    }
  }

  /// Image, video or sound.
  public var kind: MediaKind {
    switch self {
    case .png, .jpeg, .webp, .gif, .bmp, .tiff, .heic: .image
    case .mp4, .mov, .webm: .video
    case .mp3, .wav, .m4a, .aac, .ogg: .audio
    }
  }

  /// The usual end of a file's name, without the dot.
  public var fileExtension: String { self == .jpeg ? "jpg" : rawValue }

  /// How many bytes `init(sniffing:)` wants to see.
  public static let sniffedBytes = 4096

  /// Tells a type by the first bytes of a file; nil for none of these.
  public init?(sniffing bytes: [UInt8]) {
    func matches(_ text: String, at offset: Int = 0) -> Bool { bytes.dropFirst(offset).starts(with: text.utf8) }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if bytes.starts(with: [0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if matches("RIFF") && matches("WEBP", at: 8) {
      self = .webp
    } else if matches("RIFF") && matches("WAVE", at: 8) {
      self = .wav
    } else if matches("GIF87a") || matches("GIF89a") {
      self = .gif
    } else if matches("BM") && Self.isBitmap(bytes) {
      self = .bmp
    } else if bytes.starts(with: [0x49, 0x49, 0x2A, 0]) || bytes.starts(with: [0x4D, 0x4D, 0, 0x2A]) {
      self = .tiff
    } else if matches("ftyp", at: 4), bytes.count >= 12 {
      self = Self.isoMedia(bytes)
    } else if ["moov", "mdat", "wide", "free"].contains(where: { matches($0, at: 4) }) && bytes.count >= 16 {
      // QuickTime files of old begin without a type box.
      self = .mov
    } else if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]), Self.isWebM(bytes) {
      self = .webm
    } else if matches("OggS") {
      self = .ogg
    } else if matches("ID3") {
      self = .mp3
    } else if bytes.count >= 4, bytes[0] == 0xFF, bytes[1] & 0xF6 == 0xF0 {
      self = .aac
    } else if MPEGAudioFrame(bytes) != nil {
      self = .mp3
    } else {
      return nil
    }
  }

  /// Two letters are little: the four reserved bytes must be zero and the header's own size a known one.
  private static func isBitmap(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 18 else {
      return bytes.count > 2 && bytes.count < 18 && bytes.dropFirst(6).prefix(4).allSatisfy { $0 == 0 }
    }
    return bytes[6..<10].allSatisfy { $0 == 0 } && [12, 40, 52, 56, 64, 108, 124].contains(Int(bytes[14]))
  }

  /// Matroska files begin alike; the document type near the beginning tells them apart.
  private static func isWebM(_ bytes: [UInt8]) -> Bool {
    let head = bytes.prefix(64)
    return head.indices.contains { head[$0...].starts(with: "webm".utf8) }
  }

  /// By the major brand, then the compatible ones (ISO/IEC 14496-12, 4.3).
  private static func isoMedia(_ bytes: [UInt8]) -> MediaType {
    let size = min(bytes.count, max(16, Int(bytes[0]) << 24 | Int(bytes[1]) << 16 | Int(bytes[2]) << 8 | Int(bytes[3])))
    var brands: [String] = []
    for start in stride(from: 8, to: size - 3, by: 4) where start != 12 {
      brands.append(String(decoding: bytes[start..<(start + 4)], as: UTF8.self))
    }
    let major = brands.first ?? ""
    if major == "qt  " { return .mov }
    if ["M4A ", "M4B ", "M4P "].contains(major) { return .m4a }
    if ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"].contains(major) { return .heic }
    return .mp4
  }
}
