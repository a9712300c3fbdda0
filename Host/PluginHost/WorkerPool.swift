// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Loader

/// The workers of one plugin. A call has a worker to itself, so that a worker that ends takes one call with it and no
/// other; under load more workers are started, up to a limit, and calls beyond wait their turn.
@LoopActor final class WorkerPool {
  private typealias Waiter = LoopContinuation<Result<WorkerProcess, WorkerFailure>>

  private let plugin: SealedPlugin
  private let spawn: WorkerSpawn
  private let limits: WorkerLimits
  private let log: LineCollector.Handler
  private var idle: [WorkerProcess] = []
  private var idleTimers: [ObjectIdentifier: LoopTimer] = [:]
  /// Running, idle or not.
  private var runningCount = 0
  private var startingCount = 0
  private var waiters: [Waiter] = []
  private var callCount = 0
  private var isRetired = false
  private var isStopped = false

  init(_ plugin: SealedPlugin, spawn: WorkerSpawn, limits: WorkerLimits, log: @escaping LineCollector.Handler) {
    self.plugin = plugin
    self.spawn = spawn
    self.limits = limits
    self.log = log
  }

  /// Why a call did not even wait.
  static let isBusy = WorkerFailure.cannotStart("too many calls are waiting for it already")

  /// Calls the operation of that index. When the worker was ended through no fault of this call, the call is made once
  /// more: plugins are pure, so asking again is harmless.
  func call(_ operation: Int, _ frame: [UInt8]) async throws(WorkerFailure) -> WorkerReply {
    callCount += 1
    defer {
      callCount -= 1
      if isRetired, callCount == 0 { stop() }
    }
    for _ in 0..<2 {
      let worker = try await acquire()
      do throws(WorkerFailure) {
        let reply = try await worker.call(operation, frame, milliseconds: limits.callMilliseconds)
        release(worker)
        return reply
      } catch .interrupted {
        release(worker)
      } catch {
        release(worker)
        throw error
      }
    }
    throw .interrupted
  }

  /// Ends all workers as soon as the calls that are under way are answered.
  func retire() {
    isRetired = true
    if callCount == 0 { stop() }
  }

  /// The same for a pool whose only calls are about to come.
  func retireAfterCalls() { isRetired = true }

  /// Ends all workers; calls that are under way fail as interrupted.
  func stop() {
    isStopped = true
    for waiter in waiters { waiter.resume(returning: .failure(.interrupted)) }
    waiters = []
    for worker in idle { worker.stop() }
    idle = []
    for timer in idleTimers.values { timer.cancel() }
    idleTimers = [:]
  }

  /// Starts the warm workers ahead of the first call.
  func warmUp() {
    while !isStopped, !isRetired, runningCount + startingCount < limits.warmWorkers { startWorker() }
  }

  private func acquire() async throws(WorkerFailure) -> WorkerProcess {
    let result = await EventLoop.suspend { (continuation: Waiter) in
      guard !isStopped else { return continuation.resume(returning: .failure(.interrupted)) }
      guard waiters.count < limits.maximumWaitingCalls else {
        return continuation.resume(returning: .failure(WorkerPool.isBusy))
      }
      while let worker = idle.popLast() {
        idleTimers.removeValue(forKey: ObjectIdentifier(worker))?.cancel()
        if worker.isRunning { return continuation.resume(returning: .success(worker)) }
      }
      waiters.append(continuation)
      if startingCount < waiters.count, runningCount + startingCount < limits.maximumWorkers { startWorker() }
    }
    return try result.get()
  }

  private func release(_ worker: WorkerProcess) {
    guard worker.isRunning else {
      // Whoever waits needs another one.
      replaceLost()
      return
    }
    guard !isStopped else { return worker.stop() }
    if !waiters.isEmpty {
      waiters.removeFirst().resume(returning: .success(worker))
      return
    }
    idle.append(worker)
    guard runningCount > limits.warmWorkers else { return }
    idleTimers[ObjectIdentifier(worker)] = EventLoop.after(
      nanoseconds: UInt64(limits.idleMilliseconds) * 1_000_000
    ) { [weak self, weak worker] in
      guard let self, let worker, self.runningCount > self.limits.warmWorkers else { return }
      self.idle.removeAll { $0 === worker }
      self.idleTimers[ObjectIdentifier(worker)] = nil
      worker.stop()
    }
  }

  private func ended(_ worker: ObjectIdentifier, _ failure: WorkerFailure?) {
    runningCount -= 1
    idle.removeAll { ObjectIdentifier($0) == worker }
    idleTimers.removeValue(forKey: worker)?.cancel()
    replaceLost()
    // After a crash a new worker is made ready at once. One that fails to start is not tried again unasked.
    if failure != nil { warmUp() }
  }

  private func replaceLost() {
    guard !isStopped else { return }
    while startingCount < waiters.count, runningCount + startingCount < limits.maximumWorkers { startWorker() }
  }

  private func startWorker() {
    startingCount += 1
    Task { @LoopActor in
      do throws(WorkerFailure) {
        let worker = try await WorkerProcess.start(plugin, spawn: spawn, limits: limits, log: log)
        startingCount -= 1
        runningCount += 1
        let key = ObjectIdentifier(worker)
        worker.onEnd = { [weak self] failure in self?.ended(key, failure) }
        release(worker)
      } catch {
        startingCount -= 1
        // One call for one failed start, so that every call ends and a passing trouble does not fail them all.
        if !waiters.isEmpty { waiters.removeFirst().resume(returning: .failure(error)) }
        replaceLost()
      }
    }
  }
}
