// SPDX-License-Identifier: Apache-2.0
import VideoDocuments

extension Asset {
  /// Takes a file: tells what it is by its first bytes, reads size and duration from its header, and hashes it. Blocks.
  public init(inspecting file: AssetFile, name: String, limitBytes: Int64) throws(AssetFailure) {
    guard file.byteCount > 0 else { throw .empty(name: name) }
    guard file.byteCount <= limitBytes else { throw .tooLarge(name: name, limitBytes: limitBytes) }
    guard let start = file.bytes(at: 0, count: MediaType.sniffedBytes) else {
      throw .unreadable(name: name, errno: 5)
    }
    guard let mediaType = MediaType(sniffing: start) else { throw .unknownMediaType(name: name) }
    let reader = HeaderReader(file: file)
    var size: PixelSize?
    var duration: Int64?
    var isWhole = true
    switch mediaType {
    case .png: size = reader.pngSize()
    case .jpeg: size = reader.jpegSize()
    case .webp: size = reader.webpSize()
    case .gif: size = reader.gifSize()
    case .bmp: size = reader.bmpSize()
    case .tiff: size = reader.tiffSize()
    case .heic: size = reader.heicSize()
    case .mp4, .mov, .m4a:
      let facts = reader.movieFacts()
      isWhole = facts != nil
      size = facts?.pixelSize
      duration = facts?.durationMilliseconds
    case .wav:
      duration = reader.wavDuration()
      isWhole = duration != nil
    case .mp3: duration = reader.mp3Duration()
    case .webm, .aac, .ogg: break
    }
    if mediaType.kind == .image { isWhole = size != nil }
    guard isWhole else { throw .truncatedHeader(name: name, mediaType: mediaType) }
    self.file = file
    self.mediaType = mediaType
    self.name = name
    pixelSize = size
    durationMilliseconds = duration
    switch SHA256Hasher.digest(ofFile: file.descriptor) {
    case .success(let digest): self.digest = digest
    case .failure(let failure): throw .unreadable(name: name, errno: failure.errno)
    }
  }
}
