// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import Synchronization

/// Small files that are read and replaced whole. May block.
enum SmallFile {
  /// What a file has beside its bytes.
  struct Contents {
    var bytes: [UInt8]
    /// Permission bits.
    var mode: UInt32
    var owner: UInt32
  }

  enum ReadFailure: Error {
    case system(SystemFailure)
    case tooLarge(limit: Int)
    case notRegular
  }

  /// Reads the file; nil when there is none.
  static func read(_ path: String, maximumBytes: Int) throws(ReadFailure) -> Contents? {
    let descriptor = filmgate_open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0)
    guard descriptor >= 0 else {
      let failure = SystemFailure.last("open")
      if failure.errno == ENOENT || failure.errno == ENOTDIR { return nil }
      throw .system(failure)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .system(.last("fstat")) }
    // A pipe or device could block or never end.
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    var bytes = [UInt8](repeating: 0, count: min(max(Int(status.st_size), 0), maximumBytes) + 1)
    var length = 0
    while length < bytes.count {
      let start = length
      let count = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress.map { $0 + start }, buffer.count - start)
      }
      if count < 0 {
        let failure = SystemFailure.last("read")
        if failure.errno == EINTR { continue }
        throw .system(failure)
      }
      if count == 0 { break }
      length += count
    }
    guard length <= maximumBytes else { throw .tooLarge(limit: maximumBytes) }
    return Contents(bytes: Array(bytes[..<length]), mode: status.st_mode & 0o7777, owner: status.st_uid)
  }

  /// Replaces the file in one step: whoever reads it sees the old bytes or the new ones, also after a power cut.
  /// Created with mode 0600.
  static func replace(_ path: String, with bytes: [UInt8]) throws(SystemFailure) {
    try put(bytes, at: path) { (temporary) throws(SystemFailure) in
      guard rename(temporary, path) == 0 else { throw .last("rename") }
    }
  }

  /// The same for a file that is not there yet; false, and nothing changes, when it is.
  static func create(_ path: String, with bytes: [UInt8]) throws(SystemFailure) -> Bool {
    // Threads of one process would take each other's temporary file.
    try creating.withLock { _ throws(SystemFailure) in
      var isMade = true
      try put(bytes, at: path) { (temporary) throws(SystemFailure) in
        defer { unlink(temporary) }
        // Unlike a rename, a link replaces nothing.
        guard link(temporary, path) != 0 else { return }
        let failure = SystemFailure.last("link")
        guard failure.errno == EEXIST else { throw failure }
        isMade = false
      }
      return isMade
    }
  }

  private static let creating = Mutex(())

  /// Writes the bytes beside the path; `place` brings them there.
  private static func put(
    _ bytes: [UInt8], at path: String, place: (String) throws(SystemFailure) -> Void
  ) throws(SystemFailure) {
    let temporary = "\(path).\(getpid()).new"
    unlink(temporary)
    let descriptor = filmgate_open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw .last("open") }
    do throws(SystemFailure) {
      defer { close(descriptor) }
      try write(bytes, to: descriptor)
      guard fsync(descriptor) == 0 else { throw .last("fsync") }
      try place(temporary)
    } catch {
      unlink(temporary)
      throw error
    }
    let folder = filmgate_open(parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32) throws(SystemFailure) {
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

  /// Makes the folder and those above it, for its owner alone.
  static func makeFolder(_ path: String) throws(SystemFailure) {
    if mkdir(path, 0o700) == 0 { return }
    let failure = SystemFailure.last("mkdir")
    switch failure.errno {
    case EEXIST: return
    case ENOENT where parent(of: path) != path:
      try makeFolder(parent(of: path))
      guard mkdir(path, 0o700) == 0 else {
        let second = SystemFailure.last("mkdir")
        if second.errno == EEXIST { return }
        throw second
      }
    default: throw failure
    }
  }

  /// The folder that holds the path.
  static func parent(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
