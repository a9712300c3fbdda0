// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Where a command writes: stdout is the result, stderr the conversation.
public struct Terminal: Sendable {
  public var style: TextStyle
  public var errorStyle: TextStyle
  /// Whether stderr is a terminal that can show a live line.
  public var isLive: Bool

  /// The process's own streams.
  public static func standard() -> Terminal {
    let mayColor = getenv("NO_COLOR") == nil && getenv("TERM").map { String(cString: $0) } != "dumb"
    let isErrorTerminal = isatty(2) == 1
    return Terminal(
      style: TextStyle(hasColor: mayColor && isatty(1) == 1),
      errorStyle: TextStyle(hasColor: mayColor && isErrorTerminal),
      isLive: isErrorTerminal && getenv("TERM").map { String(cString: $0) } != "dumb")
  }

  /// Writes a line to stdout.
  public func result(_ text: String) { Self.write(text + "\n", to: 1) }

  /// Writes a line to stderr.
  public func say(_ text: String) { Self.write(text + "\n", to: 2) }

  /// The width of stderr's terminal in columns; 80 when it is none.
  public var columns: Int {
    var size = winsize()
    guard filmgate_ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// Writes all of the text; a closed pipe ends quietly.
  static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var offset = 0
      while offset < bytes.count, let base = bytes.baseAddress {
        let written = Glibc.write(descriptor, base + offset, bytes.count - offset)
        if written > 0 {
          offset += written
        } else if written < 0, errno == EINTR {
          continue
        } else if written < 0, errno == EAGAIN {
          // Somebody made the stream non-blocking: wait until it takes more.
          var room = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
          poll(&room, 1, -1)
        } else {
          return
        }
      }
    }
  }
}
