// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Resumes one suspended task of the loop, once, from any thread. See `EventLoop.suspend`.
///
/// It is an actor whose executor keeps the job that enters it until there is a value, and then hands it to the loop.
/// The job finds itself on the loop's executor, takes the value and goes on without a hop.
public actor LoopContinuation<Value: Sendable>: SerialExecutor {
  private struct State {
    var value: Value?
    var job: UnownedJob?
  }

  private let state = Mutex(State())

  fileprivate init() {}

  /// Lets the task go on with the value; a second call stops the process.
  public nonisolated func resume(returning value: Value) {
    let job = state.withLock { state in
      precondition(state.value == nil, "a task of the event loop was resumed twice")
      state.value = value
      return state.job
    }
    if let job { LoopExecutor.shared.enqueue(job) }
  }

  /// Comes back once there is a value; the executor sees to that.
  fileprivate func value() -> Value? { valueSoFar }

  fileprivate nonisolated var valueSoFar: Value? { state.withLock { $0.value } }

  public nonisolated var unownedExecutor: UnownedSerialExecutor { asUnownedSerialExecutor() }

  public nonisolated func asUnownedSerialExecutor() -> UnownedSerialExecutor { UnownedSerialExecutor(ordinary: self) }

  public nonisolated func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    let mayGo = state.withLock { state in
      if state.value == nil { state.job = job }
      return state.value != nil
    }
    if mayGo { LoopExecutor.shared.enqueue(job) }
  }
}

extension LoopContinuation where Value == Void {
  public nonisolated func resume() { resume(returning: ()) }
}

extension EventLoop {
  /// Calls `body` at once, then suspends until the continuation it was given is resumed.
  ///
  /// `withCheckedContinuation` would do, but for two things. Its task wakes on a thread of Swift's pool and only from
  /// there comes back to the loop: three threads for one event. And what was true before the call need not be true any
  /// more in its closure, where this one has not let go of the loop.
  public static func suspend<Value: Sendable>(_ body: (LoopContinuation<Value>) -> Void) async -> Value {
    let continuation = LoopContinuation<Value>()
    body(continuation)
    return await finish(continuation)
  }

  /// The same for code that runs on the loop or elsewhere, for what another thread will resume.
  public nonisolated(nonsending) static func suspendCaller<Value: Sendable>(
    _ body: (@escaping @Sendable (Value) -> Void) -> Void
  ) async -> Value {
    guard LoopActor.isCurrent else {
      return await withCheckedContinuation { continuation in body { continuation.resume(returning: $0) } }
    }
    let continuation = LoopContinuation<Value>()
    body { continuation.resume(returning: $0) }
    return await finish(continuation)
  }

  /// Runs `operation` in a task of its own, which nobody cancels, and waits for it.
  public static func shielded<Value: Sendable>(_ operation: @escaping @LoopActor () async -> Value) async -> Value {
    await suspend { continuation in
      Task { @LoopActor in continuation.resume(returning: await operation()) }
    }
  }

  private static func finish<Value: Sendable>(_ continuation: LoopContinuation<Value>) async -> Value {
    if let value = continuation.valueSoFar { return value }
    guard let value = await continuation.value() else { fatalError("a task of the event loop went on without a value") }
    return value
  }
}
