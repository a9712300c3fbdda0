// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Store
import VideoDocuments

/// From one turn of a job to the next.
extension JobSupervisor {
  /// Takes up a live job that is not known yet.
  func takeUp(_ record: JobRecord) {
    guard record.state.isLive, jobs[record.id] == nil else { return }
    let job = SupervisedJob(record, effect: nextEffect(record))
    jobs[record.id] = job
    if record.state.isInFlight { admission.occupy(record.id, record.account) }
    guard !isHeldElsewhere(record) else {
      job.stage = .elsewhere
      return
    }
    schedule(job, job.effect)
  }

  private func isHeldElsewhere(_ record: JobRecord) -> Bool {
    guard let lease = record.lease, lease.owner != runner.owner else { return false }
    return !runner.isAbandoned(lease)
  }

  func nextEffect(_ record: JobRecord) -> JobEffect {
    // Live, and nothing to do: another process is sending. It cannot be, with the lease here; so look again.
    runner.machine.nextEffects(record, runner.moment()).first
      ?? .look(atMilliseconds: clock.nowMilliseconds + settings.minimumLookMilliseconds)
  }

  /// Something was written in this process.
  func noticed(_ record: JobRecord) {
    if !record.state.isUndecided, let waiting = waits.removeValue(forKey: record.id) {
      for wait in waiting { wait.take(record) }
    }
    if !record.state.isUndecided, !record.state.isInFlight { admission.leave(record.id) }
    guard isServing else { return }
    if record.state == .unknown { lookUp(record) }
    guard let job = jobs[record.id] else { return takeUp(record) }
    job.heardRevision = max(job.heardRevision, record.revision)
    if !record.state.isLive { return forget(job) }
    // A turn that is on decides what follows by itself.
    guard job.stage != .running, job.stage != .elsewhere, record.revision > job.revision else { return }
    follow(job, record, [nextEffect(record)])
  }

  /// The job is over, or gone.
  func forget(_ job: SupervisedJob) {
    job.timer?.cancel()
    jobs[job.id] = nil
    runner.driven.remove(job.id)
    leaveLines(job)
    admission.leave(job.id)
  }

  private func leaveLines(_ job: SupervisedJob) {
    if job.stage == .awaitingToken { admission.forgetLook(job.id, job.account) }
    if job.stage == .ready || job.stage == .awaitingToken { job.stage = .sleeping }
  }

  /// Goes on as was decided for a record that is durable.
  func follow(_ job: SupervisedJob, _ record: JobRecord, _ effects: [JobEffect]) {
    guard jobs[job.id] === job else { return }
    leaveLines(job)
    job.revision = record.revision
    job.isPaused = false
    guard record.state.isLive else { return forget(job) }
    var effect = effects.first ?? nextEffect(record)
    if job.isLookWanted {
      job.isLookWanted = false
      if record.state == .watching, !record.isCancelWanted { effect = .look(atMilliseconds: 0) }
    }
    switch effect {
    case .settle: forget(job)
    case .pause:
      job.isPaused = true
      schedule(job, nextEffect(record), atMilliseconds: clock.nowMilliseconds + settings.pausedMilliseconds)
    default: schedule(job, effect)
    }
  }

  /// Has the effect done at its time, or at another one.
  func schedule(_ job: SupervisedJob, _ effect: JobEffect, atMilliseconds due: Int64? = nil) {
    guard isServing, jobs[job.id] === job else { return }
    job.timer?.cancel()
    job.timer = nil
    job.effect = effect
    let wait = (due ?? effect.dueMilliseconds ?? 0) - clock.nowMilliseconds
    guard wait > 0 else { return begin(job) }
    job.stage = .sleeping
    let clock = clock
    job.timer = Task { @LoopActor [weak self, weak job] in
      guard (try? await clock.sleep(milliseconds: wait)) != nil, let self, let job, !Task.isCancelled else { return }
      job.timer = nil
      if job.stage == .sleeping { self.begin(job) }
    }
  }

  /// The time has come: gets in line for whatever the effect needs.
  func begin(_ job: SupervisedJob) {
    guard isServing, jobs[job.id] === job, job.stage != .running else { return }
    switch job.effect {
    case .prepare:
      // Before it stands in line, so that the line may let it pass at once.
      job.stage = .inLine
      if !admission.joinLine(job.id, job.account, of: job.callerKeyID) { strand(job) }
    case .look:
      job.stage = .awaitingToken
      if admission.lookAtOnce(job.id, job.account) { lookNow(job) }
    case .collect:
      job.stage = .ready
      if downloadPlaces.take(job) { run(job, \.downloadPlaces) }
    case .cancel: run(job, nil)
    case .submit, .pause, .settle:
      schedule(job, .look(atMilliseconds: 0), atMilliseconds: clock.nowMilliseconds + 1_000)
    }
  }

