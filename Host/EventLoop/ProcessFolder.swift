// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A folder that this process alone uses while it lives. What a killed process left behind is removed by the next one
/// that makes a folder of the same name. Everything here blocks.
public final class ProcessFolder: Sendable {
  /// Held as long as the folder is in use; the system lets go of it when the process ends, however it ends.
  private static let lockName = ".lock"
  private static let randomCharacters = 6
  /// Folders within folders.
  private static let maximumDepth = 16

  /// `$TMPDIR`, else `/tmp`.
  public static var usualParent: String {
    getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
  }

  public let path: String
  private let lock: Int32

  /// Makes a folder in `parent` whose name is `name`, a hyphen, and what makes it unique.
  public init(_ name: String, in parent: String) throws(SystemFailure) {
    Self.clear(name, in: parent)
    var template = Array("\(parent)/\(name)-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemFailure.last("mkdtemp") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    // It gets its name once it is locked, so that nobody finds it unlocked.
    let making = "\(path)/\(Self.lockName)-new"
    lock = filmgate_open(making, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0, rename(making, "\(path)/\(Self.lockName)") == 0 else {
      let failure = SystemFailure.last("flock")
      if lock >= 0 { close(lock) }
      Self.removeTree(path)
      throw failure
    }
  }

  deinit { close(lock) }

  /// Removes it with everything in it.
  public func remove() { Self.removeTree(path) }

  /// Removes folders whose processes have ended.
  private static func clear(_ name: String, in parent: String) {
    for entry in FolderListing.names(in: parent) ?? [] where entry.hasPrefix("\(name)-") {
      guard entry.utf8.count == name.utf8.count + 1 + randomCharacters else { continue }
      let path = "\(parent)/\(entry)"
      let lock = filmgate_open("\(path)/\(lockName)", O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0)
      guard lock >= 0 else { continue }
      defer { close(lock) }
      var status = stat()
      guard fstat(lock, &status) == 0, status.st_uid == geteuid(), flock(lock, LOCK_EX | LOCK_NB) == 0 else { continue }
      removeTree(path)
    }
  }

  private static func removeTree(_ path: String, depth: Int = 0) {
    for entry in FolderListing.names(in: path) ?? [] {
      let inner = "\(path)/\(entry)"
      var status = stat()
      // A link is removed and not followed.
      guard lstat(inner, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, depth < maximumDepth else {
        unlink(inner)
        continue
      }
      removeTree(inner, depth: depth + 1)
    }
    rmdir(path)
  }
}
