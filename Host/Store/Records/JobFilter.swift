// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// Which jobs a list is to show, newest first.
public struct JobFilter: Sendable, Hashable {
  /// Empty: all.
  public var states: Set<JobState>
  /// The beginning of the id.
  public var idPrefix: String?
  public var pluginID: String?
  public var model: String?
  /// Only jobs whose id sorts before this one: the last of the page before.
  public var before: String?
  public var limit: Int

  public init(
    states: Set<JobState> = [], idPrefix: String? = nil, pluginID: String? = nil, model: String? = nil,
    before: String? = nil, limit: Int = 1000
  ) {
    self.states = states
    self.idPrefix = idPrefix
    self.pluginID = pluginID
    self.model = model
    self.before = before
    self.limit = limit
  }

  func admits(_ job: JobRecord) -> Bool {
    (states.isEmpty || states.contains(job.state)) && (idPrefix.map { job.id.hasPrefix($0) } ?? true)
      && (pluginID.map { job.pluginID == $0 } ?? true) && (model.map { job.task.model == $0 } ?? true)
      && (before.map { job.id < $0 } ?? true)
  }
}
