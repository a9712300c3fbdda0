// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
public import VideoDocuments

/// A program that prints a secret, with its arguments; run without a shell.
public struct SecretCommand: Sendable, Hashable {
  /// How long it may take: long enough for a person to unlock a password store.
  public static let timeoutMilliseconds: Int64 = 60_000
  /// How much it may print.
  public static let maximumOutputBytes = 64 << 10

  /// The program, an absolute path or a name to look for in `PATH`, and its arguments; never empty.
  public let arguments: [String]

  /// Nil when there is no program.
  public init?(_ arguments: [String]) {
    guard let program = arguments.first, !program.isEmpty else { return nil }
    self.arguments = arguments
  }

  /// Runs the program and returns the first line that it prints. Blocks; the program shares the terminal's standard
  /// error, so that it can ask for a password. Failures never quote what it printed.
  public func run(timeoutMilliseconds: Int64 = SecretCommand.timeoutMilliseconds) throws(Failure) -> String {
    var ends: [Int32] = [-1, -1]
    guard ends.withUnsafeMutableBufferPointer({ filmgate_pipe2($0.baseAddress, O_CLOEXEC) }) == 0 else {
      throw failure("cannot be started: \(SystemFailure.last("pipe2"))")
    }
    let (reading, writing) = (ends[0], ends[1])
    defer { close(reading) }
    let process = try spawn(output: writing)
    let deadline = Self.now + timeoutMilliseconds
    let output = Self.collect(reading, until: deadline)
    // Whoever printed too much or too late is not waited for.
    if output == nil { kill(process, SIGKILL) }
    let status = Self.wait(for: process, until: deadline)
    guard let output else { throw failure("took longer than \(timeoutMilliseconds / 1000) s or printed too much") }
    guard let status else { throw failure("did not end within \(timeoutMilliseconds / 1000) s") }
    guard status == 0 else {
      let signal = status & 0x7F
      throw failure(signal == 0 ? "ended with status \(status >> 8 & 0xFF)" : "was ended by signal \(signal)")
    }
    let line = output.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard let secret = String(validating: line, as: UTF8.self), !secret.isEmpty else {
      throw failure("printed no secret")
    }
    return secret
  }

  /// Starts the program and closes this process's copy of `output`, so that its end can be seen.
  private func spawn(output: Int32) throws(Failure) -> pid_t {
    defer { close(output) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    var pointers = arguments.map { strdup($0) }
    defer { for pointer in pointers { free(pointer) } }
    pointers.append(nil)
    var process: pid_t = 0
    let result = posix_spawnp(&process, arguments[0], &actions, nil, pointers, filmgate_environ())
    guard result == 0 else {
      throw failure("cannot be started: \(SystemFailure(call: "posix_spawnp", errno: result))")
    }
    return process
  }

  /// All that is printed until the end; nil when the time is up or it is too much.
  private static func collect(_ descriptor: Int32, until deadline: Int64) -> [UInt8]? {
    var output: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let left = deadline - now
      guard left > 0 else { return nil }
      var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&entry, 1, Int32(min(left, 60_000)))
      if ready < 0, filmgate_errno() != EINTR { return nil }
      if ready <= 0 { continue }
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0 { if filmgate_errno() == EINTR { continue } else { return nil } }
      if count == 0 { return output }
      output.append(contentsOf: buffer[..<count])
      guard output.count <= maximumOutputBytes else { return nil }
    }
  }

  /// The wait status, killing the process when the time is up; nil then.
  private static func wait(for process: pid_t, until deadline: Int64) -> Int32? {
    var status: Int32 = 0
    while true {
      let result = waitpid(process, &status, WNOHANG)
      if result == process { return status }
      if result < 0, filmgate_errno() != EINTR { return nil }
      if now >= deadline {
        kill(process, SIGKILL)
        while waitpid(process, &status, 0) < 0, filmgate_errno() == EINTR {}
        return nil
      }
      // The output has ended, so the process is about to: no need for anything cleverer.
      usleep(2_000)
    }
  }

  private static var now: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }

  /// Names the program alone: arguments may be private.
  private func failure(_ what: String) -> Failure {
    Failure(
      .authentication, "The command \(shown(arguments[0])) that prints a key \(what).",
      advice: "Run it by hand, or change `command` in the configuration.")
  }
}
