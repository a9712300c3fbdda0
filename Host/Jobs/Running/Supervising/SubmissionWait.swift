// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Store
import VideoDocuments

/// One caller's wait for the vendor's word on a purchase. It is never over before the job is durable.
@LoopActor final class SubmissionWait {
  /// What a wait is prolonged by, so that an outcome that is about to be written is the caller's answer.
  private static let holdNanoseconds: UInt64 = 5_000_000_000

  private var job: JobRecord?
  /// Whether the job was there before the request.
  var isReplay = false
  private var isTimeOver: Bool
  private var result: Result<JobSupervisor.Submission, Failure>?
  private var continuation: LoopContinuation<Result<JobSupervisor.Submission, Failure>>?
  private var timer: LoopTimer?

  init(milliseconds: Int64) {
    isTimeOver = milliseconds <= 0
    if milliseconds > 0 { startTimer(UInt64(milliseconds) * 1_000_000) }
  }

  var isOver: Bool { result != nil }

  /// Waits. A caller that leaves takes nothing with it: the purchase goes on.
  func outcome() async -> Result<JobSupervisor.Submission, Failure> {
    await withTaskCancellationHandler {
      await EventLoop.suspend { continuation in
        if let result { return continuation.resume(returning: result) }
        self.continuation = continuation
        if Task.isCancelled { timeIsOver() }
      }
    } onCancel: {
      Task { @LoopActor in self.timeIsOver() }
    }
  }

  /// The job is durable, or changed.
  func take(_ job: JobRecord) {
    self.job = job
    if isTimeOver || !job.state.isUndecided {
      finish(.success(JobSupervisor.Submission(job: job, isReplay: isReplay)))
    }
  }

  func fail(_ failure: Failure) { finish(.failure(failure)) }

  /// Whether somebody still waits; if so, also until an outcome is written that is known already.
  func hold() -> Bool {
    guard result == nil, !isTimeOver else { return false }
    startTimer(Self.holdNanoseconds)
    return true
  }

  private func startTimer(_ nanoseconds: UInt64) {
    timer?.cancel()
    timer = EventLoop.after(nanoseconds: nanoseconds) { self.timeIsOver() }
  }

  /// From now on, what is known is the answer.
  func timeIsOver() {
    isTimeOver = true
    if let job { take(job) }
  }

  private func finish(_ result: Result<JobSupervisor.Submission, Failure>) {
    guard self.result == nil else { return }
    self.result = result
    timer?.cancel()
    timer = nil
    continuation?.resume(returning: result)
    continuation = nil
  }
}
