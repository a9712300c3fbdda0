// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Synchronization

/// A temporary file while it is filled; closed when dropped before it is taken.
final class TemporaryAssetFile: Sendable {
  let descriptor: Int32
  private let name: String
  private let isTaken = Atomic<Bool>(false)
  private let written = Atomic<Int64>(0)

  init(name: String) throws(AssetFailure) {
    self.name = name
    descriptor = try AssetFile.temporary()
  }

  deinit {
    if !isTaken.load(ordering: .relaxed) { close(descriptor) }
  }

  /// Makes a file and fills it.
  static func make(
    name: String, _ fill: (TemporaryAssetFile) throws(AssetFailure) -> Void
  ) throws(AssetFailure) -> AssetFile {
    let output = try TemporaryAssetFile(name: name)
    try fill(output)
    return try output.take()
  }

  /// How many bytes `write` has written.
  var byteCount: Int64 { written.load(ordering: .relaxed) }

  /// Adds bytes to the end. One thread at a time.
  func write(_ bytes: some Collection<UInt8>) throws(AssetFailure) {
    let code = Array(bytes).withUnsafeBytes { buffer -> Int32 in
      var done = 0
      while done < buffer.count {
        let count = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done)
        if count < 0 {
          let code = filmgate_errno()
          if code == EINTR { continue }
          return code
        }
        done += count
      }
      return 0
    }
    guard code == 0 else { throw .temporaryFile(errno: code) }
    written.add(Int64(bytes.count), ordering: .relaxed)
  }

  /// The filled file, once.
  func take() throws(AssetFailure) -> AssetFile {
    guard !isTaken.exchange(true, ordering: .relaxed), let file = AssetFile(taking: descriptor) else {
      throw .notAFile(name: name)
    }
    return file
  }
}
