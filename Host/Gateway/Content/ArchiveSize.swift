// SPDX-License-Identifier: Apache-2.0

import CLinux
public import EventLoop
import Glibc

/// How many bytes the clips take that a gateway keeps: counted in the folder itself, so that it is right whoever put
/// clips there or took them away.
@LoopActor public final class ArchiveSize {
  /// Counting takes at most this share of the time: a large archive is counted less often.
  private static let timeShare: UInt64 = 100

  private let folder: String
  private var known: (bytes: Int64, untilNanoseconds: UInt64)?
  private var counting: Task<Int64, Never>?

  /// `folder` holds the folders of days.
  public nonisolated init(folder: String) { self.folder = folder }

  /// As of now, or of a moment ago.
  public func bytes() async -> Int64 {
    if let known, EventLoop.monotonicNanoseconds < known.untilNanoseconds { return known.bytes }
    if let counting { return await counting.value }
    let folder = folder
    let task = Task { @LoopActor in
      let began = EventLoop.monotonicNanoseconds
      let bytes = await Blocking.run { Self.count(folder) }
      let ended = EventLoop.monotonicNanoseconds
      known = (bytes, ended + (ended - began) * Self.timeShare)
      counting = nil
      return bytes
    }
    counting = task
    return await task.value
  }

  /// Everything in the folders of days but what is still on its way. Blocks.
  private nonisolated static func count(_ folder: String) -> Int64 {
    var bytes: Int64 = 0
    for day in FolderListing.names(in: folder) ?? [] where ArchiveCleaner.isDay(day) {
      for name in FolderListing.names(in: "\(folder)/\(day)") ?? [] where !name.hasPrefix(".") {
        var status = stat()
        guard lstat("\(folder)/\(day)/\(name)", &status) == 0, status.st_mode & S_IFMT == S_IFREG else { continue }
        bytes += Int64(status.st_size)
      }
    }
    return bytes
  }
}
