// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Glibc

/// Whether a folder, which may have to be made yet, can take files.
public struct FolderRoom: Sendable {
  /// With less, a database cannot write down a job and what becomes of it.
  public static let leastBytes: UInt64 = 1 << 20

  private let what: String
  private let path: String

  /// `what` is the word for the folder in sentences, such as `archive`.
  public init(_ what: String, at path: String) {
    self.what = what
    self.path = path
  }

  /// One sentence when it cannot. Names no path: whoever asks needs no key.
  public func problem() async -> String? { await Blocking.run { look() } }

  private func look() -> String? {
    var folder = path
    while access(folder, F_OK) != 0, folder != "/", !folder.isEmpty {
      guard let slash = folder.lastIndex(of: "/") else { break }
      folder = slash == folder.startIndex ? "/" : String(folder[..<slash])
    }
    guard access(folder, W_OK | X_OK) == 0 else { return "The folder of the \(what) cannot be written." }
    var system = statvfs()
    // Some file systems of networks do not say.
    guard statvfs(folder, &system) == 0 else { return nil }
    let free = UInt64(system.f_bavail) * UInt64(system.f_frsize)
    return free < Self.leastBytes ? "The disk of the \(what) is full." : nil
  }
}
