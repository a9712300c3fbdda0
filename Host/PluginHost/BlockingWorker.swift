// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
public import Loader
import Synchronization

/// A worker that is waited for, for where there is no event loop: describing plugins when they are listed, and
/// measuring. Not for two threads at once; the thread that starts it must outlive it.
public final class BlockingWorker {
  private let worker: SpawnedWorker
  private var reader = ReplyReader()
  private var lines: LineCollector
  private var sequences = SequenceGenerator()
  private var hasEnded = false
  /// What the worker said when it was ready.
  public private(set) var hello = Hello(jailLevel: .none, disabled: [], manifest: [])

  /// A plugin's sealed bytes with all it takes to start workers for it.
  public struct SharedFile: Sendable {
    let plugin: SealedPlugin
    let spawn: WorkerSpawn
    let limits: WorkerLimits
    let log: LineCollector.Handler

    /// Reads and seals the file.
    public init(_ path: String, settings: PluginHostSettings) throws(WorkerFailure) {
      guard let executable = settings.workerExecutable else {
        throw .cannotStart("the program \(PluginHostSettings.workerName) is missing")
      }
      do {
        plugin = try SealedPlugin(path: path, trust: FileTrust(executable: settings.executable))
      } catch {
        throw .refused(error.sentence)
      }
      spawn = WorkerSpawn(executable: executable, withoutLandlock: settings.withoutLandlock)
      limits = settings.limits
      log = settings.log
    }
  }

  /// Starts a worker for the file and waits until it is ready.
  public static func start(_ file: SharedFile) throws(WorkerFailure) -> BlockingWorker {
    try start(file.plugin, spawn: file.spawn, limits: file.limits, log: file.log)
  }

  /// Starts a worker and waits until it is ready.
  static func start(
    _ plugin: SealedPlugin, spawn: WorkerSpawn, limits: WorkerLimits, log: @escaping LineCollector.Handler
  ) throws(WorkerFailure) -> BlockingWorker {
    let allowsLibraries = plugin.needsLibraries.load(ordering: .relaxed)
    let worker = try BlockingWorker(plugin, spawn, allowsLibraries, log)
    switch try worker.greeting(milliseconds: limits.startMilliseconds) {
    case .ready(let hello):
      guard hello.jailLevel == .none || worker.worker.isFilteredTwice() else {
        throw worker.end(.forgedReply(.notJailed))
      }
      worker.hello = hello
      return worker
    case .needsLibraries(let sentence):
      guard !allowsLibraries else { throw .refused(sentence) }
      worker.stop()
      plugin.needsLibraries.store(true, ordering: .relaxed)
      return try start(plugin, spawn: spawn, limits: limits, log: log)
    case .failed(.ended(let verdict, _)):
      throw worker.end(verdict)
    case .failed(let failure):
      throw failure
    }
  }

  private init(
    _ plugin: SealedPlugin, _ spawn: WorkerSpawn, _ allowsLibraries: Bool, _ log: @escaping LineCollector.Handler
  ) throws(WorkerFailure) {
    do {
      worker = try spawn.start(plugin, allowingLibraries: allowsLibraries)
    } catch {
      throw .cannotStart("\(error)")
    }
    lines = LineCollector(plugin: fileName(of: plugin.path), handler: log)
  }

  deinit { stop() }

  /// Calls the operation of that index with a frame from `CallPlan.frame(for:)`, and waits for the answer.
  public func call(
    _ operation: Int, _ frame: consuming [UInt8], milliseconds: Int64
  ) throws(WorkerFailure) -> WorkerReply {
    guard !hasEnded else { throw .interrupted }
    let sequence = sequences.next()
    let deadline = EventLoop.monotonicNanoseconds + UInt64(max(milliseconds, 0)) * 1_000_000
    frame.withUnsafeMutableBytes { bytes in
      WireFrame(
        length: UInt32(clamping: bytes.count - WireFrame.headerBytes), sequence: sequence,
        word: UInt32(clamping: operation)
      ).store(into: bytes)
    }
    var sent = 0
    while sent < frame.count {
      let count = frame.withUnsafeBytes {
        send(
          worker.channel, $0.baseAddress?.advanced(by: sent), $0.count - sent, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
        )
      }
      if count > 0 {
        sent += count
      } else if filmgate_errno() == EAGAIN {
        try wait(for: Int16(POLLOUT), until: deadline, milliseconds)
      } else if filmgate_errno() != EINTR {
        throw endedByItself()
      }
    }
    let (word, payload) = try receive(
      sequence, maximumBytes: OutputSink.maximumBytes, until: deadline, milliseconds)
    return try reply(word: word, payload: payload).get()
  }

