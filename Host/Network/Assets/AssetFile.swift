// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// An open file whose bytes are read by position; closed with the last reference. Any thread.
public final class AssetFile: Sendable {
  /// The descriptor; it stays this object's.
  public let descriptor: Int32
  /// How many bytes the file had when it was taken.
  public let byteCount: Int64

  /// Takes the descriptor of a regular file, which it will close. Nil, and closed, when it is none.
  public init?(taking descriptor: Int32) {
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
    byteCount = Int64(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `buffer` from this position, or throws.
  func read(at offset: Int64, into buffer: UnsafeMutableRawBufferPointer) throws(MessageBodyFailure) {
    var filled = 0
    while filled < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, off_t(offset) + off_t(filled))
      if count == 0 { throw .shrunk }
      if count < 0 {
        let code = filmgate_errno()
        if code == EINTR { continue }
        throw .unreadable(errno: code)
      }
      filled += count
    }
  }

  /// The bytes from `offset` on, at most `count`, fewer at the end of the file; nil when reading fails. Blocks.
  func bytes(at offset: Int64, count: Int) -> [UInt8]? {
    let available = Int(max(0, min(Int64(count), byteCount - offset)))
    var bytes = [UInt8](repeating: 0, count: available)
    let failed = bytes.withUnsafeMutableBytes { buffer -> Bool in
      do throws(MessageBodyFailure) {
        try read(at: offset, into: buffer)
        return false
      } catch {
        return true
      }
    }
    return failed ? nil : bytes
  }

  /// An unnamed temporary file, open for reading and writing, that vanishes when closed: nothing to clean up after a
  /// crash. In `$TMPDIR`, else `/tmp`.
  static func temporary() throws(AssetFailure) -> Int32 {
    let folder = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let descriptor = filmgate_open(folder, unnamedTemporaryFile | O_RDWR | O_CLOEXEC, 0o600)
    if descriptor >= 0 { return descriptor }
    // A file system without unnamed files: make one and take its name away at once.
    var template = Array("\(folder)/filmgate-XXXXXX".utf8CString)
    let named = mkstemp(&template)
    guard named >= 0 else { throw .temporaryFile(errno: filmgate_errno()) }
    _ = filmgate_fcntl(named, F_SETFD, Int(FD_CLOEXEC))
    unlink(template)
    return named
  }
}

/// `O_TMPFILE`, which Glibc declares only with `_GNU_SOURCE`: `__O_TMPFILE | O_DIRECTORY`.
private let unnamedTemporaryFile: Int32 = 0o20_000_000 | O_DIRECTORY
