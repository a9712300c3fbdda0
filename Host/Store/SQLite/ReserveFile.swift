// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import VideoDocuments

/// A file of nothing beside the database. What it occupies is there for the one write that must not fail.
struct ReserveFile: Sendable {
  /// Many times what the outcome of a purchase takes in the log.
  static let byteCount = 512 << 10

  let path: String

  /// Makes it unless it is there. The blocks are really allocated.
  func make() throws(Failure) {
    let descriptor = filmgate_open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw failure(filmgate_errno()) }
    defer { close(descriptor) }
    var status = stat()
    if fstat(descriptor, &status) == 0, Int(status.st_blocks) * 512 >= Self.byteCount { return }
    let code = posix_fallocate(descriptor, 0, off_t(Self.byteCount))
    guard code == 0 else {
      remove()
      throw failure(code)
    }
  }

  func remove() { unlink(path) }

  private func failure(_ code: Int32) -> Failure {
    guard code == ENOSPC || code == EDQUOT else {
      return Failure(
        .internal, "The file \(path) cannot be made: \(String(cString: strerror(code))).",
        advice: "Check that its folder belongs to you; nothing was bought.")
    }
    return Failure(
      .internal, "The disk that holds the job database is full (\(path)).",
      advice: "Free some space, then run the command again; nothing was bought.", isRetryable: true)
  }
}
