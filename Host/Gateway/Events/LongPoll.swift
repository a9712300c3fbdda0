// SPDX-License-Identifier: Apache-2.0

public import EventLoop
import Jobs
public import Store
public import VideoDocuments

/// A status request that is answered when there is news (`?wait=30`).
@LoopActor public struct LongPoll {
  /// The longest wait.
  public nonisolated static let maximumSeconds = 60

  /// How often the store is asked: another process may look after the job.
  private static let glanceMilliseconds: Int64 = 5_000

  private let store: any Store
  private let waits: OpenWaits

  public nonisolated init(store: any Store, waits: OpenWaits) {
    self.store = store
    self.waits = waits
  }

  /// Reads the value of `wait`; nothing given means no wait.
  public nonisolated static func seconds(_ text: String?) throws(Failure) -> Int {
    guard let text else { return 0 }
    guard let seconds = Int(text), (0...maximumSeconds).contains(seconds) else {
      throw Failure(
        .invalid, "wait must be a whole number of seconds from 0 to \(maximumSeconds).", field: "wait",
        advice: "Ask again when the time is over, or read the events of the video.")
    }
    return seconds
  }

  /// The job as soon as phase or progress differ from what `job` shows, when it is over, or when the time is. Throws when
  /// the caller's key works no more.
  public func wait(for job: JobRecord, seconds: Int) async throws(Failure) -> JobRecord {
    guard seconds > 0, !waits.isDraining else { return job }
    let watch = waits.open(job.id, keyID: job.callerKeyID)
    defer { waits.close(watch) }
    // What was written before the watch began is in the store.
    var current = try await store.job(job.id) ?? job
    let seen = VisibleState(job)
    let deadline = EventLoop.monotonicNanoseconds + UInt64(seconds) * 1_000_000_000
    while !VisibleState(current).isFinal, VisibleState(current) == seen, !waits.isDraining, waits.refusal(watch) == nil
    {
      let now = EventLoop.monotonicNanoseconds
      guard now < deadline else { break }
      let left = min(Int64((deadline - now) / 1_000_000) + 1, Self.glanceMilliseconds)
      if let next = await watch.next(after: current.revision, timeoutMilliseconds: left) {
        current = next
      } else if let stored = try await store.job(job.id), stored.revision > current.revision {
        // Another process has written it.
        current = stored
      }
    }
    if let refusal = waits.refusal(watch) { throw refusal }
    return current
  }
}
