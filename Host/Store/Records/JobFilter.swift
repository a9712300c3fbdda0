// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// Which jobs a list is to show: newest first, unless `isAscending`. Every condition that is given has to hold.
public struct JobFilter: Sendable, Hashable {
  /// Empty: all.
  public var states: Set<JobState>
  /// The beginning of the id.
  public var idPrefix: String?
  public var pluginID: String?
  public var model: String?
  /// The key of the caller who made the job; empty: those of a command line.
  public var callerKeyID: String?
  /// The caller's own id of the task.
  public var externalID: String?
  /// The caller's own key for the request; with `callerKeyID` it is of one job at most.
  public var idempotencyKey: String?
  /// Empty: all.
  public var ids: [String]
  /// Of the task, as callers see it. Empty: all.
  public var phases: Set<TaskPhase>
  /// Of the task's request, as `TaskFilter.scenarios`. Empty: all.
  public var scenarios: [String]
  /// Only jobs whose id sorts before this one: older ones.
  public var before: String?
  /// Only jobs whose id sorts after this one: newer ones.
  public var after: String?
  /// Oldest first.
  public var isAscending: Bool
  /// So many jobs are passed over.
  public var offset: Int
  /// Whether jobs belong to it whose create request was answered with an error, see `JobCaller.isRefused`.
  public var includesRefused: Bool
  public var limit: Int

  public init(
    states: Set<JobState> = [], idPrefix: String? = nil, pluginID: String? = nil, model: String? = nil,
    callerKeyID: String? = nil, externalID: String? = nil, idempotencyKey: String? = nil, ids: [String] = [],
    phases: Set<TaskPhase> = [],
    scenarios: [String] = [], before: String? = nil, after: String? = nil, isAscending: Bool = false, offset: Int = 0,
    includesRefused: Bool = true, limit: Int = 1000
  ) {
    self.states = states
    self.idPrefix = idPrefix
    self.pluginID = pluginID
    self.model = model
    self.callerKeyID = callerKeyID
    self.externalID = externalID
    self.idempotencyKey = idempotencyKey
    self.ids = ids
    self.phases = phases
    self.scenarios = scenarios
    self.before = before
    self.after = after
    self.isAscending = isAscending
    self.offset = offset
    self.includesRefused = includesRefused
    self.limit = limit
  }

  func admits(_ job: JobRecord) -> Bool {
    (states.isEmpty || states.contains(job.state)) && (idPrefix.map { job.id.hasPrefix($0) } ?? true)
      && (pluginID.map { job.pluginID == $0 } ?? true) && (model.map { job.task.model == $0 } ?? true)
      && (callerKeyID.map { job.callerKeyID == $0 } ?? true)
      && (externalID.map { job.caller?.externalID == $0 } ?? true)
      && (idempotencyKey.map { job.idempotencyKey == $0 } ?? true) && (ids.isEmpty || ids.contains(job.id))
      && (phases.isEmpty || phases.contains(job.task.phase))
      && (scenarios.isEmpty || scenarios.contains(TaskFilter.scenario(of: job.task.request)))
      && (before.map { job.id < $0 } ?? true)
      && (after.map { job.id > $0 } ?? true) && (includesRefused || !job.isRefused)
  }
}
