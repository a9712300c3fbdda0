// SPDX-License-Identifier: Apache-2.0

import EventLoop
public import Jobs
public import OrderedJSON
public import Store
public import VideoDocuments

/// A wire that counts what goes over it.
public struct MeasuredWire: Wire {
  private let wire: any Wire
  private let metrics: GatewayMetrics

  public init(_ wire: any Wire, _ metrics: GatewayMetrics) {
    self.wire = wire
    self.metrics = metrics
  }

  public func send(_ step: HTTPStep, for job: JobRecord) async -> WireOutcome {
    let began = EventLoop.monotonicNanoseconds
    let outcome = await wire.send(step, for: job)
    let name: String
    switch outcome {
    case .answered(let answer): name = Self.names[min(max(answer.status / 100 - 1, 0), 4)]
    case .notSent(let failure):
      name = "not_sent"
      metrics.vendorFailed(job.pluginID, failure)
    case .unknown(let failure):
      name = "unknown"
      metrics.vendorFailed(job.pluginID, failure)
    }
    metrics.vendorAnswered(job.pluginID, outcome: name, nanoseconds: EventLoop.monotonicNanoseconds - began)
    return outcome
  }

  private static let names = ["1xx", "2xx", "3xx", "4xx", "5xx"]
}

/// Calls of plugins for jobs, with what they make of the providers' answers counted.
public struct MeasuredCalls: ProviderCalls {
  private let calls: any ProviderCalls
  private let metrics: GatewayMetrics

  public init(_ calls: any ProviderCalls, _ metrics: GatewayMetrics) {
    self.calls = calls
    self.metrics = metrics
  }

  public func create(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    try await calls.create(job, nowMilliseconds: nowMilliseconds)
  }

  public func poll(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    if let planned = job.nextActionAtMilliseconds { metrics.polled(lateMilliseconds: nowMilliseconds - planned) }
    return try await calls.poll(job, nowMilliseconds: nowMilliseconds)
  }

  public func canLookUp(_ job: JobRecord) -> Bool { calls.canLookUp(job) }

  public func cancel(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    try await calls.cancel(job, nowMilliseconds: nowMilliseconds)
  }

  public func resume(
    _ job: JobRecord, state: JSON?, head: ResponseHead, body: [UInt8], nowMilliseconds: Int64
  ) async throws(Failure) -> Step {
    let step = try await calls.resume(job, state: state, head: head, body: body, nowMilliseconds: nowMilliseconds)
    if case .fail(let failure) = step.action { metrics.vendorFailed(job.pluginID, failure) }
    return step
  }
}

/// An archive that counts what it brings home.
public struct MeasuredArchive: Archive {
  private let archive: any Archive
  private let metrics: GatewayMetrics

  public init(_ archive: any Archive, _ metrics: GatewayMetrics) {
    self.archive = archive
    self.metrics = metrics
  }

  public func download(
    _ output: VideoOutput, at index: Int, for job: JobRecord,
    progress: @escaping @LoopActor (_ receivedBytes: Int64, _ totalBytes: Int64?) -> Void
  ) async throws(CollectTrouble) -> ArchivedFile {
    let file = try await archive.download(output, at: index, for: job, progress: progress)
    metrics.archived(job.pluginID, bytes: file.byteCount)
    return file
  }
}
