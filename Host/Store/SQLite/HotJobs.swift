// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Records that were read or written lately, so that they need not be parsed again. Whether one is still what the
/// database has is for the user to find out, by its revision: other processes write there too.
final class HotJobs: Sendable {
  struct Entry: Sendable {
    /// The row.
    var number: Int64
    var job: JobRecord
  }

  /// When so many are young, those that were old are let go. Twice as many are kept at most: some 10 MB.
  private static let generationCount = 1_024

  private struct Generations {
    var young: [String: Entry] = [:]
    var old: [String: Entry] = [:]

    mutating func put(_ entry: Entry) {
      if young.count >= HotJobs.generationCount {
        old = young
        young = [:]
      }
      young[entry.job.id] = entry
    }
  }

  private let generations = Mutex(Generations())

  /// The record as this process knew it last.
  subscript(id: String) -> Entry? {
    generations.withLock { generations in
      if let entry = generations.young[id] { return entry }
      guard let entry = generations.old[id] else { return nil }
      generations.put(entry)
      return entry
    }
  }

  /// Keeps a record that is in the database, unless a newer one is kept.
  func put(_ entry: Entry) {
    generations.withLock { generations in
      let kept = generations.young[entry.job.id] ?? generations.old[entry.job.id]
      if let kept, kept.number == entry.number, kept.job.revision >= entry.job.revision { return }
      generations.put(entry)
    }
  }
}
