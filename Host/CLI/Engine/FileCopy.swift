// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import VideoDocuments

/// Copies a file so that it stands under its new name only when it is whole.
enum FileCopy {
  /// Copies to a path, or with `-` to standard output. Blocks.
  static func copy(_ source: String, to target: String) throws(Failure) {
    let input = filmgate_open(source, O_RDONLY | O_CLOEXEC, 0)
    guard input >= 0 else {
      throw Failure(
        .notFound, "The clip is not at \(source) any more: \(reason()).",
        advice: "it was saved there; look for where it was moved")
    }
    defer { close(input) }
    let isStream = target == "-"
    let part = "\(target).part"
    let output = isStream ? 1 : filmgate_open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard output >= 0 else { throw diskFailure(target) }
    defer { if !isStream { close(output) } }
    do throws(Failure) {
      try pump(input, output, target)
      guard !isStream else { return }
      guard fsync(output) == 0, rename(part, target) == 0 else { throw diskFailure(target) }
    } catch {
      if !isStream { unlink(part) }
      throw error
    }
  }

  private static func pump(_ input: Int32, _ output: Int32, _ target: String) throws(Failure) {
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    while true {
      let count = read(input, &buffer, buffer.count)
      if count < 0, filmgate_errno() == EINTR { continue }
      guard count >= 0 else { throw Failure(.internal, "The clip cannot be read: \(reason()).") }
      if count == 0 { return }
      var written = 0
      while written < count {
        let start = written
        let step = buffer.withUnsafeBytes { write(output, $0.baseAddress.map { $0 + start }, count - start) }
        if step < 0, filmgate_errno() == EINTR { continue }
        guard step > 0 else { throw diskFailure(target) }
        written += step
      }
    }
  }

  private static func reason() -> String { String(cString: strerror(filmgate_errno())) }

  private static func diskFailure(_ path: String) -> Failure {
    Failure(
      .internal, "\(path) cannot be written: \(reason()).", advice: "make room or choose another path; the clip is kept"
    )
  }
}
