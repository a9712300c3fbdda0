// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
import VideoDocuments

/// A folder of our own for inline media and rendered clips.
struct TemporaryFolder: Sendable {
  let path: String

  static func make(in parent: String?) async throws(Failure) -> TemporaryFolder {
    let fallback = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    let place = parent ?? fallback
    let made = await Blocking.run { () -> Result<String, Failure> in
      var template = Array("\(place)/filmgate-sandbox-XXXXXX".utf8CString)
      guard let made = mkdtemp(&template) else {
        return .failure(
          Failure(
            .internal, "No temporary folder could be made in \(place): \(String(cString: strerror(filmgate_errno()))).",
            advice: "Set TMPDIR to a folder that you may write."))
      }
      return .success(String(cString: made))
    }
    return TemporaryFolder(path: try made.get())
  }

  /// A path in the folder that nothing uses.
  func newPath(_ suffix: String) -> String { "\(path)/\(RandomText.make())\(suffix)" }

  /// Deletes the folder and the files in it.
  func remove() async {
    let path = path
    await Blocking.run {
      guard let folder = opendir(path) else { return }
      while let entry = readdir(folder) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
          pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { unlink("\(path)/\(name)") }
      }
      closedir(folder)
      rmdir(path)
    }
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
