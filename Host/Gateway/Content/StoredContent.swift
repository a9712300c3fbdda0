// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import HTTPServer
import Store

/// A file of ours, open for sending.
struct StoredContent: Sendable {
  var file: OpenFile
  var byteCount: UInt64
  /// Identifies these bytes.
  var tag: String
  /// Unix seconds.
  var modifiedAt: Int64

  /// Opens a file; nil when it is gone, or is not what it was: then something else has to be found. `digest` is that of
  /// its bytes, where it is known, and `byteCount` how many there were.
  static func open(_ path: String, byteCount: Int64? = nil, digest: String? = nil) async -> StoredContent? {
    await Blocking.run {
      let descriptor = filmgate_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0)
      guard descriptor >= 0 else { return nil }
      let file = OpenFile(descriptor: descriptor)
      var status = stat()
      guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0,
        byteCount == nil || byteCount == Int64(status.st_size)
      else { return nil }
      let moment = status.st_mtim
      let tag =
        digest.flatMap { $0.isEmpty ? nil : $0 }
        ?? String(status.st_size, radix: 16) + "-" + String(moment.tv_sec, radix: 16)
        + String(moment.tv_nsec, radix: 16)
      return StoredContent(
        file: file, byteCount: UInt64(status.st_size), tag: tag, modifiedAt: Int64(moment.tv_sec))
    }
  }

  static func open(_ archived: ArchivedFile) async -> StoredContent? {
    await open(archived.path, byteCount: archived.byteCount, digest: archived.sha256)
  }
}
