// SPDX-License-Identifier: Apache-2.0

import EventLoop
import OrderedJSON
import Store
public import VideoDocuments

extension JobRunner {
  /// The longest that a waiting driver does not look at the store, in milliseconds: so soon does it see a cancel that
  /// another process asked for.
  static var storeGlanceMilliseconds: Int64 { 1_000 }
  /// Who may act on a job.
  enum Claim: Sendable {
    case mine(JobRecord)
    case over(JobRecord)
    case held(JobRecord, by: LeaseOwner)
  }

  /// Why waiting ended.
  private enum Waited {
    case due
    /// Somebody else wrote the job.
    case changed(JobRecord)
    case timedOut
    case detached
  }

  /// Does what is left to do for a job until it is over, or far enough. Cancelling the task detaches from the job, which
  /// goes on at the vendor; a submission under way is first carried to its answer. `deadlineMilliseconds` (unix) ends
  /// the waiting, never the job. `looksAtOnce` asks the vendor now, whatever the schedule says. Throws when the store
  /// fails.
  public func drive(
    _ id: String, until goal: DriveGoal = .done, deadlineMilliseconds: Int64? = nil, looksAtOnce: Bool = false,
    observer: @escaping @LoopActor (JobProgress) -> Void = { _ in }
  ) async throws(Failure) -> DriveResult {
    var seenRevision: Int64 = -1
    var wasToldElsewhere = false
    var looksUp = [0 as Int64]
    while true {
      switch try await claim(id) {
      case .over(let job) where canLookUp(job):
        guard let found = await lookUp(job, after: looksUp, deadlineMilliseconds) else {
          return DriveResult(job, .settled)
        }
        observer(.changed(found))
      case .over(let job):
        guard job.state == .expired, job.acceptedAtMilliseconds != nil, let late = try await lateSuccess(job) else {
          return DriveResult(job, .settled)
        }
        observer(.changed(late))
      case .mine(let job):
        let result: Result<DriveResult, Failure>
        do throws(Failure) {
          observer(.changed(job))
          result = .success(
            try await DriveLoop(
              runner: self, id: id, goal: goal, deadlineMilliseconds: deadlineMilliseconds, observer: observer
            ).run(job, looksAtOnce: looksAtOnce))
        } catch {
          result = .failure(error)
        }
        driven.remove(id)
        await release(id)
        let end = try result.get()
        guard canLookUp(end.job) else { return end }
        // Lost just now: the vendor may take a moment to know it.
        looksUp = Self.lookUpWaitsMilliseconds
      case .held(let job, let other):
        if !wasToldElsewhere {
          wasToldElsewhere = true
          observer(.drivenElsewhere(processID: other.processID))
        }
        if job.revision != seenRevision {
          seenRevision = job.revision
          observer(.changed(job))
        }
        if goal == .accepted, job.state == .watching || job.state == .collecting { return DriveResult(job, .accepted) }
        if let deadlineMilliseconds, clock.nowMilliseconds >= deadlineMilliseconds {
          return DriveResult(job, .timedOut)
        }
        do throws(CancellationError) {
          try await clock.sleep(milliseconds: Self.storeGlanceMilliseconds / 2)
        } catch {
          return DriveResult(job, .detached)
        }
      }
    }
  }

  /// The waits before the questions for a purchase whose answer was lost a moment ago.
  private static var lookUpWaitsMilliseconds: [Int64] { [1_000, 2_000, 4_000] }

  /// Asks the vendor for a job of unknown outcome, as often as there are waits; nil when it was not found, or when there
  /// is no time for that.
  private func lookUp(_ job: JobRecord, after waits: [Int64], _ deadlineMilliseconds: Int64?) async -> JobRecord? {
    for wait in waits {
      if let deadlineMilliseconds, clock.nowMilliseconds + wait > deadlineMilliseconds { return nil }
      guard (try? await clock.sleep(milliseconds: wait)) != nil, !Task.isCancelled else { return nil }
      // Whatever is said instead, the job stays as it is.
      if let found = try? await lookUp(job.id) { return found }
    }
    return nil
  }

  /// Takes the lease, unless a living process has it. Of a job that is now ours, `driven` holds the id.
  private func claim(_ id: String) async throws(Failure) -> Claim {
    // This object drives it already, for another caller.
    if driven.contains(id) {
      guard let job = try await store.job(id) else { throw Failure(.notFound, "There is no job \(id).") }
      return job.state.isLive ? .held(job, by: owner) : .over(job)
    }
    // Marked before the store is asked, so that no second caller comes between.
    driven.insert(id)
    do throws(Failure) {
      let claim = try await takeLease(id)
      if case .mine = claim { return claim }
      driven.remove(id)
      return claim
    } catch {
      driven.remove(id)
      throw error
    }
  }

