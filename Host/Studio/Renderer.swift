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
  /// How much of ffmpeg's complaints is kept.
  static let maximumLogBytes = 4_096
  /// How often a rendering looks whether it is still wanted.
  private static let lookMilliseconds: Int32 = 100

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
    guard cancellation.isWanted.load(ordering: .relaxed) else {
      throw Failure(.cancelled, "The clip is no longer wanted.")
    }
    var pipe: [Int32] = [-1, -1]
    guard filmgate_pipe2(&pipe, Int32(O_CLOEXEC)) == 0 else { throw Self.systemFailure("pipe") }
    let null = filmgate_open("/dev/null", Int32(O_RDWR) | Int32(O_CLOEXEC), 0)
    defer {
      close(pipe[0])
      if null >= 0 { close(null) }
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, null, 0)
    posix_spawn_file_actions_adddup2(&actions, null, 1)
    posix_spawn_file_actions_adddup2(&actions, pipe[1], 2)
    var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    pointers.append(nil)
    defer { for pointer in pointers { free(pointer) } }
    var process: pid_t = 0
    let status = posix_spawnp(&process, arguments[0], &actions, nil, pointers, filmgate_environ())
    close(pipe[1])
    guard status == 0 else {
      throw Failure(
        .internal, "ffmpeg could not be started: \(String(cString: strerror(status))).",
        advice: "install it (`apt-get install ffmpeg`)")
    }
    let log = drain(pipe[0], process, cancellation)
    var wait: Int32 = 0
    while waitpid(process, &wait, 0) < 0, errno == EINTR {}
    return wait == 0 ? nil : log
  }

  /// Reads ffmpeg's stderr to its end; kills it when it takes too long.
  private static func drain(_ descriptor: Int32, _ process: pid_t, _ cancellation: Cancellation) -> String {
    var tail: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4_096)
    let deadline = EventLoop.monotonicNanoseconds + UInt64(maximumMilliseconds) * 1_000_000
    while true {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&poller, 1, lookMilliseconds)
      if EventLoop.monotonicNanoseconds > deadline || !cancellation.isWanted.load(ordering: .relaxed) {
        kill(process, SIGKILL)
      }
      if ready == 0 { continue }
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { break }
      tail.append(contentsOf: buffer[0..<count])
      if tail.count > maximumLogBytes { tail.removeFirst(tail.count - maximumLogBytes) }
    }
    let text = String(decoding: tail, as: UTF8.self)
    return text.split(separator: "\n").last.map(String.init) ?? "no reason given"
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
