// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
import HTTPServer
import VideoDocuments

/// Serves clips the way presigned links of object stores do.
enum MediaResponse {
  /// Answers a request for the clip; nil means that there is none of that name.
  @LoopActor static func make(_ request: HTTPRequest, _ clip: ServedClip?) async -> ServerResponse {
    // A link signed for GET is no good for anything else, and says nothing about what exists.
    guard request.head.method == "GET" else { return .text(status: 403, "This link is for GET alone.") }
    guard request.head.headers["authorization"] == nil else {
      return .text(status: 400, "The link itself is the proof: a request with credentials besides is refused.")
    }
    guard let clip else { return .text(status: 404, "There is no such clip, or no longer.") }
    let path = clip.file.path
    let opened = await Blocking.run { OpenFile.open(path) }
    guard let opened else { return .text(status: 500, "The clip cannot be read.") }
    return FileResponse.make(
      for: request.head, length: clip.byteCount, contentType: "video/mp4", etag: String(clip.name.prefix(16))
    ) { range in body(clip, opened, range) }
  }

  @LoopActor private static func body(
    _ clip: ServedClip, _ file: OpenFile, _ range: Range<UInt64>
  ) -> HTTPResponseBody {
    guard range.upperBound > clip.availableBytes else {
      return .file(file, offset: range.lowerBound, count: UInt64(range.count))
    }
    var position = range.lowerBound
    return .stream(
      HTTPClosureStream(length: UInt64(range.count)) { () throws(HTTPBodyFailure) in
        guard position < clip.availableBytes else { throw .source("cut short on demand") }
        let from = position
        let count = Int(min(64 * 1_024, clip.availableBytes - position))
        let piece = await Blocking.run { file.bytes(from, count) }
        guard !piece.isEmpty else { throw .source("the clip cannot be read") }
        position += UInt64(piece.count)
        return piece
      })
  }
}

extension OpenFile {
  /// Opens a file for reading; nil when that fails.
  fileprivate static func open(_ path: String) -> OpenFile? {
    let descriptor = filmgate_open(path, Int32(O_RDONLY | O_CLOEXEC), 0)
    return descriptor < 0 ? nil : OpenFile(descriptor: descriptor)
  }

  /// At most `count` bytes; empty at the end and when reading fails.
  fileprivate func bytes(_ offset: UInt64, _ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, pread(descriptor, buffer.baseAddress, count, off_t(offset)))
    }
  }
}
