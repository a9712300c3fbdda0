// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import Synchronization
import VideoDocuments

/// Where lines of the log go: standard error, or a file that is added to. Writing never holds up whoever logs: lines
/// wait in memory, and when too many wait the newest are dropped and counted.
final class LogSink: Sendable {
  /// Bytes that wait at most.
  static let maximumWaitingBytes = 4 << 20

  private struct State {
    var waiting: [UInt8] = []
    var isWriting = false
    var droppedLines = 0
    /// Of those, lines that no line of the log has told of.
    var untoldLines = 0
  }

  private let descriptor: Int32
  private let isOwned: Bool
  private let state = Mutex(State())
  private let noticeOfDropped: @Sendable (Int) -> [UInt8]

  /// Opens the file, which is made for its owner alone; nil: standard error. Blocks.
  ///
  /// `noticeOfDropped` makes the line that says how many are missing, which follows those that were kept.
  init(file: String?, noticeOfDropped: @escaping @Sendable (Int) -> [UInt8]) throws(Failure) {
    self.noticeOfDropped = noticeOfDropped
    guard let file else {
      descriptor = STDERR_FILENO
      isOwned = false
      return
    }
    descriptor = filmgate_open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw Failure(
        .invalid, "The log file \(file) cannot be opened: \(String(cString: strerror(filmgate_errno()))).",
        field: "log.file", advice: "Make its folder, or leave log.file out to log to standard error.")
    }
    isOwned = true
  }

  deinit { if isOwned { close(descriptor) } }

  var droppedLines: Int { state.withLock { $0.droppedLines } }

  /// Puts a line in; it ends with a line feed.
  func add(_ line: [UInt8]) {
    let mustStart = state.withLock { state in
      guard state.waiting.count + line.count <= Self.maximumWaitingBytes else {
        state.droppedLines += 1
        state.untoldLines += 1
        return false
      }
      state.waiting += line
      defer { state.isWriting = true }
      return !state.isWriting
    }
    // What is added until the thread gets to it goes out in the same write.
    if mustStart { Blocking.start { self.writeAll() } }
  }

  /// Waits until everything is written, or the time is over.
  func flush(milliseconds: UInt64) async {
    let deadline = EventLoop.monotonicNanoseconds + milliseconds * 1_000_000
    while state.withLock({ $0.isWriting }), EventLoop.monotonicNanoseconds < deadline {
      try? await EventLoop.sleep(nanoseconds: 5_000_000)
    }
  }

  private func writeAll() {
    while true {
      let bytes = state.withLock { state -> [UInt8] in
        var taken = state.waiting
        state.waiting = []
        // Told by whoever made room, for nothing else may be logged for hours.
        if state.untoldLines > 0 {
          taken += noticeOfDropped(state.untoldLines)
          state.untoldLines = 0
        }
        if taken.isEmpty { state.isWriting = false }
        return taken
      }
      guard !bytes.isEmpty else { return }
      var offset = 0
      while offset < bytes.count {
        let count = bytes.withUnsafeBytes {
          Glibc.write(descriptor, $0.baseAddress?.advanced(by: offset), $0.count - offset)
        }
        if count > 0 {
          offset += count
        } else if filmgate_errno() == EAGAIN {
          // Standard error may be a pipe that somebody made non-blocking.
          var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&waiting, 1, 1_000)
        } else if filmgate_errno() != EINTR {
          // A full disk or a closed pipe: there is nowhere to complain.
          break
        }
      }
    }
  }
}
