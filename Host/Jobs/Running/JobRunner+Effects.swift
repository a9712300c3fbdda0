// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Store
import VideoDocuments

extension JobEffect {
  /// When it is to be done, in unix milliseconds; nil: at once.
  var dueMilliseconds: Int64? {
    switch self {
    case .prepare(let at), .look(let at), .collect(let at): return at
    case .submit, .cancel, .pause, .settle: return nil
    }
  }
}

/// What doing an effect came to.
enum EffectOutcome: Sendable {
  case decided(JobDecision)
  case ended(DriveResult.Reason)
}

extension JobRunner {
  /// How long after the deadline a question to the vendor may still be answered.
  private static var lateAnswerMilliseconds: Int64 { 2_000 }

  /// Does what an effect asks for, whose time has come. The job's lease must be this object's.
  func carryOut(
    _ effect: JobEffect, _ job: JobRecord, _ manner: PurchaseManner = PurchaseManner(),
    deadlineMilliseconds: Int64? = nil, observer: @escaping @LoopActor (JobProgress) -> Void = { _ in }
  ) async throws(Failure) -> EffectOutcome {
    switch effect {
    case .settle: return .ended(.settled)
    case .pause(let failure): return .ended(.paused(failure))
    case .prepare: return .decided(try await purchase(job, manner))
    // Sent by `purchase` together with the intent; from here there is no other way to it.
    case .submit: return .ended(.detached)
    case .look:
      guard let event = await lookInTime(job, deadlineMilliseconds) else { return .ended(.timedOut) }
      return try await decided(event, job.id)
    case .cancel: return try await decided(await askToCancel(job), job.id)
    case .collect: return try await collect(job, manner, observer)
    }
  }

  /// Looks, and gives up when the vendor has not answered by the deadline: then nil.
  private func lookInTime(_ job: JobRecord, _ deadlineMilliseconds: Int64?) async -> JobEvent? {
    guard let deadlineMilliseconds else { return await look(job) }
    let looking = Task { @LoopActor in await self.look(job) }
    let left = max(deadlineMilliseconds - clock.nowMilliseconds, 0) + Self.lateAnswerMilliseconds
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
  private func decided(_ event: JobEvent, _ id: String) async throws(Failure) -> EffectOutcome {
    if Task.isCancelled {
      switch event {
      case .lookFailed, .cancelFailed, .collectFailed: return .ended(.detached)
      default: break
      }
    }
    return .decided(try await apply(event, to: id))
  }

  private func collect(
    _ job: JobRecord, _ manner: PurchaseManner, _ observer: @escaping @LoopActor (JobProgress) -> Void
  ) async throws(Failure) -> EffectOutcome {
    guard let index = job.nextOutputIndex else {
      // Everything is on disk, or there is nothing to fetch: the machine knows what that means.
      return try await decided(.looked(TaskUpdate(.succeeded), state: nil), job.id)
    }
    let result: Result<ArchivedFile, CollectTrouble>
    do throws(CollectTrouble) {
      result = .success(
        try await archive.download(job.task.outputs[index], at: index, for: job) { received, total in
          observer(.downloading(outputIndex: index, receivedBytes: received, totalBytes: total))
        })
    } catch {
      result = .failure(error)
    }
    switch result {
    case .success(let file): return .decided(try await applyForSure(.archived(file), to: job.id, manner))
    case .failure(let trouble): return try await decided(.collectFailed(outputIndex: index, trouble), job.id)
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
