// SPDX-License-Identifier: Apache-2.0
import Glibc

/// What tells, without reading it, that a file is still the one that was looked at. The change time cannot be set back
/// by the file's owner, so a replaced file never looks like the old one.
public struct FileIdentity: Sendable, Hashable {
  public let device: UInt64
  public let inode: UInt64
  public let sizeBytes: Int64
  public let modifiedNanoseconds: Int64
  public let changedNanoseconds: Int64

  init(_ status: stat) {
    device = UInt64(status.st_dev)
    inode = UInt64(status.st_ino)
    sizeBytes = Int64(status.st_size)
    modifiedNanoseconds = FileIdentity.nanoseconds(status.st_mtim)
    changedNanoseconds = FileIdentity.nanoseconds(status.st_ctim)
  }

  init(
    device: UInt64, inode: UInt64, sizeBytes: Int64, modifiedNanoseconds: Int64, changedNanoseconds: Int64
  ) {
    self.device = device
    self.inode = inode
    self.sizeBytes = sizeBytes
    self.modifiedNanoseconds = modifiedNanoseconds
    self.changedNanoseconds = changedNanoseconds
  }

  private static func nanoseconds(_ time: timespec) -> Int64 {
    Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec)
  }
}
