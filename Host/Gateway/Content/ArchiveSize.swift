// SPDX-License-Identifier: Apache-2.0

import CLinux
public import EventLoop
import Glibc

/// How many bytes the kept clips have. Counting looks at every file, so it is done now and then, off the loop.
@LoopActor public final class ArchiveSize {
  /// So long a count is good.
  private static let freshNanoseconds: UInt64 = 300_000_000_000
  /// Clips lie in a folder for each day; nothing of ours lies deeper.
  private nonisolated static let maximumDepth = 2

  private let folder: String
  private var counting: Task<Int64, Never>?
  private var counted: (bytes: Int64, at: UInt64)?

  public nonisolated init(folder: String) { self.folder = folder }

  /// The last count; only the first one is waited for.
  public func bytes() async -> Int64 {
    if let counted, EventLoop.monotonicNanoseconds - counted.at < Self.freshNanoseconds { return counted.bytes }
    let task = counting ?? Task { @LoopActor in await self.count() }
    counting = task
    if let counted { return counted.bytes }
    return await task.value
  }

  private func count() async -> Int64 {
    let folder = folder
    let bytes = await Blocking.run { Self.bytes(in: folder, depth: Self.maximumDepth) }
    counted = (bytes, EventLoop.monotonicNanoseconds)
    counting = nil
    return bytes
  }

  private nonisolated static func bytes(in path: String, depth: Int) -> Int64 {
    guard let folder = opendir(path) else { return 0 }
    defer { closedir(folder) }
    var sum: Int64 = 0
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      guard name != ".", name != ".." else { continue }
      var status = stat()
      guard lstat("\(path)/\(name)", &status) == 0 else { continue }
      switch status.st_mode & S_IFMT {
      case S_IFREG: sum += Int64(status.st_size)
      case S_IFDIR where depth > 1: sum += bytes(in: "\(path)/\(name)", depth: depth - 1)
      default: continue
      }
    }
    return sum
  }
}
