// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Why a file or folder is not looked into: code from it would run with the user's rights.
public enum TrustRefusal: Error, Sendable, Hashable {
  /// The permission bits let the group or everybody write.
  case writableByOthers(path: String, isFolder: Bool)
  /// It belongs to a user who is neither this one, nor root, nor the owner of this program.
  case foreignOwner(path: String, user: UInt32)

  /// One sentence for people, to stand after the file's name and a colon.
  public var sentence: String {
    switch self {
    case .writableByOthers(let path, let isFolder):
      "other users may change \(isFolder ? "its folder" : "the file"), so it is not loaded; run: chmod go-w "
        + shellQuoted(path)
    case .foreignOwner(let path, let user):
      "\(path) belongs to another user (\(user)), so it is not loaded."
    }
  }
}

/// Decides whom a plugin file may belong to.
struct FileTrust: Sendable {
  private let owners: Set<UInt32>

  /// Root, this user, and whoever owns the program at `executable`: that one could change the program itself.
  init(executable: String?) {
    var owners: Set<UInt32> = [0, geteuid()]
    var status = stat()
    if let executable, stat(executable, &status) == 0 { owners.insert(status.st_uid) }
    self.owners = owners
  }

  func check(_ status: stat, path: String, isFolder: Bool) throws(TrustRefusal) {
    guard status.st_mode & (S_IWGRP | S_IWOTH) == 0 else { throw .writableByOthers(path: path, isFolder: isFolder) }
    guard owners.contains(status.st_uid) else { throw .foreignOwner(path: path, user: status.st_uid) }
  }

  /// Looks at a folder by its path.
  func check(folder path: String) throws(TrustRefusal) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    try check(status, path: path, isFolder: true)
  }
}

/// A path that can be pasted into a shell.
func shellQuoted(_ text: String) -> String {
  let plain = text.utf8.allSatisfy {
    ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A || $0 >= 0x2B && $0 <= 0x3A && $0 != 0x3B || $0 == 0x5F
  }
  guard !plain || text.isEmpty else { return text }
  return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
}
