// SPDX-License-Identifier: Apache-2.0

/// An image, video or sound: bytes in a file, and what its first bytes tell.
public struct Asset: Sendable {
  /// The bytes.
  public let file: AssetFile
  /// What they are, by their first bytes.
  public let mediaType: MediaType
  /// Size of the picture; nil for sounds and where the header is not read.
  public let pixelSize: PixelSize?
  /// Length of a video or sound; nil for pictures and where it cannot be told without decoding.
  public let durationMilliseconds: Int64?
  /// SHA-256 of the bytes.
  public let digest: SHA256Digest
  /// How the user named it, for messages: a path, `standard input`, `data URL`, or a URL without its query.
  public let name: String

  /// How many bytes it has.
  public var byteCount: Int64 { file.byteCount }
}

/// Width and height of a picture as stored; a viewer may turn it by what a photograph's metadata says.
public struct PixelSize: Sendable, Hashable {
  public var width: Int
  public var height: Int

  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}
