// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
import VideoDocuments

/// A folder of our own for inline media and rendered clips.
struct TemporaryFolder: Sendable {
  private let folder: ProcessFolder

  var path: String { folder.path }

  static func make(in parent: String?) async throws(Failure) -> TemporaryFolder {
    let place = parent ?? ProcessFolder.usualParent
    let made = await Blocking.run { () -> Result<ProcessFolder, Failure> in
      do throws(SystemFailure) {
        return .success(try ProcessFolder("filmgate-sandbox", in: place))
      } catch {
        return .failure(
          Failure(
            .internal, "No temporary folder could be made in \(place): \(String(cString: strerror(error.errno))).",
            advice: "Set TMPDIR to a folder that you may write."))
      }
    }
    return TemporaryFolder(folder: try made.get())
  }

  /// A path in the folder that nothing uses.
  func newPath(_ suffix: String) -> String { "\(path)/\(RandomText.make())\(suffix)" }

  /// Deletes the folder and everything in it.
  func remove() async {
    let folder = folder
    await Blocking.run { folder.remove() }
  }
}

/// A file that is deleted with its last reference.
final class TemporaryFile: Sendable {
  let path: String

  init(path: String) { self.path = path }

  deinit { unlink(path) }
}

/// Text that nobody guesses.
enum RandomText {
  /// 32 hexadecimal digits from the system's generator, which is cryptographic.
  static func make() -> String {
    var text = ""
    for _ in 0..<2 {
      let digits = String(UInt64.random(in: .min ... .max), radix: 16)
      text += String(repeating: "0", count: 16 - digits.count) + digits
    }
    return text
  }
}

/// Unix time in milliseconds.
enum WallClock {
  static var milliseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }
}
