// SPDX-License-Identifier: Apache-2.0

public import Store
public import VideoDocuments

/// What whoever waits for a job gets to see on the way.
public enum JobProgress: Sendable, Hashable {
  /// The job as it was just written.
  case changed(JobRecord)
  /// Something did not work, and will be tried again at that time (unix milliseconds).
  case trouble(Failure, nextAtMilliseconds: Int64?)
  case downloading(outputIndex: Int, receivedBytes: Int64, totalBytes: Int64?)
  /// Another process drives the job; this one only watches.
  case drivenElsewhere(processID: Int32)
}

/// How far to drive a job.
public enum DriveGoal: Sendable, Hashable {
  /// Until the vendor has taken it, or the job is over.
  case accepted
  /// Until the job is over.
  case done
}

/// Why driving ended.
public struct DriveResult: Sendable, Hashable {
  public enum Reason: Sendable, Hashable {
    /// The job is over: `job.state` says how.
    case settled
    /// The vendor has it, and no more was asked for.
    case accepted
    /// Nothing more happens without a person; the job stays as it is.
    case paused(Failure)
    /// The caller's own time is over; the job is not.
    case timedOut
    /// The caller's task was cancelled; the job goes on at the vendor.
    case detached
  }

  public var job: JobRecord
  public var reason: Reason

  public init(_ job: JobRecord, _ reason: Reason) {
    self.job = job
    self.reason = reason
  }
}

/// What became of a cancel.
public enum CancelOutcome: Sendable, Hashable {
  /// It is cancelled; `charged` of the job's failure says whether it cost anything.
  case cancelled
  /// It is being submitted by a process that will cancel it as soon as the vendor has it.
  case pending
  /// It is over, or too far: it goes on and will be billed.
  case tooLate(Failure)
  /// Neither plugin nor vendor can cancel; the job goes on and will be billed.
  case providerCannot(Failure)
  /// The vendor could not be asked; the job goes on.
  case failed(Failure)
}
