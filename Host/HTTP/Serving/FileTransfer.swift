// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Sends a file's bytes by sendfile(2); any thread.
enum FileTransfer {
  enum End {
    /// The round's share is sent; there may be more.
    case more
    case socketFull
    /// The socket or the file failed, or the file is shorter than it should be.
    case failed
  }

  /// Sent in one round at most, so that many downloads share the threads.
  private static let roundBytes: UInt64 = 4 * 1024 * 1024

  /// Sends until the share or `count` is sent, or the socket takes no more.
  static func send(
    _ file: OpenFile, _ offset: UInt64, _ count: UInt64, to socket: Int32
  ) -> (bytes: UInt64, end: End) {
    guard let position = off_t(exactly: offset) else { return (0, .failed) }
    return withoutBrokenPipes { transfer(file, position, count, to: socket) }
  }

  private static func transfer(
    _ file: OpenFile, _ offset: off_t, _ count: UInt64, to socket: Int32
  ) -> (bytes: UInt64, end: End) {
    var position = offset
    var left = min(count, roundBytes)
    var sent: UInt64 = 0
    while left > 0 {
      let count = sendfile(socket, file.descriptor, &position, Int(left))
      if count > 0 {
        sent += UInt64(count)
        left -= UInt64(count)
        continue
      }
      if count == 0 { return (sent, .failed) }
      switch filmgate_errno() {
      case EINTR: continue
      case EAGAIN: return (sent, .socketFull)
      default: return (sent, .failed)
      }
    }
    return (sent, .more)
  }

  /// A client that has left makes sendfile raise SIGPIPE, which no flag prevents: it is held back in this thread and
  /// taken away.
  private static func withoutBrokenPipes<Value>(_ body: () -> Value) -> Value {
    var pipe = sigset_t()
    var before = sigset_t()
    sigemptyset(&pipe)
    sigaddset(&pipe, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &pipe, &before)
    defer {
      var atOnce = timespec()
      while sigtimedwait(&pipe, nil, &atOnce) < 0, filmgate_errno() == EINTR {}
      pthread_sigmask(SIG_SETMASK, &before, nil)
    }
    return body()
  }
}
