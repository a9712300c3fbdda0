// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The small file in which discoveries are remembered. It is only ever replaced whole; when two commands write at once
/// the later wins, and the earlier's findings are found out again.
struct PluginCache: Sendable {
  /// Bytes that are read at most; a larger file counts as damaged.
  private static let maximumBytes = 64 << 20

  let path: String?
  /// What the verdicts depend on besides the plugins.
  let worker: FileIdentity?

  init(path: String?, workerExecutable: String?) {
    self.path = path
    var status = stat()
    if let workerExecutable, stat(workerExecutable, &status) == 0 {
      worker = FileIdentity(status)
    } else {
      worker = nil
    }
  }

  /// The records by path; none when there is no file, it is damaged, or somebody else may have written it.
  func read() -> [String: CacheRecord] {
    guard let path else { return [:] }
    let file = filmgate_open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0)
    guard file >= 0 else { return [:] }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_mode & (S_IWGRP | S_IWOTH) == 0, status.st_size <= PluginCache.maximumBytes
    else { return [:] }
    let size = Int(status.st_size)
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
      while count < size {
        let got = Glibc.read(file, buffer.baseAddress?.advanced(by: count), size - count)
        guard got > 0 else { break }
        count += got
      }
    }
    guard let records = CacheFormat.decode(bytes, worker: worker) else { return [:] }
    return Dictionary(records.map { ($0.path, $0) }) { _, last in last }
  }

  /// Replaces the file. Failing is not worth a word: the next command finds everything out again.
  @discardableResult
  func write(_ records: [String: CacheRecord]) -> Bool {
    guard let path else { return false }
    makeFolders(to: parentFolder(of: path))
    let bytes = CacheFormat.encode(records.values.sorted { $0.path < $1.path }, worker: worker)
    let temporary = "\(path).\(getpid()).\(filmgate_gettid())"
    unlink(temporary)
    let file = filmgate_open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard file >= 0 else { return false }
    var isWhole = true
    var offset = 0
    while offset < bytes.count, isWhole {
      let count = bytes.withUnsafeBytes { Glibc.write(file, $0.baseAddress?.advanced(by: offset), $0.count - offset) }
      if count > 0 { offset += count } else if filmgate_errno() != EINTR { isWhole = false }
    }
    isWhole = close(file) == 0 && isWhole
    guard isWhole, rename(temporary, path) == 0 else {
      unlink(temporary)
      return false
    }
    return true
  }

  private func makeFolders(to path: String) {
    guard access(path, F_OK) != 0, path != "/", path != "." else { return }
    makeFolders(to: parentFolder(of: path))
    mkdir(path, 0o700)
  }
}
