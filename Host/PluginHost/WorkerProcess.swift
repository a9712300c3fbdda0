// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
import Loader
import Synchronization

/// A worker on the event loop. Calls may be put in before earlier ones are answered; the worker takes them in order.
/// What it sends is checked as it comes; on the first false byte, or a moment late, it is ended.
@LoopActor final class WorkerProcess {
  private struct PendingCall {
    let sequence: UInt32
    let milliseconds: Int64
    let maximumBytes: Int
    let resume: (Result<(UInt32, [UInt8]), WorkerFailure>) -> Void
  }

  private enum State {
    case running
    /// Ended by us for what it did, and not yet reaped.
    case condemned
    /// The channel is closed; the process has ended or is about to.
    case leaving
    case ended
  }

  private let worker: SpawnedWorker
  private var state = State.running
  private var reader = ReplyReader()
  private var lines: LineCollector
  private var sequences = SequenceGenerator()
  /// In the order in which the worker has to answer.
  private var pending: [PendingCall] = []
  private var unsent: [UInt8] = []
  private var sentBytes = 0
  private var deadline: LoopTimer?
  /// It closed the channel without ending, and was ended for that.
  private var hungUp = false
  private var channelWatch: Watch?
  private var errorWatch: Watch?
  private var processWatch: Watch?
  /// What the worker said when it was ready.
  private(set) var hello = Hello(jailLevel: .none, disabled: [], manifest: [])
  /// Called once, when the worker can take no more calls: with what it did, nil when it was stopped. Set it as soon as
  /// the worker has started; of an end before that it tells at once.
  var onEnd: ((WorkerFailure?) -> Void)? {
    didSet {
      guard let earlyEnd, let onEnd else { return }
      self.earlyEnd = nil
      self.onEnd = nil
      onEnd(earlyEnd)
    }
  }
  private var earlyEnd: WorkerFailure?

  /// Calls put in and not answered.
  var load: Int { pending.count }
  var isRunning: Bool {
    if case .running = state { true } else { false }
  }

  /// Starts a worker and waits until it is ready.
  static func start(
    _ plugin: SealedPlugin, spawn: WorkerSpawn, limits: WorkerLimits, log: @escaping LineCollector.Handler
  ) async throws(WorkerFailure) -> WorkerProcess {
    let allowsLibraries = plugin.needsLibraries.load(ordering: .relaxed)
    // The pool's threads stay as long as the process, as a worker's parent thread must.
    let spawned: Result<SpawnedWorker, SystemFailure> = await Blocking.run {
      do throws(SystemFailure) {
        return .success(try spawn.start(plugin, allowingLibraries: allowsLibraries))
      } catch {
        return .failure(error)
      }
    }
    let worker: WorkerProcess
    switch spawned {
    case .success(let spawned):
      worker = WorkerProcess(spawned, LineCollector(plugin: fileName(of: plugin.path), handler: log))
    case .failure(let failure): throw .cannotStart("\(failure)")
    }
    // The greeting is the answer to a call that is not sent.
    let (word, payload) = try await worker.answer(
      sequence: 0, milliseconds: limits.startMilliseconds, maximumBytes: Hello.maximumBytes)
    switch Greeting(word: word, payload: payload) {
    case .ready(let hello):
      let isTrue = hello.jailLevel == .none ? true : await Blocking.run { worker.worker.isFilteredTwice() }
      guard isTrue else { throw worker.condemn(.forgedReply(.notJailed)) }
      // It may have ended meanwhile, which the next call would find out; say it now.
      guard worker.isRunning else { throw .interrupted }
      worker.hello = hello
      return worker
    case .needsLibraries(let sentence):
      worker.stop()
      guard !allowsLibraries else { throw .refused(sentence) }
      plugin.needsLibraries.store(true, ordering: .relaxed)
      return try await start(plugin, spawn: spawn, limits: limits, log: log)
    case .failed(.ended(let verdict, _)):
      throw worker.condemn(verdict)
    case .failed(let failure):
      worker.stop()
      throw failure
    }
  }

  private init(_ worker: SpawnedWorker, _ lines: LineCollector) {
    self.worker = worker
    self.lines = lines
  }

  /// Calls the operation of that index with a frame from `CallPlan.frame(for:)`. Its time counts from when the worker
  /// can turn to it. Cancelling the task does not stop the call.
  func call(
    _ operation: Int, _ frame: consuming [UInt8], milliseconds: Int64
  ) async throws(WorkerFailure) -> WorkerReply {
    guard isRunning else { throw .interrupted }
    var sequence = sequences.next()
    while pending.contains(where: { $0.sequence == sequence }) { sequence = sequences.next() }
    frame.withUnsafeMutableBytes { bytes in
      WireFrame(
        length: UInt32(clamping: bytes.count - WireFrame.headerBytes), sequence: sequence,
        word: UInt32(clamping: operation)
      ).store(into: bytes)
    }
    let (word, payload) = try await answer(
      sequence: sequence, milliseconds: milliseconds, maximumBytes: OutputSink.maximumBytes, sending: frame)
    return try reply(word: word, payload: payload).get()
  }

  /// Ends the worker; calls that are not answered fail as interrupted.
  func stop() {
    guard case .running = state else { return }
    state = .condemned
    kill(worker.process, SIGKILL)
    abandon(first: .interrupted)
    let handler = onEnd
    onEnd = nil
    handler?(nil)
  }

  // MARK: Waiting for answers

