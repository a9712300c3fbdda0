// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Synchronization
import VideoDocuments

/// A thread with one connection of its own, which works through what is handed to it. Whatever waits when it comes
/// back is taken together.
final class DatabaseThread: Sendable {
  /// Something to be done with the connection. `fail` is called instead when the connection is gone.
  struct Work: Sendable {
    let run: @Sendable (SQLiteConnection) throws(Failure) -> @Sendable () -> Void
    let fail: @Sendable (Failure) -> Void
  }

  private struct State {
    var waiting: [Work] = []
    var isClosing = false
  }

  private let state = Mutex(State())
  /// Counts the wake-ups. Sound to share: a semaphore is made for several threads, and lives as long as this object,
  /// which the thread itself holds.
  private nonisolated(unsafe) let wakeUps: UnsafeMutablePointer<sem_t>

  /// Starts the thread; the connection is opened on it by `open`. `serve` gets everything that waits, in order.
  init(
    named name: StaticString, open: @escaping @Sendable () throws(Failure) -> SQLiteConnection,
    opened: @escaping @Sendable (Failure?) -> Void,
    serve: @escaping @Sendable ([Work], SQLiteConnection) -> Void
  ) {
    wakeUps = .allocate(capacity: 1)
    sem_init(wakeUps, 0, 0)
    let started = startDatabaseThread(named: name) {
      do throws(Failure) {
        let connection = try open()
        opened(nil)
        self.loop(connection, serve)
      } catch {
        self.state.withLock { state in state.isClosing = true }
        opened(error)
      }
    }
    guard started != 0 else { return }
    state.withLock { state in state.isClosing = true }
    opened(Failure(.internal, "No thread could be started: \(String(cString: strerror(started)))."))
  }

  deinit {
    sem_destroy(wakeUps)
    wakeUps.deallocate()
  }

  func submit(_ work: Work) {
    let isAccepted = state.withLock { state in
      if !state.isClosing { state.waiting.append(work) }
      return !state.isClosing
    }
    guard isAccepted else { return work.fail(.storeClosed) }
    sem_post(wakeUps)
  }

  /// Refuses further work; what waits is still done, then `closed` is called.
  func close(_ closed: @escaping @Sendable () -> Void) {
    let work = Work(run: { _ in closed }, fail: { _ in closed() })
    let isFirst = state.withLock { state in
      defer { state.isClosing = true }
      if !state.isClosing { state.waiting.append(work) }
      return !state.isClosing
    }
    guard isFirst else { return closed() }
    sem_post(wakeUps)
  }

  private func loop(_ connection: SQLiteConnection, _ serve: @Sendable ([Work], SQLiteConnection) -> Void) {
    while true {
      while sem_wait(wakeUps) != 0 {}
      let (batch, isLast) = state.withLock { state in
        defer { state.waiting = [] }
        return (state.waiting, state.isClosing)
      }
      guard isLast else {
        if !batch.isEmpty { serve(batch, connection) }
        continue
      }
      // The last piece only reports the end, so the file is given back before it is called.
      if batch.count > 1 { serve(Array(batch.dropLast()), connection) }
      connection.close()
      batch.last?.fail(.storeClosed)
      return
    }
  }
}

private final class ThreadBody {
  let name: StaticString
  let run: @Sendable () -> Void

  init(name: StaticString, run: @escaping @Sendable () -> Void) {
    self.name = name
    self.run = run
  }
}

/// The start routine. It stands alone, so that no isolation is inherited by what C calls on a new thread.
private nonisolated func databaseThreadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let body = Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue()
  _ = filmgate_prctl(PR_SET_NAME, UInt(bitPattern: body.name.utf8Start), 0, 0, 0)
  body.run()
  return nil
}

/// Starts a detached thread with all signals blocked: they belong to the threads that wait for them. Returns 0 or an
/// error number.
private nonisolated func startDatabaseThread(
  named name: StaticString, _ run: @escaping @Sendable () -> Void
) -> Int32 {
  let body = Unmanaged.passRetained(ThreadBody(name: name, run: run))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  var all = sigset_t()
  var before = sigset_t()
  sigfillset(&all)
  pthread_sigmask(SIG_SETMASK, &all, &before)
  defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
  var thread = pthread_t()
  let failure = pthread_create(&thread, &attributes, databaseThreadMain, body.toOpaque())
  if failure != 0 { body.release() }
  return failure
}
