// SPDX-License-Identifier: Apache-2.0
import EventLoop
public import VideoDocuments

/// The body of a request: texts in memory and files that are streamed into place. Its length is known beforehand, and it
/// can be read any number of times.
public struct MessageBody: Sendable {
  /// One stretch of a body.
  public enum Segment: Sendable {
    /// These bytes.
    case bytes([UInt8])
    /// A file's bytes, in one of the encodings that a plugin can ask for; `mediaType` goes into a data URL.
    case file(AssetFile, BodySegment.Encoding, mediaType: String)

    /// An asset's bytes.
    public static func asset(_ asset: Asset, encoding: BodySegment.Encoding) -> Segment {
      .file(asset.file, encoding, mediaType: asset.mediaType.name)
    }
  }

  /// A piece that the reader understands: bytes, a file as it is, or a file in base64.
  enum Piece: Sendable {
    case bytes([UInt8])
    case raw(AssetFile)
    case base64(AssetFile)

    var byteCount: Int64 {
      switch self {
      case .bytes(let bytes): Int64(bytes.count)
      case .raw(let file): file.byteCount
      case .base64(let file): Base64.encodedLength(file.byteCount)
      }
    }
  }

  let pieces: [Piece]
  /// The exact number of bytes.
  public let contentLength: Int64

  public init(_ segments: [Segment]) {
    pieces = segments.flatMap { segment -> [Piece] in
      switch segment {
      case .bytes(let bytes): [.bytes(bytes)]
      case .file(let file, .raw, _): [.raw(file)]
      case .file(let file, .base64, _): [.base64(file)]
      case .file(let file, .dataURL, let mediaType): [.bytes(Array("data:\(mediaType);base64,".utf8)), .base64(file)]
      }
    }
    contentLength = pieces.reduce(0) { $0 + $1.byteCount }
  }

  /// No body.
  public static let empty = MessageBody([])

  /// A body of these bytes.
  public static func bytes(_ bytes: [UInt8]) -> MessageBody { MessageBody([.bytes(bytes)]) }

  /// A body of this text in UTF-8.
  public static func text(_ text: String) -> MessageBody { bytes(Array(text.utf8)) }

  /// SHA-256 of the bytes that will be sent; files are read on the pool for what blocks.
  public func digest() async -> Result<SHA256Digest, MessageBodyFailure> {
    if pieces.allSatisfy({ if case .bytes = $0 { true } else { false } }) { return digestBlocking() }
    return await Blocking.run { digestBlocking() }
  }

  /// As `digest`, on this thread.
  public func digestBlocking() -> Result<SHA256Digest, MessageBodyFailure> {
    var reader = MessageBodyReader(self)
    var hasher = SHA256Hasher()
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: SHA256Hasher.fileChunkBytes, alignment: 16)
    defer { buffer.deallocate() }
    do throws(MessageBodyFailure) {
      while true {
        let count = try reader.read(into: buffer)
        if count == 0 { return .success(hasher.finish()) }
        hasher.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      }
    } catch {
      return .failure(error)
    }
  }
}

/// A file of a body failed while it was read.
public enum MessageBodyFailure: Error, Sendable, Hashable {
  /// Reading failed with this error number.
  case unreadable(errno: Int32)
  /// The file has fewer bytes than when the body was made.
  case shrunk
}