  private func answer(
    sequence: UInt32, milliseconds: Int64, maximumBytes: Int, sending frame: [UInt8] = []
  ) async throws(WorkerFailure) -> (UInt32, [UInt8]) {
    let result = await EventLoop.suspend {
      (continuation: LoopContinuation<Result<(UInt32, [UInt8]), WorkerFailure>>) in
      // Nobody answers for a worker that has ended.
      guard isRunning else { return continuation.resume(returning: .failure(.interrupted)) }
      pending.append(
        PendingCall(sequence: sequence, milliseconds: milliseconds, maximumBytes: maximumBytes) {
          continuation.resume(returning: $0)
        })
      if pending.count == 1 { startClock() }
      // Only now, when the answer is expected, may the worker be heard.
      if channelWatch == nil { watch() }
      if unsent.isEmpty { unsent = frame } else { unsent.append(contentsOf: frame) }
      flush()
    }
    return try result.get()
  }

  private func startClock() {
    deadline?.cancel()
    deadline = nil
    guard let first = pending.first else { return }
    deadline = EventLoop.after(nanoseconds: UInt64(max(first.milliseconds, 0)) * 1_000_000) { [weak self] in
      // The loop may be the one that is late: what has come by now counts.
      guard let self, self.isRunning else { return }
      self.receive()
      guard self.isRunning, self.pending.first?.sequence == first.sequence else { return }
      _ = self.condemn(.hang(milliseconds: first.milliseconds))
    }
  }

  private func receive() {
    let count = reader.fill(from: worker.channel, flags: Int32(MSG_DONTWAIT))
    let failure = filmgate_errno()
    if count > 0 { takeFrames() }
    if count == 0 || count < 0 && failure != EAGAIN && failure != EINTR { leave() }
  }

  private func takeFrames() {
    while isRunning {
      switch reader.next(
        sequence: pending.first?.sequence, maximumBytes: pending.first?.maximumBytes ?? 0)
      {
      case .incomplete: return
      case .violation(let reply):
        _ = condemn(.forgedReply(reply))
      case .frame(let word, let payload):
        let call = pending.removeFirst()
        startClock()
        call.resume(.success((word, payload)))
      }
    }
  }

  private func flush() {
    while sentBytes < unsent.count, isRunning {
      let count = unsent.withUnsafeBytes {
        send(
          worker.channel, $0.baseAddress?.advanced(by: sentBytes), $0.count - sentBytes,
          Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
      }
      if count > 0 {
        sentBytes += count
      } else if filmgate_errno() == EINTR {
        continue
      } else if filmgate_errno() == EAGAIN {
        try? channelWatch?.update([.readable, .writable])
        return
      } else {
        // The end of file says the rest.
        break
      }
    }
    unsent = []
    sentBytes = 0
    if channelWatch?.interest.contains(.writable) == true { try? channelWatch?.update(.readable) }
  }

  // MARK: Watching

  private func watch() {
    do throws(SystemFailure) {
      channelWatch = try EventLoop.watch(worker.channel, .readable) { [self] reported in
        if reported.contains(.writable) { flush() }
        if !reported.isDisjoint(with: [.readable, .hangup, .error]), isRunning { receive() }
      }
      errorWatch = try EventLoop.watch(worker.standardError, .readable) { [self] _ in
        lines.read(from: worker.standardError)
        if lines.isAtEnd { errorWatch?.cancel() }
      }
      // Keeps this object until the process is reaped, whoever has let go of it.
      processWatch = try EventLoop.watch(worker.processDescriptor, .readable) { [self] _ in reap() }
    } catch {
      kill(worker.process, SIGKILL)
      cancelWatches()
      state = .ended
      let worker = worker
      Task {
        await Blocking.run {
          _ = worker.reapWaiting()
          worker.closeDescriptors()
        }
      }
      abandon(first: .cannotStart("\(error)"))
    }
  }

  // MARK: The end

  /// Ends it for what it did; the call that it was at fails with the verdict, the ones behind it as interrupted.
  private func condemn(_ verdict: WorkerVerdict) -> WorkerFailure {
    let failure = WorkerFailure.ended(verdict, lastWords: lines.lastWords)
    guard case .running = state else { return failure }
    state = .condemned
    kill(worker.process, SIGKILL)
    abandon(first: failure)
    announce(failure)
    return failure
  }

  /// The channel is closed.
  private func leave() {
    guard case .running = state else { return }
    state = .leaving
    channelWatch?.cancel()
    deadline?.cancel()
    deadline = EventLoop.after(nanoseconds: UInt64(endGraceMilliseconds) * 1_000_000) { [self] in
      hungUp = true
      kill(worker.process, SIGKILL)
    }
  }

  private func reap() {
    guard var verdict = worker.reap() else { return }
    if hungUp { verdict = verdict.afterHangingUp }
    // What was sent before the end still counts.
    if isRunning {
      while isRunning, reader.fill(from: worker.channel, flags: Int32(MSG_DONTWAIT)) > 0 { takeFrames() }
    }
    lines.drain(from: worker.standardError)
    let wasCondemned: Bool
    if case .condemned = state { wasCondemned = true } else { wasCondemned = false }
    state = .ended
    cancelWatches()
    worker.closeDescriptors()
    guard !wasCondemned else { return }
    let failure = WorkerFailure.ended(verdict, lastWords: lines.lastWords)
    abandon(first: failure)
    announce(failure)
  }

  private func abandon(first failure: WorkerFailure) {
    deadline?.cancel()
    deadline = nil
    channelWatch?.cancel()
    unsent = []
    let calls = pending
    pending = []
    for (index, call) in calls.enumerated() { call.resume(.failure(index == 0 ? failure : .interrupted)) }
  }

  private func announce(_ failure: WorkerFailure) {
    guard let handler = onEnd else {
      earlyEnd = failure
      return
    }
    onEnd = nil
    handler(failure)
  }

  private func cancelWatches() {
    channelWatch?.cancel()
    errorWatch?.cancel()
    processWatch?.cancel()
    channelWatch = nil
    errorWatch = nil
    processWatch = nil
  }
}
