// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import OrderedJSON
public import Store
public import VideoDocuments

/// The plugin that a job belongs to. A thrown failure means that the plugin gave no answer (it crashed, is missing, or
/// broke the contract); nothing was sent by it, for plugins send nothing.
public protocol ProviderCalls: Sendable {
  /// The purchase of `job.request`.
  @LoopActor func create(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step
  /// The question how `job.task` stands, with `job.pluginState`.
  @LoopActor func poll(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step
  /// Whether `poll` finds a task whose upstream id never arrived, by what `create` sent along.
  @LoopActor func canLookUp(_ job: JobRecord) -> Bool
  /// Kind `unsupported` when the plugin has no such operation.
  @LoopActor func cancel(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step
  /// What follows from the vendor's answer. `state` is that of the step before, which may be newer than the job's.
  @LoopActor func resume(
    _ job: JobRecord, state: JSON?, head: ResponseHead, body: [UInt8], nowMilliseconds: Int64
  ) async throws(Failure) -> Step
}

extension ProviderCalls {
  @LoopActor public func canLookUp(_ job: JobRecord) -> Bool { false }
}

/// Sends what a plugin describes: adds address and credentials, streams the job's assets into place.
public protocol Wire: Sendable {
  /// Sends once; whether to send again is the caller's to decide.
  @LoopActor func send(_ step: HTTPStep, for job: JobRecord) async -> WireOutcome
}

/// How sending ended.
public enum WireOutcome: Sendable, Hashable {
  case answered(WireAnswer)
  /// Surely no byte of the request left this machine.
  case notSent(Failure)
  /// Something left, and no complete answer came.
  case unknown(Failure)
}

/// The vendor's answer, whatever its status.
public struct WireAnswer: Sendable, Hashable {
  public var status: Int
  public var headers: [NameValuePair]
  public var body: [UInt8]

  public init(status: Int, headers: [NameValuePair] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }
}

/// Brings outputs home.
public protocol Archive: Sendable {
  /// Downloads one output to its place, whole or not at all: a file under its final name is complete.
  @LoopActor func download(
    _ output: VideoOutput, at index: Int, for job: JobRecord,
    progress: @escaping @LoopActor (_ receivedBytes: Int64, _ totalBytes: Int64?) -> Void
  ) async throws(CollectTrouble) -> ArchivedFile
}

/// Time, as an argument: tests bring their own.
public protocol JobClock: Sendable {
  /// Unix milliseconds.
  var nowMilliseconds: Int64 { get }
  /// Waits, and throws at once when the task is cancelled.
  @LoopActor func sleep(milliseconds: Int64) async throws(CancellationError)
}
