// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import VideoDocuments

/// Reads a secret: without echo from a terminal, else the first line of standard input. Never from an argument, which
/// every user of the machine could see in the process list.
enum SecretPrompt {
  static let maximumBytes = 16 << 10
  /// How often a prompt that waits for a person looks whether it was interrupted, in milliseconds.
  private static let glanceMilliseconds: Int32 = 100

  /// Nil when it was interrupted at the prompt; the terminal is as it was before.
  static func read(_ prompt: String) throws(Failure) -> String? {
    guard isatty(0) == 1 else { return try secret(in: line()) }
    Terminal.write(prompt, to: 2)
    // Signals wait while the terminal is silent: one that killed the process now would leave it so.
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    var before = termios()
    tcgetattr(0, &before)
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(0, TCSAFLUSH, &silent)
    let typed = isLineThere(signals) ? line() : nil
    tcsetattr(0, TCSAFLUSH, &before)
    Terminal.write("\n", to: 2)
    guard let typed else { return nil }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    return try secret(in: typed)
  }

  /// Waits for a line on the terminal; false when a signal came instead.
  private static func isLineThere(_ signals: sigset_t) -> Bool {
    while true {
      var input = pollfd(fd: 0, events: Int16(POLLIN), revents: 0)
      if poll(&input, 1, glanceMilliseconds) > 0 { return true }
      var pending = sigset_t()
      sigpending(&pending)
      for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] where sigismember(&pending, signal) == 1 { return false }
    }
  }

  private static func line() -> [UInt8] {
    var bytes: [UInt8] = []
    var byte: UInt8 = 0
    while bytes.count <= maximumBytes {
      let count = Glibc.read(0, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1, byte != 0x0A else { break }
      bytes.append(byte)
    }
    return bytes
  }

  /// No provider's key begins or ends with white space: what is there came with copying.
  private static func secret(in line: [UInt8]) throws(Failure) -> String {
    func isSpace(_ byte: UInt8) -> Bool { [0x09, 0x0D, 0x20].contains(byte) }
    let bytes = Array(line.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    func refused(_ message: String) -> Failure {
      Failure(
        .invalid, message, field: "secret",
        advice: "type it at the prompt, or pipe it in: filmgate keys set PLUGIN < key.txt")
    }
    guard line.count <= maximumBytes else { throw refused("The key is longer than 16 KiB.") }
    guard !bytes.isEmpty else { throw refused("No key was given.") }
    guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw refused("The key holds characters other than printable ASCII.")
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
