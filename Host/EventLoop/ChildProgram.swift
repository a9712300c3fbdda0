// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A program that is run without a shell and waited for.
public struct ChildProgram: Sendable {
  /// How it ended.
  public enum End: Sendable, Equatable {
    case succeeded
    /// The last line of what it complained.
    case failed(String)
    /// There is no such program, or it could not be started.
    case notStarted(errno: Int32)
    /// It took too long, or nobody wanted it any more.
    case killed
  }

  /// How much of its complaints is kept.
  private static let maximumLogBytes = 4_096
  /// How often it is asked whether the program is still wanted.
  private static let lookMilliseconds: Int32 = 100

  /// The program, looked for in `PATH`, and its arguments.
  public var arguments: [String]
  /// `NAME=value`; nil: this process's own.
  public var environment: [String]?
  /// Its standard input and output; nil: nothing. They stay the caller's.
  public var input: Int32?
  public var output: Int32?

  public init(_ arguments: [String]) { self.arguments = arguments }

  /// Runs it to its end; blocks. It is killed when `isWanted` says no, or after the time.
  public func run(timeoutMilliseconds: Int64, while isWanted: () -> Bool = { true }) -> End {
    var pipe: [Int32] = [-1, -1]
    guard filmgate_pipe2(&pipe, Int32(O_CLOEXEC)) == 0 else { return .notStarted(errno: filmgate_errno()) }
    defer { close(pipe[0]) }
    var process: pid_t = 0
    let status = spawn(&process, complaints: pipe[1])
    close(pipe[1])
    guard status == 0 else { return .notStarted(errno: status) }
    let deadline = EventLoop.monotonicNanoseconds + UInt64(max(0, timeoutMilliseconds)) * 1_000_000
    let (log, isKilled) = Self.drain(pipe[0], process) { isWanted() && EventLoop.monotonicNanoseconds < deadline }
    var wait: Int32 = 0
    while waitpid(process, &wait, 0) < 0, filmgate_errno() == EINTR {}
    if isKilled { return .killed }
    return wait == 0 ? .succeeded : .failed(log)
  }

  private func spawn(_ process: inout pid_t, complaints: Int32) -> Int32 {
    guard let program = arguments.first else { return ENOENT }
    let null = filmgate_open("/dev/null", Int32(O_RDWR) | Int32(O_CLOEXEC), 0)
    guard null >= 0 else { return filmgate_errno() }
    defer { close(null) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, input ?? null, 0)
    posix_spawn_file_actions_adddup2(&actions, output ?? null, 1)
    posix_spawn_file_actions_adddup2(&actions, complaints, 2)
    func copies(_ texts: [String]) -> [UnsafeMutablePointer<CChar>?] { texts.map { strdup($0) } + [nil] }
    let pointers = copies(arguments)
    let variables = environment.map(copies)
    defer { for pointer in pointers + (variables ?? []) { free(pointer) } }
    return posix_spawnp(&process, program, &actions, nil, pointers, variables ?? copied(filmgate_environ()))
  }

  private func copied(
    _ list: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
  ) -> [UnsafeMutablePointer<CChar>?] {
    var all: [UnsafeMutablePointer<CChar>?] = []
    var next = list
    while let entry = next?.pointee {
      all.append(entry)
      next = next?.advanced(by: 1)
    }
    return all + [nil]
  }

  /// Reads complaints until the program closes its end.
  private static func drain(
    _ descriptor: Int32, _ process: pid_t, while isWanted: () -> Bool
  ) -> (log: String, isKilled: Bool) {
    var tail: [UInt8] = []
    var isKilled = false
    var buffer = [UInt8](repeating: 0, count: 4_096)
    while true {
      var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&poller, 1, lookMilliseconds)
      if !isKilled, !isWanted() {
        isKilled = true
        kill(process, SIGKILL)
      }
      if ready <= 0 { continue }
      let count = read(descriptor, &buffer, buffer.count)
      if count < 0, filmgate_errno() == EINTR { continue }
      guard count > 0 else { break }
      tail.append(contentsOf: buffer[0..<count])
      if tail.count > maximumLogBytes { tail.removeFirst(tail.count - maximumLogBytes) }
    }
    let line = String(decoding: tail, as: UTF8.self).split(separator: "\n").last.map(String.init)
    return (line ?? "no reason given", isKilled)
  }
}
