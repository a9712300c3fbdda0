// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// The process's one event loop: descriptors, timers and Swift tasks on a single thread.
@LoopActor public enum EventLoop {
  /// Calls `handler` on the loop whenever what `interest` names holds (level-triggered), until the watch is
  /// cancelled. A descriptor can have one watch at a time (else EEXIST); regular files have none (EPERM).
  public static func watch(
    _ descriptor: Int32, _ interest: Interest, _ handler: @escaping @LoopActor (Interest) -> Void
  ) throws(SystemFailure) -> Watch {
    try WatchTable.shared.add(descriptor, interest, handler)
  }

  /// Calls `handler` once, not before the time has passed and up to a millisecond after.
  @discardableResult
  public static func after(nanoseconds: UInt64, _ handler: @escaping @LoopActor () -> Void) -> LoopTimer {
    let (deadline, overflow) = monotonicNanoseconds.addingReportingOverflow(nanoseconds)
    return TimerHeap.shared.add(deadline: overflow ? .max : deadline, handler)
  }

  /// Waits, and throws at once when the task is cancelled.
  public static func sleep(nanoseconds: UInt64) async throws(CancellationError) {
    let sleeper = Sleeper()
    let completed = await withTaskCancellationHandler {
      await suspend { continuation in sleeper.start(nanoseconds, continuation) }
    } onCancel: {
      Task { @LoopActor in sleeper.finish(false) }
    }
    guard completed else { throw CancellationError() }
  }

  /// The monotonic clock, which stands while the machine is suspended. Any thread may ask.
  public nonisolated static var monotonicNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}

@LoopActor private final class Sleeper {
  private var continuation: LoopContinuation<Bool>?
  private var timer: LoopTimer?

  nonisolated init() {}

  func start(_ nanoseconds: UInt64, _ continuation: LoopContinuation<Bool>) {
    guard !Task.isCancelled else { return continuation.resume(returning: false) }
    self.continuation = continuation
    timer = EventLoop.after(nanoseconds: nanoseconds) { self.finish(true) }
  }

  func finish(_ completed: Bool) {
    timer?.cancel()
    timer = nil
    continuation?.resume(returning: completed)
    continuation = nil
  }
}
