// SPDX-License-Identifier: Apache-2.0

import Store
import VideoDocuments

/// Which jobs are under way, and what became of the others.
struct JobCensus {
  private struct Entry {
    var state: JobState
    var plugin: String
    var model: String
    var account: String
  }

  /// Models that manifests list; others are counted as `other`, for their names are whatever callers make up.
  var knownModels: Set<String> = []
  private var open: [String: Entry] = [:]
  private(set) var created = MetricCounts()
  private(set) var finished = MetricCounts()
  private(set) var failures = MetricCounts()
  private(set) var seconds: [String: MetricHistogram] = [:]

  /// Jobs that were there before the feed told of anything.
  mutating func begin(with jobs: [JobRecord]) {
    for job in jobs where Self.isOpen(job.state) { open[job.id] = entry(job) }
  }

  mutating func see(_ job: JobRecord) {
    let earlier = open[job.id]
    guard Self.isOpen(job.state) else {
      open[job.id] = nil
      // A job that was over before is only tidied up now.
      if let earlier { end(job, earlier) }
      return
    }
    let entry = entry(job)
    if earlier == nil { created.add(MetricLabels(entry.plugin, entry.model)) }
    open[job.id] = entry
  }

  private mutating func end(_ job: JobRecord, _ earlier: Entry) {
    finished.add(MetricLabels(job.state.rawValue, earlier.plugin, earlier.model))
    if job.state == .done {
      let milliseconds = max(
        0, (job.task.finishedAtMilliseconds ?? job.task.updatedAtMilliseconds) - job.task.createdAtMilliseconds)
      seconds[earlier.plugin, default: MetricHistogram(MetricHistogram.ofJobs)]
        .add(nanoseconds: UInt64(milliseconds) &* 1_000_000)
    } else {
      failures.add(MetricLabels(earlier.plugin, job.task.failure?.kind.rawValue ?? job.state.rawValue))
    }
  }

  /// Jobs that are not over, and those that an operator has to look at.
  private static func isOpen(_ state: JobState) -> Bool { state.isLive || state == .unknown }

  private func entry(_ job: JobRecord) -> Entry {
    Entry(
      state: job.state, plugin: job.pluginID, model: knownModels.contains(job.task.model) ? job.task.model : "other",
      account: job.account)
  }

  /// By state, plugin and model.
  var jobs: MetricCounts {
    var counts = MetricCounts()
    for entry in open.values { counts.add(MetricLabels(entry.state.rawValue, entry.plugin, entry.model)) }
    return counts
  }

  /// By account.
  var queue: MetricCounts {
    var counts = MetricCounts()
    for entry in open.values where entry.state == .planned { counts.add(MetricLabels(entry.account)) }
    return counts
  }
}
