// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Synchronization

/// The loop thread: runs Swift jobs, timers and descriptor events in turn, and sleeps in epoll_wait between.
///
/// It is no TaskExecutor on purpose. A job that runs with a task executor its task did not ask for is queued anew at
/// each isolated call, and other jobs come between a check and the continuation kept because of it.
final class LoopExecutor: SerialExecutor {
  static let shared = LoopExecutor()

  /// Events taken from the kernel in one round.
  private static let eventsPerRound = 256

  private struct Queue {
    var jobs: [UnownedJob] = []
    /// The loop thread is in, or about to enter, a wait that only the wake descriptor ends.
    var isAsleep = false
  }

  private let queue = Mutex(Queue())
  private let loopThread = Atomic<UInt>(0)
  let epoll: Int32
  private let wake: Int32

  /// Without these three the process can do nothing at all, hence no error value.
  private init() {
    epoll = epoll_create1(Int32(EPOLL_CLOEXEC))
    guard epoll >= 0 else { fatalError("event loop: \(SystemFailure.last("epoll_create1"))") }
    wake = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    guard wake >= 0 else { fatalError("event loop: \(SystemFailure.last("eventfd"))") }
    var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: WatchTable.wakeToken))
    guard epoll_ctl(epoll, EPOLL_CTL_ADD, wake, &event) == 0 else {
      fatalError("event loop: \(SystemFailure.last("epoll_ctl"))")
    }
    let failure = startThread(named: "filmgate-loop") { [self] in run() }
    guard failure == 0 else { fatalError("event loop: \(SystemFailure(call: "pthread_create", errno: failure))") }
  }

  var isOnLoopThread: Bool { loopThread.load(ordering: .relaxed) == UInt(pthread_self()) }

  // MARK: Executor

  func enqueue(_ job: consuming ExecutorJob) { enqueue(UnownedJob(job)) }

  func enqueue(_ job: UnownedJob) {
    let mustWake = queue.withLock { queue in
      queue.jobs.append(job)
      defer { queue.isAsleep = false }
      return queue.isAsleep
    }
    if mustWake {
      var one: UInt64 = 1
      // Only a counter at its maximum refuses the write, and then the loop wakes all the same.
      _ = write(wake, &one, 8)
    }
  }

  func isIsolatingCurrentContext() -> Bool? { isOnLoopThread }

  func checkIsolated() {
    precondition(isOnLoopThread, "code of the event loop was called on another thread")
  }

  // MARK: The loop

  private func run() {
    loopThread.store(UInt(pthread_self()), ordering: .relaxed)
    let events = UnsafeMutableBufferPointer<epoll_event>.allocate(capacity: Self.eventsPerRound)
    var jobs: [UnownedJob] = []
    while true {
      queue.withLock { queue in swap(&jobs, &queue.jobs) }
      for job in jobs {
        job.runSynchronously(on: asUnownedSerialExecutor())
      }
      jobs.removeAll(keepingCapacity: true)
      let untilTimer = LoopActor.assumeIsolated { TimerHeap.shared.runDue() }
      let timeout = queue.withLock { queue -> Int32 in
        guard queue.jobs.isEmpty else { return 0 }
        queue.isAsleep = true
        return untilTimer
      }
      let count = epoll_wait(epoll, events.baseAddress, Int32(events.count), timeout)
      queue.withLock { queue in queue.isAsleep = false }
      guard count > 0 else {
        let failed = count < 0 && filmgate_errno() != EINTR
        if failed { fatalError("event loop: \(SystemFailure.last("epoll_wait"))") }
        continue
      }
      for event in events.prefix(Int(count)) {
        let token = event.data.u64
        if token == WatchTable.wakeToken {
          var ignored: UInt64 = 0
          _ = read(wake, &ignored, 8)
        } else {
          LoopActor.assumeIsolated {
            WatchTable.shared.dispatch(token, Interest(epollEvents: event.events))
          }
        }
      }
    }
  }
}
