// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import VideoDocuments

/// Makes the file of a database, and the folder it stands in, readable by their owner alone.
enum DatabaseFile {
  private static let folderMode: mode_t = 0o700
  private static let fileMode: UInt32 = 0o600

  /// Creates what is missing. An existing file loses its group and world bits; an existing folder stays as it is, but
  /// is refused when others may write to it.
  static func prepare(_ path: String) throws(Failure) {
    let folder = Self.folder(of: path)
    try makeFolders(folder)
    try refuseForeignWriters(folder)
    var status = stat()
    if stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFREG else { throw unusable(path, "it is not a regular file") }
      // By path and not by descriptor: closing a descriptor of a database would drop this process's locks on it.
      if status.st_mode & 0o077 != 0, chmod(path, mode_t(fileMode)) != 0 { throw failure("chmod", path) }
      return
    }
    let descriptor = filmgate_open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, fileMode)
    guard descriptor >= 0 else {
      // Another process was faster.
      if filmgate_errno() == EEXIST { return }
      throw failure("open", path)
    }
    close(descriptor)
    synchronizeFolder(folder)
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private static func makeFolders(_ folder: String) throws(Failure) {
    var made = folder.hasPrefix("/") ? "/" : ""
    for part in folder.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? String(part) : "/\(part)"
      if mkdir(made, folderMode) != 0, filmgate_errno() != EEXIST { throw failure("mkdir", made) }
    }
  }

  private static func refuseForeignWriters(_ folder: String) throws(Failure) {
    var status = stat()
    guard stat(folder, &status) == 0 else { throw failure("stat", folder) }
    let isSticky = status.st_mode & S_ISVTX != 0
    guard status.st_mode & 0o022 == 0 || isSticky else {
      throw Failure(
        .internal, "Others may write to the folder \(folder), so the job database is not safe there.",
        advice: "Run `chmod go-w \(folder)`.", isRetryable: false)
    }
  }

  private static func synchronizeFolder(_ folder: String) {
    let descriptor = filmgate_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ call: String, _ path: String) -> Failure {
    let number = filmgate_errno()
    return unusable(path, "\(call): \(String(cString: strerror(number)))", isFull: number == ENOSPC)
  }

  private static func unusable(_ path: String, _ why: String, isFull: Bool = false) -> Failure {
    Failure(
      .internal, "The job database \(path) cannot be used: \(why).",
      advice: isFull ? "Free some disk space, then run the command again." : "Nothing was bought. Check the path.")
  }
}
