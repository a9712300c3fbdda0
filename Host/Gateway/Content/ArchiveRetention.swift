// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Jobs
public import Store
public import VideoDocuments

/// Removes clips when their time is over, and copies of inputs when nobody will need them again. Jobs under way are left
/// alone.
@LoopActor public final class ArchiveRetention {
  /// Copies of inputs stay so long after their job, for callers who want it once more.
  public nonisolated static let inputMilliseconds: Int64 = 86_400_000
  /// The most that lies between two sweeps, and the least.
  private static let sweepMilliseconds: ClosedRange<Int64> = 60_000...3_600_000

  /// So long after a removal a new process makes sure of it.
  private static let doubtMilliseconds: Int64 = 604_800_000

  private let store: any Store
  private let cleaner: ArchiveCleaner
  private let clock: any JobClock
  private let clips: AgedJobs?
  private let inputs: AgedJobs
  private let intervalMilliseconds: Int64
  private var task: Task<Void, Never>?

  /// `retentionMilliseconds` nil keeps clips for ever.
  public init(
    store: any Store, cleaner: ArchiveCleaner, retentionMilliseconds: Int64?,
    inputMilliseconds: Int64 = ArchiveRetention.inputMilliseconds, clock: any JobClock = SystemClock()
  ) {
    self.store = store
    self.cleaner = cleaner
    self.clock = clock
    clips = retentionMilliseconds.map { AgedJobs(store, ageMilliseconds: $0) }
    // Inputs are not kept longer than what was made of them.
    let inputAge = min(inputMilliseconds, retentionMilliseconds ?? inputMilliseconds)
    inputs = AgedJobs(store, ageMilliseconds: inputAge)
    let wanted = min(retentionMilliseconds ?? .max, inputAge) / 10
    intervalMilliseconds = min(
      max(wanted, Self.sweepMilliseconds.lowerBound), Self.sweepMilliseconds.upperBound)
  }

  /// Sweeps now and then until `stop`. A sweep that fails is told and tried again.
  public func start(onFailure: @escaping @LoopActor (Failure) -> Void) {
    guard task == nil else { return }
    task = Task { @LoopActor [weak self] in
      while !Task.isCancelled {
        do throws(Failure) {
          try await self?.sweep()
        } catch {
          onFailure(error)
        }
        guard let self, (try? await clock.sleep(milliseconds: intervalMilliseconds)) != nil else { return }
      }
    }
  }

  public func stop() {
    task?.cancel()
    task = nil
  }

  /// Removes what is due.
  public func sweep() async throws(Failure) {
    let now = clock.nowMilliseconds
    if let clips {
      try await clips.visit(nowMilliseconds: now) { [self] (job) async throws(Failure) in
        try await removeClips(of: job, now)
      }
    }
    // Inputs that a caller's newer job took over from an older one.
    var needed: Set<String>?
    try await inputs.visit(nowMilliseconds: now) { [self] (job) async throws(Failure) in
      guard job.assets.contains(where: \.isOwnedCopy) else { return }
      if needed == nil { needed = try await ArchiveCleaner.inputsNeeded(store) }
      await cleaner.removeInputs(of: job, needed: needed ?? [])
    }
  }

  private func removeClips(of job: JobRecord, _ now: Int64) async throws(Failure) {
    if let removedAt = job.filesRemovedAtMilliseconds {
      // Perhaps killed before the files were gone.
      if now - removedAt < Self.doubtMilliseconds { await cleaner.removeClips(of: job) }
      return
    }
    guard !job.task.outputs.isEmpty else { return }
    // The mark first: whoever asks from now on is told, and nobody finds half of it.
    let marked = try await store.update(job.id) { job in
      guard !job.state.isLive else { return JobChange(nil, output: false) }
      var job = job
      job.filesRemovedAtMilliseconds = now
      return JobChange(job, entries: [JobLogEntry("files_removed", atMilliseconds: now)], output: true)
    }
    if marked { await cleaner.removeClips(of: job) }
  }
}