  /// Writes this owner's lease, unless a living process has one. The caller marks the job as `driven`.
  func takeLease(_ id: String) async throws(Failure) -> Claim {
    let moment = moment()
    let owner = owner
    let judge = judge
    let (claim, entries) = try await store.update(id) { [machine] job in
      guard job.state.isLive else { return JobChange(nil, output: (Claim.over(job), [JobLogEntry]())) }
      // A lease of this very process that nobody drives is left over from a drive that failed.
      if let lease = job.lease, lease.owner != owner, !judge.isAbandoned(lease, moment) {
        return JobChange(nil, output: (.held(job, by: lease.owner), []))
      }
      var decision = machine.advance(job, .ownerDied, moment)
      let isLive = decision.job.state.isLive
      if isLive { decision.job.lease = Lease(owner: owner, renewedAtMilliseconds: moment.nowMilliseconds) }
      var written = decision.job
      written.revision = job.revision + 1
      return JobChange(
        decision.job, entries: decision.entries,
        output: (isLive ? .mine(written) : .over(written), decision.entries))
    }
    if case .over(let job) = claim, !entries.isEmpty { publish(job, entries) }
    return claim
  }

  func release(_ id: String) async {
    let owner = owner
    // Best effort: a lease of a process that ends is void anyway.
    _ = try? await store.update(id) { job in
      guard job.lease?.owner == owner else { return JobChange(nil, output: false) }
      var job = job
      job.lease = nil
      return JobChange(job, output: true)
    }
  }

  /// Asks once more about a job that expired; the job when it has succeeded after all.
  func lateSuccess(_ job: JobRecord) async throws(Failure) -> JobRecord? {
    guard case .looked(let update, let state) = await look(job), update.phase == .succeeded else { return nil }
    let decision = try await apply(.looked(update, state: state), to: job.id)
    return decision.isIgnored ? nil : decision.job
  }
}

/// One stay of a driver at a job whose lease it has.
@LoopActor private struct DriveLoop {
  let runner: JobRunner
  let id: String
  let goal: DriveGoal
  let deadlineMilliseconds: Int64?
  let observer: @LoopActor (JobProgress) -> Void

  /// What one effect came to.
  private enum Outcome {
    case decided(JobDecision)
    /// Somebody else changed the job; think anew.
    case changed(JobRecord)
    case ended(DriveResult.Reason)
  }

  func run(_ start: JobRecord, looksAtOnce: Bool) async throws(Failure) -> DriveResult {
    var job = start
    var effects = runner.machine.nextEffects(job, runner.moment())
    // A cancel that somebody asked for comes first, and looks at once itself.
    if looksAtOnce, job.state == .watching, !job.isCancelWanted { effects = [.look(atMilliseconds: 0)] }
    while true {
      if !job.state.isLive { return DriveResult(job, .settled) }
      if goal == .accepted, job.state == .watching || job.state == .collecting, !job.isCancelWanted {
        return DriveResult(job, .accepted)
      }
      // Live, and nothing to do: another process is sending. It cannot be, with the lease here; so look again.
      let effect = effects.isEmpty ? .look(atMilliseconds: runner.clock.nowMilliseconds + 1_000) : effects[0]
      switch try await carryOut(effect, job) {
      case .ended(let reason): return DriveResult(job, reason)
      case .changed(let changed):
        job = changed
        observer(.changed(job))
        effects = runner.machine.nextEffects(job, runner.moment())
      case .decided(let decision):
        let before = job
        job = decision.job
        effects = decision.isIgnored ? runner.machine.nextEffects(job, runner.moment()) : decision.effects
        report(before, job, effects)
      }
    }
  }

  private func report(_ before: JobRecord, _ job: JobRecord, _ effects: [JobEffect]) {
    if job.revision != before.revision { observer(.changed(job)) }
    // What ends the drive is in its result.
    if case .pause = effects.first { return }
    if let trouble = job.trouble, job.state.isLive {
      observer(.trouble(trouble, nextAtMilliseconds: job.nextActionAtMilliseconds))
    }
  }

  private func carryOut(_ effect: JobEffect, _ job: JobRecord) async throws(Failure) -> Outcome {
    if let at = effect.dueMilliseconds, let early = try await wait(until: at, job) { return early }
    let outcome = try await runner.carryOut(
      effect, job, deadlineMilliseconds: deadlineMilliseconds, observer: observer)
    switch outcome {
    case .decided(let decision): return .decided(decision)
    case .ended(let reason): return .ended(reason)
    }
  }

  /// Waits until then, glancing at the store; nil when the time has come.
  private func wait(until due: Int64, _ job: JobRecord) async throws(Failure) -> Outcome? {
    while true {
      if Task.isCancelled { return .ended(.detached) }
      let now = runner.clock.nowMilliseconds
      if due <= now { return nil }
      if let deadlineMilliseconds, now >= deadlineMilliseconds { return .ended(.timedOut) }
      let end = min(due, deadlineMilliseconds ?? due)
      do throws(CancellationError) {
        try await runner.clock.sleep(milliseconds: min(end - now, JobRunner.storeGlanceMilliseconds))
      } catch {
        return .ended(.detached)
      }
      guard let current = try await runner.store.job(id) else {
        throw Failure(.notFound, "The job \(id) was removed.")
      }
      if current.revision != job.revision { return .changed(current) }
    }
  }
}
