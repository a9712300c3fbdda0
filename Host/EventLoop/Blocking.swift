// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Synchronization

/// A few plain threads for what may block: files, getaddrinfo, waitpid, a database. Threads start when needed, up to
/// the limit, and stay; work beyond it waits in line, so nothing that runs for long belongs here in numbers.
public enum Blocking {
  /// How many pieces of work can block at once.
  public static let threadLimit = 8

  /// Has `work` done on one of the threads; nobody waits for it.
  public static func start(_ work: @Sendable @escaping () -> Void) { BlockingPool.shared.submit(work) }

  /// Runs `work` on one of the threads and resumes the caller where it was. Cancellation does not interrupt it.
  public nonisolated(nonsending) static func run<Value: Sendable>(
    _ work: @Sendable @escaping () -> Value
  ) async -> Value {
    await BlockingPool.shared.run(work)
  }
}

/// The same for work that keeps a processor busy, such as decoding what thousands send: fewer threads, which stand back
/// for the loop and for all others.
public enum Computing {
  /// How many pieces of work are done at once: half of the processors, but never one alone, for files are written too.
  public static let threadLimit = max(2, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / 2)

  /// Begins work whose end nobody waits for.
  public static func start(_ work: @Sendable @escaping () -> Void) { BlockingPool.computing.submit(work) }

  /// As `Blocking.run`.
  public nonisolated(nonsending) static func run<Value: Sendable>(
    _ work: @Sendable @escaping () -> Value
  ) async -> Value {
    await BlockingPool.computing.run(work)
  }
}

private final class BlockingPool: Sendable {
  static let shared = BlockingPool("filmgate-block", threadLimit: Blocking.threadLimit, niceness: 0)
  static let computing = BlockingPool("filmgate-work", threadLimit: Computing.threadLimit, niceness: 10)

  private let name: StaticString
  private let threadLimit: Int
  private let niceness: Int32

  private struct State {
    var waiting: [@Sendable () -> Void] = []
    /// The first of `waiting` not yet taken.
    var next = 0
    var idleThreads = 0
    var threads = 0

    mutating func take() -> (@Sendable () -> Void)? {
      guard next < waiting.count else { return nil }
      let work = waiting[next]
      waiting[next] = {}
      next += 1
      // Taken places are dropped in bulk, so that a line that never empties does not grow for ever.
      if next == waiting.count || next >= 1024 {
        waiting.removeFirst(next)
        next = 0
      }
      return work
    }
  }

  private let state = Mutex(State())
  /// Counts the work in line. Sound to share: a semaphore is made for several threads, and this one is never freed.
  private nonisolated(unsafe) let pending: UnsafeMutablePointer<sem_t>

  private init(_ name: StaticString, threadLimit: Int, niceness: Int32) {
    self.name = name
    self.threadLimit = threadLimit
    self.niceness = niceness
    pending = .allocate(capacity: 1)
    sem_init(pending, 0, 0)
  }

  nonisolated(nonsending) func run<Value: Sendable>(_ work: @Sendable @escaping () -> Value) async -> Value {
    await EventLoop.suspendCaller { resume in
      submit { resume(work()) }
    }
  }

  func submit(_ work: @escaping @Sendable () -> Void) {
    let mustGrow = state.withLock { state in
      state.waiting.append(work)
      guard state.waiting.count - state.next > state.idleThreads, state.threads < threadLimit else {
        return false
      }
      state.threads += 1
      return true
    }
    sem_post(pending)
    guard mustGrow, startThread(named: name, { self.serve() }) != 0 else { return }
    let leftAlone = state.withLock { state in
      state.threads -= 1
      return state.threads == 0
    }
    // No thread at all could be started: late by blocking here is better than never.
    if leftAlone { state.withLock { state in state.take() }?() }
  }

  private func serve() {
    // Of this thread alone, on Linux.
    if niceness != 0 { setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, niceness) }
    while true {
      state.withLock { state in state.idleThreads += 1 }
      while sem_wait(pending) != 0 {}
      let work = state.withLock { state in
        state.idleThreads -= 1
        return state.take()
      }
      work?()
    }
  }
}
