// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import Synchronization
public import VideoDocuments

/// Renders clips with ffmpeg, run as a program: H.264, 4:2:0, AAC when there is sound, playable from the first byte.
public enum Renderer {
  /// The longest that one rendering may take.
  static let maximumMilliseconds: Int64 = 180_000

  /// Whether nobody wants the clip any more.
  private final class Cancellation: Sendable {
    let isWanted = Atomic<Bool>(true)
  }

  /// Renders to `path`, which appears only when it is complete. Runs ffmpeg on a thread that may block, and ends it when
  /// the task is cancelled.
  public static func render(_ clip: ClipSpecification, to path: String) async throws(Failure) {
    let cancellation = Cancellation()
    let outcome = await withTaskCancellationHandler {
      await Blocking.run { () -> Result<Void, Failure> in
        do throws(Failure) {
          return .success(try renderBlocking(clip, to: path, cancellation))
        } catch {
          return .failure(error)
        }
      }
    } onCancel: {
      cancellation.isWanted.store(false, ordering: .relaxed)
    }
    try outcome.get()
  }

  private static func renderBlocking(
    _ clip: ClipSpecification, to path: String, _ cancellation: Cancellation
  ) throws(Failure) {
    let textPath = path + ".txt"
    let partPath = path + ".part"
    defer {
      unlink(textPath)
      unlink(partPath)
    }
    if let text = clip.text { try write(TextLayout.wrap(text, for: clip), to: textPath) }
    var arguments = RenderArguments.ffmpeg(clip, textPath: clip.text == nil ? nil : textPath, output: partPath)
    var log = try run(arguments, cancellation)
    if log != nil, clip.text != nil {
      // No font on this machine: a clip without words is better than none.
      arguments = RenderArguments.ffmpeg(clip, textPath: nil, output: partPath)
      log = try run(arguments, cancellation)
    }
    if let log {
      throw Failure(
        .internal, "ffmpeg could not render the clip: \(log)", advice: "run `filmgate doctor`; is the disk full?")
    }
    guard rename(partPath, path) == 0 else {
      throw Failure(.internal, "The rendered clip could not be put in place: \(String(cString: strerror(errno))).")
    }
  }

  /// Runs ffmpeg; nil when it succeeded, else the end of what it complained.
  private static func run(_ arguments: [String], _ cancellation: Cancellation) throws(Failure) -> String? {
    let isWanted = { cancellation.isWanted.load(ordering: .relaxed) }
    let unwanted = Failure(.cancelled, "The clip is no longer wanted.")
    guard isWanted() else { throw unwanted }
    switch ChildProgram(arguments).run(timeoutMilliseconds: maximumMilliseconds, while: isWanted) {
    case .succeeded: return nil
    case .failed(let complaint): return complaint
    case .killed:
      guard isWanted() else { throw unwanted }
      return "it took longer than \(maximumMilliseconds / 1000) s"
    case .notStarted(let code):
      throw Failure(
        .internal, "ffmpeg could not be started: \(String(cString: strerror(code))).",
        advice: "install it (`apt-get install ffmpeg`)")
    }
  }

  private static func write(_ text: String, to path: String) throws(Failure) {
    let descriptor = filmgate_open(path, Int32(O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC), 0o600)
    guard descriptor >= 0 else { throw systemFailure("open") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else { throw systemFailure("write") }
  }

  private static func systemFailure(_ call: String) -> Failure {
    Failure(.internal, "The renderer failed: \(call): \(String(cString: strerror(errno))).")
  }
}
