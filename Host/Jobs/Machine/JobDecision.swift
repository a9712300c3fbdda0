// SPDX-License-Identifier: Apache-2.0

public import Store
public import VideoDocuments

/// What has to be done once a decision is durable, and never before.
public enum JobEffect: Sendable, Hashable {
  /// Ask the plugin for the purchase, at that unix time in milliseconds.
  case prepare(atMilliseconds: Int64)
  /// Send the purchase now. Only the decision that writes the intent has this effect, so it comes once an attempt.
  case submit
  /// Ask the vendor about the task.
  case look(atMilliseconds: Int64)
  /// Ask the vendor to cancel.
  case cancel
  /// Download what is missing.
  case collect(atMilliseconds: Int64)
  /// Nothing helps but a person: tell the caller and stop. The job stays as it is, for a later command.
  case pause(Failure)
  /// The job is over.
  case settle
}

/// The answer to an event: the job as it is to be written, what to do then, and what to note in its history.
public struct JobDecision: Sendable, Hashable {
  public var job: JobRecord
  public var effects: [JobEffect]
  public var entries: [JobLogEntry]
  /// Whether the event means nothing in the job's state; the job is then unchanged.
  public var isIgnored: Bool

  init(_ job: JobRecord, effects: [JobEffect] = [], entries: [JobLogEntry] = []) {
    self.job = job
    self.effects = effects
    self.entries = entries
    isIgnored = false
  }

  static func ignored(_ job: JobRecord, entries: [JobLogEntry] = []) -> JobDecision {
    var decision = JobDecision(job, entries: entries)
    decision.isIgnored = true
    return decision
  }
}

/// When a decision is made: time and chance are arguments, so that the machine has neither.
public struct JobMoment: Sendable, Hashable {
  /// Unix milliseconds.
  public var nowMilliseconds: Int64
  /// From 0 up to 1: spreads the looks of many jobs.
  public var jitter: Double

  public init(nowMilliseconds: Int64, jitter: Double = 0.5) {
    self.nowMilliseconds = nowMilliseconds
    self.jitter = min(max(jitter, 0), 1)
  }
}
