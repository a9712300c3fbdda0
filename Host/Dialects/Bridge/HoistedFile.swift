// SPDX-License-Identifier: Apache-2.0

import CLinux
public import EventLoop
import Glibc
import Synchronization
import VideoDocuments

/// Bytes that were taken out of a body, in a file without a name that vanishes when it is closed.
public final class HoistedFile: Sendable {
  /// Open for reading and writing; stays this object's.
  public let descriptor: Int32
  private let share: IntakeShare?
  private let claimedBytes = Atomic<Int64>(0)

  /// Makes an empty file in `folder`. What is written takes room of `share`.
  init(folder: String, share: IntakeShare? = nil) throws(SystemFailure) {
    self.share = share
    // O_TMPFILE, which Glibc declares only with _GNU_SOURCE.
    let unnamed = 0o20_000_000 | O_DIRECTORY
    let opened = filmgate_open(folder, unnamed | O_RDWR | O_CLOEXEC, 0o600)
    if opened >= 0 {
      descriptor = opened
      return
    }
    // A file system without unnamed files: make one and take its name away at once.
    var template = Array("\(folder)/filmgate-XXXXXX".utf8CString)
    let named = mkstemp(&template)
    guard named >= 0 else { throw SystemFailure.last("mkstemp") }
    _ = filmgate_fcntl(named, F_SETFD, Int(FD_CLOEXEC))
    unlink(template)
    descriptor = named
  }

  deinit {
    let (descriptor, share, bytes) = (descriptor, share, claimedBytes.load(ordering: .relaxed))
    let end: @Sendable () -> Void = {
      close(descriptor)
      share?.giveDisk(bytes)
    }
    // To close a file that has no name is to delete it, which takes as long as it is large.
    if LoopActor.isCurrent { Computing.start(end) } else { end() }
  }

  /// Asks for the room that the next write needs.
  func claim(_ bytes: Int) throws(Failure) {
    guard let share else { return }
    try share.takeDisk(bytes)
    claimedBytes.add(Int64(bytes), ordering: .relaxed)
  }

  /// A second descriptor of the same file, which the caller closes.
  public func duplicate() throws(SystemFailure) -> Int32 {
    let copy = filmgate_fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw SystemFailure.last("fcntl") }
    return copy
  }

  func write(_ bytes: [UInt8]) throws(SystemFailure) {
    var written = 0
    while written < bytes.count {
      let start = written
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start) }
      if count < 0 {
        let failure = SystemFailure.last("write")
        if failure.errno == EINTR { continue }
        throw failure
      }
      written += count
    }
  }

  /// All bytes from the start.
  func bytes(count: Int) throws(SystemFailure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let start = filled
      let read = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + start }, count - start, off_t(start))
      }
      if read < 0 {
        let failure = SystemFailure.last("pread")
        if failure.errno == EINTR { continue }
        throw failure
      }
      if read == 0 { break }
      filled += read
    }
    return Array(bytes[..<filled])
  }
}
