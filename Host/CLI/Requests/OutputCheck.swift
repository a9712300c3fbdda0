// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import VideoDocuments

/// Whether a clip can be saved where it is wanted: found out before money is spent.
enum OutputCheck {
  /// Longer names leave no room for what is added to them while the clip is fetched.
  static let maximumNameBytes = 200

  /// `template` as it was given, nil for the default; `writes` also makes a file there and takes it away again, because
  /// rights alone do not tell what a file system can do.
  static func check(_ template: String?, mayReplace: Bool, writes: Bool) throws(Failure) {
    let path = template ?? OutputPath.expand(nil, id: "{id}", model: "")
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    let name = parts.last ?? ""
    guard !name.isEmpty else {
      throw refusal(
        path.isEmpty ? "The output is empty." : "The output \(path) names a folder.", "add a file name to it")
    }
    guard name.utf8.count <= maximumNameBytes else {
      throw refusal("The output's file name is longer than \(maximumNameBytes) bytes.", "choose a shorter one")
    }
    // Folders of a template are made when the clip is there.
    let folder =
      parts.count == 1 ? "." : parts.count == 2 && path.hasPrefix("/") ? "/" : String(path.dropLast(name.count + 1))
    if !folder.contains("{") { try checkFolder(folder, writes: writes) }
    guard !path.contains("{") else { return }
    try checkFile(path, mayReplace: mayReplace)
  }

  /// A file that would be written over.
  static func checkFile(_ path: String, mayReplace: Bool) throws(Failure) {
    var status = stat()
    guard stat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT != S_IFDIR else {
      throw refusal("The output \(path) is a folder.", "add a file name to it")
    }
    guard mayReplace else {
      throw refusal("The output \(path) exists already.", "choose another path, or pass --overwrite")
    }
  }

  private static func checkFolder(_ folder: String, writes: Bool) throws(Failure) {
    var status = stat()
    guard stat(folder, &status) == 0 else {
      throw refusal("The folder \(folder) of the output is not there: \(reason()).", "make it, or choose another path")
    }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      throw refusal("\(folder), where the output is to be, is no folder.", "choose another path")
    }
    guard access(folder, W_OK | X_OK) == 0 else { throw unwritable(folder) }
    guard writes else { return }
    let trial = "\(folder)/.filmgate-\(getpid()).part"
    let descriptor = filmgate_open(trial, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw unwritable(folder) }
    close(descriptor)
    unlink(trial)
  }

  private static func reason() -> String { String(cString: strerror(filmgate_errno())) }

  private static func unwritable(_ folder: String) -> Failure {
    refusal("The folder \(folder) of the output cannot be written: \(reason()).", "choose another path")
  }

  private static func refusal(_ message: String, _ advice: String) -> Failure {
    Failure(.invalid, message, field: "output", advice: "\(advice); nothing was bought")
  }
}
