// SPDX-License-Identifier: Apache-2.0

import EventLoop
import OrderedJSON
import Store
public import VideoDocuments

extension JobRunner {
  /// The longest that a waiting driver does not look at the store, in milliseconds: so soon does it see a cancel that
  /// another process asked for.
  static var storeGlanceMilliseconds: Int64 { 1_000 }
  /// How long after the deadline a question to the vendor may still be answered.
  fileprivate static var lateAnswerMilliseconds: Int64 { 2_000 }

  /// Who may act on a job.
  private enum Claim: Sendable {
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
    while true {
      switch try await claim(id) {
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
        return try result.get()
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

  private func takeLease(_ id: String) async throws(Failure) -> Claim {
    let moment = moment()
    let owner = owner
    let judge = judge
    return try await store.update(id) { [machine] job in
      guard job.state.isLive else { return JobChange(nil, output: .over(job)) }
      // A lease of this very process that nobody drives is left over from a drive that failed.
      if let lease = job.lease, lease.owner != owner, !judge.isAbandoned(lease, moment) {
        return JobChange(nil, output: .held(job, by: lease.owner))
      }
      var decision = machine.advance(job, .ownerDied, moment)
      let isLive = decision.job.state.isLive
      if isLive { decision.job.lease = Lease(owner: owner, renewedAtMilliseconds: moment.nowMilliseconds) }
      var written = decision.job
      written.revision = job.revision + 1
      return JobChange(
        decision.job, entries: decision.entries, output: isLive ? .mine(written) : .over(written))
    }
  }

  private func release(_ id: String) async {
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
  private func lateSuccess(_ job: JobRecord) async throws(Failure) -> JobRecord? {
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
    switch effect {
    case .settle: return .ended(.settled)
    case .pause(let failure): return .ended(.paused(failure))
    case .prepare(let at):
      if let early = try await wait(until: at, job) { return early }
      return .decided(try await runner.purchase(job))
    // Sent by `purchase` together with the intent; from here there is no other way to it.
    case .submit: return .ended(.detached)
    case .look(let at):
      if let early = try await wait(until: at, job) { return early }
      guard let event = await lookInTime(job) else { return .ended(.timedOut) }
      return try await decided(event)
    case .cancel: return try await decided(await runner.askToCancel(job))
    case .collect(let at):
      if let early = try await wait(until: at, job) { return early }
      return try await collect(job)
    }
  }

  /// Looks, and gives up when the vendor has not answered by the deadline: then nil.
  private func lookInTime(_ job: JobRecord) async -> JobEvent? {
    guard let deadlineMilliseconds else { return await runner.look(job) }
    let runner = runner
    let looking = Task { @LoopActor in await runner.look(job) }
    let left = max(deadlineMilliseconds - runner.clock.nowMilliseconds, 0) + JobRunner.lateAnswerMilliseconds
    var isLate = false
    let timer = EventLoop.after(nanoseconds: UInt64(left) * 1_000_000) {
      isLate = true
      looking.cancel()
    }
    let event = await withTaskCancellationHandler {
      await looking.value
    } onCancel: {
      looking.cancel()
    }
    timer.cancel()
    // An answer that came at the last moment counts.
    if isLate, case .lookFailed = event { return nil }
    return event
  }

  /// A step that was cut short because the caller left is no failure of the vendor's.
  private func decided(_ event: JobEvent) async throws(Failure) -> Outcome {
    if Task.isCancelled {
      switch event {
      case .lookFailed, .cancelFailed, .collectFailed: return .ended(.detached)
      default: break
      }
    }
    return .decided(try await runner.apply(event, to: id))
  }

  private func collect(_ job: JobRecord) async throws(Failure) -> Outcome {
    guard let index = job.nextOutputIndex else {
      // Everything is on disk, or there is nothing to fetch: the machine knows what that means.
      return try await decided(.looked(TaskUpdate(.succeeded), state: nil))
    }
    let observer = observer
    let result: Result<ArchivedFile, CollectTrouble>
    do throws(CollectTrouble) {
      result = .success(
        try await runner.archive.download(job.task.outputs[index], at: index, for: job) { received, total in
          observer(.downloading(outputIndex: index, receivedBytes: received, totalBytes: total))
        })
    } catch {
      result = .failure(error)
    }
    switch result {
    case .success(let file): return .decided(try await runner.applyForSure(.archived(file), to: id))
    case .failure(let trouble): return try await decided(.collectFailed(outputIndex: index, trouble))
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

extension JobRecord {
  /// The first output that is neither on disk nor given up; the clip before everything else.
  var nextOutputIndex: Int? {
    let missing = task.outputs.indices.filter { index in
      !abandonedOutputs.contains(index) && !archived.contains { $0.outputIndex == index }
    }
    return missing.first { task.outputs[$0].kind == "video" } ?? missing.first
  }
}