  /// Ends the process and closes everything. Safe to call again.
  public func stop() {
    guard !hasEnded else { return }
    kill(worker.process, SIGKILL)
    _ = finish()
  }

  private func greeting(milliseconds: Int64) throws(WorkerFailure) -> Greeting {
    let deadline = EventLoop.monotonicNanoseconds + UInt64(milliseconds) * 1_000_000
    let (word, payload) = try receive(0, maximumBytes: Hello.maximumBytes, until: deadline, milliseconds)
    return Greeting(word: word, payload: payload)
  }

  private func receive(
    _ sequence: UInt32, maximumBytes: Int, until deadline: UInt64, _ milliseconds: Int64
  ) throws(WorkerFailure) -> (UInt32, [UInt8]) {
    while true {
      switch reader.next(sequence: sequence, maximumBytes: maximumBytes) {
      case .frame(let word, let payload):
        // One call at a time: nothing may follow.
        guard !reader.hasLeftovers else { throw end(.forgedReply(.unasked)) }
        return (word, payload)
      case .violation(let reply):
        throw end(.forgedReply(reply))
      case .incomplete:
        try wait(for: Int16(POLLIN), until: deadline, milliseconds)
        let count = reader.fill(from: worker.channel, flags: Int32(MSG_DONTWAIT))
        if count == 0 { throw endedByItself() }
        if count < 0, filmgate_errno() != EAGAIN, filmgate_errno() != EINTR { throw endedByItself() }
      }
    }
  }

  /// Waits for the channel, and reads the standard error meanwhile, lest a chatty plugin is held up by a full pipe.
  private func wait(for events: Int16, until deadline: UInt64, _ milliseconds: Int64) throws(WorkerFailure) {
    while true {
      let now = EventLoop.monotonicNanoseconds
      guard now < deadline else { throw end(.hang(milliseconds: milliseconds)) }
      var descriptors = [
        pollfd(fd: worker.channel, events: events, revents: 0),
        pollfd(fd: lines.isAtEnd ? -1 : worker.standardError, events: Int16(POLLIN), revents: 0),
      ]
      let ready = poll(&descriptors, 2, Int32(clamping: (deadline - now) / 1_000_000 + 1))
      guard ready > 0 else { continue }
      if descriptors[1].revents != 0 { lines.read(from: worker.standardError) }
      if descriptors[0].revents != 0 { return }
    }
  }

  /// Ends it for what it did.
  private func end(_ verdict: WorkerVerdict) -> WorkerFailure {
    kill(worker.process, SIGKILL)
    _ = finish()
    return .ended(verdict, lastWords: lines.lastWords)
  }

  /// The channel is closed: the process has ended or is about to.
  private func endedByItself() -> WorkerFailure {
    var descriptor = pollfd(fd: worker.processDescriptor, events: Int16(POLLIN), revents: 0)
    let hungUp = poll(&descriptor, 1, Int32(endGraceMilliseconds)) <= 0
    if hungUp { kill(worker.process, SIGKILL) }
    var verdict = finish()
    if hungUp { verdict = verdict.afterHangingUp }
    return .ended(verdict, lastWords: lines.lastWords)
  }

  private func finish() -> WorkerVerdict {
    guard !hasEnded else { return .killed(signal: SIGKILL) }
    hasEnded = true
    let verdict = worker.reapWaiting()
    lines.drain(from: worker.standardError)
    worker.closeDescriptors()
    return verdict
  }
}
