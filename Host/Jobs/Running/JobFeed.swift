// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Store

/// Tells those who wait in this process what became of jobs, as soon as it is durable.
@LoopActor public final class JobFeed {
  public typealias Observer = @LoopActor (JobRecord, [JobLogEntry]) -> Void

  private var observers: [Observer] = []
  private var watches: [String: [ObjectIdentifier: JobWatch]] = [:]

  public nonisolated init() {}

  /// Adds an observer of every change; it stays as long as the feed.
  public func observe(_ observer: @escaping Observer) { observers.append(observer) }

  /// A change that is on disk. `entries` are the lines of the job's history that came with it.
  public func publish(_ job: JobRecord, _ entries: [JobLogEntry] = []) {
    for observer in observers { observer(job, entries) }
    for watch in (watches[job.id] ?? [:]).values { watch.take(job) }
  }

  /// Begins to collect a job's changes, until `JobWatch.end`. Read the job from the store after this call: then no change
  /// is missed.
  public func watch(_ id: String) -> JobWatch {
    let watch = JobWatch(id, self)
    watches[id, default: [:]][ObjectIdentifier(watch)] = watch
    return watch
  }

  fileprivate func remove(_ watch: JobWatch) {
    watches[watch.id]?[ObjectIdentifier(watch)] = nil
    if watches[watch.id]?.isEmpty == true { watches[watch.id] = nil }
  }
}

/// One caller's wait for the changes of one job.
@LoopActor public final class JobWatch {
  public nonisolated let id: String
  private let feed: JobFeed
  private var latest: JobRecord?
  private var waiter: (revision: Int64, continuation: LoopContinuation<JobRecord?>)?
  private var timer: LoopTimer?

  fileprivate init(_ id: String, _ feed: JobFeed) {
    self.id = id
    self.feed = feed
  }

  /// The job's newest state, once its revision is higher than that; nil when the time is over, the watch ended or the
  /// task was cancelled. One caller at a time.
  public func next(after revision: Int64, timeoutMilliseconds: Int64) async -> JobRecord? {
    await withTaskCancellationHandler {
      await EventLoop.suspend { continuation in
        if let latest, latest.revision > revision { return continuation.resume(returning: latest) }
        guard timeoutMilliseconds > 0, waiter == nil, !Task.isCancelled else {
          return continuation.resume(returning: nil)
        }
        waiter = (revision, continuation)
        timer = EventLoop.after(nanoseconds: UInt64(timeoutMilliseconds) * 1_000_000) { self.finish(nil) }
      }
    } onCancel: {
      Task { @LoopActor in self.finish(nil) }
    }
  }

  public func end() {
    finish(nil)
    feed.remove(self)
  }

  fileprivate func take(_ job: JobRecord) {
    latest = job
    if let waiter, job.revision > waiter.revision { finish(job) }
  }

  private func finish(_ job: JobRecord?) {
    timer?.cancel()
    timer = nil
    waiter?.continuation.resume(returning: job)
    waiter = nil
  }
}