  private func lookNow(_ job: SupervisedJob) {
    job.stage = .ready
    if lookPlaces.take(job) { run(job, \.lookPlaces) }
  }

  /// Whoever waited at an account may go.
  func pass(_ passage: AccountGate.Passage) {
    switch passage {
    case .purchase(let id):
      guard let job = jobs[id], job.stage == .inLine else { return admission.leave(id) }
      run(job, nil)
    case .look(let id):
      guard let job = jobs[id], job.stage == .awaitingToken else { return }
      lookNow(job)
    }
  }

  /// The account is not configured (any more): the job says so, and waits.
  func strand(_ job: SupervisedJob) {
    startTurn(job) {
      let failure = Failure(
        .authentication, "The account \(job.account), with which this job is to be bought, is not configured.",
        advice: "Configure it again; the job waits.", isRetryable: true)
      _ = try? await self.runner.apply(.heldUp(failure), to: job.id)
      if self.jobs[job.id] === job {
        job.stage = .inLine
        // It may have come back in the meantime.
        if self.admission.isKnown(job.account) { self.begin(job) }
      }
    }
  }

  func lookSoon(_ job: SupervisedJob) {
    switch job.stage {
    case .running: job.isLookWanted = true
    case .inLine, .awaitingToken, .ready: break
    case .elsewhere: break
    case .sleeping:
      guard case .look = job.effect else { return }
      schedule(job, .look(atMilliseconds: job.lookedAtMilliseconds + settings.minimumLookMilliseconds))
    }
  }

  /// One turn: claims the job if need be, does what is due, and goes on from there.
  private func run(_ job: SupervisedJob, _ places: ReferenceWritableKeyPath<JobSupervisor, TurnPlaces>?) {
    guard isServing else { return }
    startTurn(job) {
      await self.turn(job)
      guard let places, let next = self[keyPath: places].giveBack() else { return }
      self.run(next, places)
    }
  }

  private func turn(_ job: SupervisedJob) async {
    do throws(Failure) {
      guard let record = try await claimed(job) else { return }
      // Somebody else wrote it: think anew.
      let effect = record.revision == job.revision ? job.effect : nextEffect(record)
      job.revision = record.revision
      if case .prepare = effect {
        // Only who was let pass may buy.
        guard case .prepare = job.effect else { return rest(job, record, effect) }
      } else if case .prepare = job.effect {
        if !record.state.isInFlight { admission.leave(job.id) }
        return rest(job, record, effect)
      }
      if case .look = effect { job.lookedAtMilliseconds = clock.nowMilliseconds }
      let outcome = try await runner.carryOut(effect, record, manner(for: job.id))
      switch outcome {
      case .decided(let decision):
        if decision.job.state == .planned { admission.leave(job.id) }
        rest(job, decision.job, decision.isIgnored ? [] : decision.effects)
      case .ended(.paused(let failure)): rest(job, record, [.pause(failure)])
      case .ended(.settled): forget(job)
      case .ended: rest(job, record, [])
      }
    } catch {
      guard error.kind != .notFound else { return forget(job) }
      if case .prepare = job.effect { admission.leave(job.id) }
      job.stage = .sleeping
      schedule(job, job.effect, atMilliseconds: clock.nowMilliseconds + settings.storeRetryMilliseconds)
    }
  }

  private func rest(_ job: SupervisedJob, _ record: JobRecord, _ effect: JobEffect) {
    rest(job, record, [effect])
  }

  /// The turn is over.
  private func rest(_ job: SupervisedJob, _ record: JobRecord, _ effects: [JobEffect]) {
    job.stage = .sleeping
    follow(job, record, effects)
  }

  /// The record of a job that is ours to drive; nil when it is not, and everything was done about that.
  private func claimed(_ job: SupervisedJob) async throws(Failure) -> JobRecord? {
    if job.isClaimed {
      let record = try await runner.store.job(job.id)
      if let record { tellOfOthers(job, record) }
      guard let record, record.state.isLive else {
        forget(job)
        return nil
      }
      return record
    }
    runner.driven.insert(job.id)
    do throws(Failure) {
      switch try await runner.takeLease(job.id) {
      case .mine(let record):
        job.isClaimed = true
        // Written by the claim itself: what was decided still holds.
        if record.revision == job.revision + 1 { job.revision = record.revision }
        job.heardRevision = max(job.heardRevision, record.revision)
        return record
      case .held:
        runner.driven.remove(job.id)
        if case .prepare = job.effect { admission.leave(job.id) }
        job.stage = .elsewhere
      case .over(let record):
        tellOfOthers(job, record)
        forget(job)
      }
    } catch {
      runner.driven.remove(job.id)
      throw error
    }
    return nil
  }
}
