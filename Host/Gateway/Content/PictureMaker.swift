// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import HTTPServer
import Network
import VideoDocuments

/// Takes a picture from a clip with ffmpeg. What it reads came from outside, so it gets the file alone: no path, no
/// network, no environment, and a bounded time.
struct PictureMaker: Sendable {
  private static let maximumMilliseconds: Int64 = 20_000
  private static let maximumPixels = 67_108_864
  private static let maximumWidth = 1_280
  /// Of so many frames at the beginning the one is taken that is most like the others: the first is often black.
  private static let framesLookedAt = 24

  var program = "ffmpeg"

  /// Puts a picture of the clip at `path`, which appears only when it is complete. Blocks.
  func make(_ clip: OpenFile, _ path: String) -> Result<Void, Failure> {
    guard let format = Self.format(clip) else {
      return .failure(Failure(.upstream, "The clip is of a kind that no picture is taken from.", isRetryable: false))
    }
    let part = Self.partPath(path)
    Self.makeFolders(of: path)
    let output = filmgate_open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
    guard output >= 0 else { return .failure(Self.disk("made")) }
    defer {
      close(output)
      unlink(part)
    }
    var ffmpeg = ChildProgram(arguments(format))
    ffmpeg.environment = ["PATH=/usr/local/bin:/usr/bin:/bin"]
    ffmpeg.input = clip.descriptor
    ffmpeg.output = output
    switch ffmpeg.run(timeoutMilliseconds: Self.maximumMilliseconds) {
    case .succeeded: break
    case .notStarted:
      return .failure(
        Failure(
          .unsupported, "This gateway takes no pictures of clips, for it has no ffmpeg.", field: "variant",
          advice: "Ask for the clip itself."))
    case .failed: return .failure(Self.unreadable)
    case .killed:
      return .failure(Failure(.internal, "Taking a picture of the clip took too long.", isRetryable: false))
    }
    var status = stat()
    guard fstat(output, &status) == 0, status.st_size > 0 else { return .failure(Self.unreadable) }
    guard rename(part, path) == 0 else { return .failure(Self.disk("named")) }
    return .success(())
  }

  /// A file without a name, beside the pictures. Blocks.
  static func unnamedFile(beside path: String) -> Result<OpenFile, Failure> {
    makeFolders(of: path)
    let part = partPath(path)
    let descriptor = filmgate_open(part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { return .failure(disk("made")) }
    unlink(part)
    return .success(OpenFile(descriptor: descriptor))
  }

  /// The input is opened by its number, so that it can be read from any place whatever was read before.
  private func arguments(_ format: String) -> [String] {
    [
      program, "-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1", "-protocol_whitelist", "file,pipe",
      "-max_pixels", "\(Self.maximumPixels)", "-f", format, "-i", "file:/dev/stdin", "-map", "0:v:0", "-an", "-sn",
      "-vf", "thumbnail=\(Self.framesLookedAt),scale='min(\(Self.maximumWidth),iw)':-2", "-frames:v", "1",
      "-c:v", "mjpeg", "-q:v", "3", "-f", "mjpeg", "pipe:1",
    ]
  }

  /// ffmpeg's word for what the file begins with; it is not left to guess, for some formats name other files.
  private static func format(_ clip: OpenFile) -> String? {
    var bytes = [UInt8](repeating: 0, count: MediaType.sniffedBytes)
    let count = pread(clip.descriptor, &bytes, bytes.count, 0)
    switch MediaType(sniffing: Array(bytes.prefix(max(0, count)))) {
    case .mp4, .mov: return "mov"
    case .webm: return "matroska"
    default: return nil
    }
  }

  private static func partPath(_ path: String) -> String {
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    let number = String(UInt64.random(in: .min ... .max), radix: 36)
    return "\(path[..<slash])/.\(path[path.index(after: slash)...]).\(number).part"
  }

  /// Whether the file is a picture that is still being taken, or was left so.
  static func isPart(_ path: String) -> Bool {
    let name = path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...]
    return name.hasPrefix(".") && name.hasSuffix(".part")
  }

  private static func makeFolders(of path: String) {
    var made = ""
    for part in path.split(separator: "/").dropLast() {
      made += "/\(part)"
      // What cannot be made shows when the file is opened.
      mkdir(made, 0o777)
    }
  }

  private static let unreadable = Failure(
    .upstream, "No picture could be taken from the clip.", advice: "Ask for the clip itself.", isRetryable: false)

  private static func disk(_ what: String) -> Failure {
    Failure(
      .internal, "The file for a picture cannot be \(what): \(String(cString: strerror(filmgate_errno()))).",
      advice: "Make room on the disk, or look at the folder's permissions.")
  }
}
