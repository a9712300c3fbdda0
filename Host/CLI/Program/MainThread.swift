// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import Synchronization

/// Runs a command's asynchronous work on the event loop while the main thread waits for signals.
///
/// Signals are blocked in every thread and taken with `sigwait`, so no handler runs at a bad moment: the first
/// interrupt asks the work to stop waiting, where it can; the second ends the process.
enum MainThread {
  /// What the work can ask about interruptions.
  final class Interruption: Sendable {
    private let state = Mutex((isInterrupted: false, handler: Optional<@Sendable () -> Void>.none))
    private let reload = Mutex<(@Sendable () -> Void)?>(nil)

    var isInterrupted: Bool { state.withLock { $0.isInterrupted } }

    /// Runs `handler` at the first interrupt, or at once when it came already.
    func onInterrupt(_ handler: @escaping @Sendable () -> Void) {
      let mustRun = state.withLock { state in
        state.handler = handler
        return state.isInterrupted
      }
      if mustRun { handler() }
    }

    /// Returns at the first interrupt.
    func wait() async {
      await withCheckedContinuation { (continuation: CheckedContinuation<Void, Never>) in
        onInterrupt { continuation.resume() }
      }
    }

    /// Runs `handler` at every SIGHUP from now on, on the main thread. Without one, SIGHUP interrupts: the terminal is
    /// gone.
    func onHangup(_ handler: @escaping @Sendable () -> Void) { reload.withLock { $0 = handler } }

    /// False when SIGHUP means no more than any other interrupt.
    fileprivate func hangUp() -> Bool {
      let handler = reload.withLock { $0 }
      handler?()
      return handler != nil
    }

    /// False when nobody wants to do anything about it.
    fileprivate func interrupt() -> Bool {
      let handler = state.withLock { state in
        state.isInterrupted = true
        return state.handler
      }
      handler?()
      return handler != nil
    }
  }

  static func run(_ work: @escaping @LoopActor @Sendable (Interruption) async -> Int32) -> Int32 {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGUSR1] { sigaddset(&signals, signal) }
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    let interruption = Interruption()
    let finished = FinishedSignal()
    Task { @LoopActor in
      let code = await work(interruption)
      finished.set(code)
    }
    while true {
      var signal: Int32 = 0
      guard sigwait(&signals, &signal) == 0 else { continue }
      if let code = finished.code { return code }
      if signal == SIGUSR1 || signal == SIGHUP && interruption.hangUp() { continue }
      // A second one, or one before there is a job to come back to, ends the process.
      if interruption.isInterrupted || !interruption.interrupt() { return ExitCode.interrupted.rawValue }
    }
  }

  /// Hands the exit code to the main thread and wakes it.
  private final class FinishedSignal: Sendable {
    private let state = Mutex<Int32?>(nil)
    var code: Int32? { state.withLock { $0 } }

    func set(_ code: Int32) {
      state.withLock { $0 = code }
      kill(getpid(), SIGUSR1)
    }
  }
}
