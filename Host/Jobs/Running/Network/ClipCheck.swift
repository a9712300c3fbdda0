// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Network
import VideoDocuments

/// Tells whether a downloaded file is what it should be, and whole.
enum ClipCheck {
  enum Finding: Equatable {
    /// Its type where that is known; side outputs may be anything.
    case whole(MediaType?)
    case empty
    /// An error page, say, under a link to a clip.
    case notAClip
    /// A box goes on beyond the end of the file.
    case cut
    case unreadable(errno: Int32)
  }

  /// Boxes at the top level of a file; real ones have ten.
  private static let maximumBoxes = 65_536

  /// Blocks. `isClip` says that only a video will do.
  static func examine(_ descriptor: Int32, isClip: Bool) -> Finding {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return .unreadable(errno: filmgate_errno()) }
    let size = Int64(status.st_size)
    guard size > 0 else { return .empty }
    guard let head = read(descriptor, at: 0, count: MediaType.sniffedBytes) else {
      return .unreadable(errno: filmgate_errno())
    }
    let type = MediaType(sniffing: head)
    if isClip, type?.kind != .video { return .notAClip }
    guard type == .mp4 || type == .mov else { return .whole(type) }
    return isWhole(descriptor, size) ? .whole(type) : .cut
  }

  /// Walks over the top-level boxes (ISO/IEC 14496-12, 4.2): a file that was cut ends inside one, or has no `moov`.
  private static func isWhole(_ descriptor: Int32, _ size: Int64) -> Bool {
    var offset: Int64 = 0
    var hasIndex = false
    for _ in 0..<maximumBoxes {
      guard let header = read(descriptor, at: offset, count: 16), header.count >= 8 else {
        // Fewer than eight bytes behind the last box are padding that some writers leave.
        return hasIndex && size - offset < 8
      }
      func number(_ range: Range<Int>) -> UInt64 { header[range].reduce(0) { $0 << 8 | UInt64($1) } }
      if header[4..<8].elementsEqual("moov".utf8) { hasIndex = true }
      var length = number(0..<4)
      // Zero: to the end of the file. One: the length follows in 64 bits.
      if length == 0 { return hasIndex }
      if length == 1 {
        guard header.count == 16 else { return false }
        length = number(8..<16)
      }
      guard length >= 8, length <= UInt64(size - offset) else { return false }
      offset += Int64(length)
      if offset == size { return hasIndex }
    }
    return false
  }

  /// At most `count` bytes, fewer at the end; nil when reading fails.
  private static func read(_ descriptor: Int32, at offset: Int64, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let got = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled, off_t(offset) + off_t(filled))
      }
      if got < 0, filmgate_errno() == EINTR { continue }
      guard got >= 0 else { return nil }
      if got == 0 { break }
      filled += got
    }
    return Array(bytes[..<filled])
  }
}
