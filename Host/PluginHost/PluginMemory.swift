// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// What was found out about plugins: in the cache file, and in this process for where there is no file or it cannot be
/// written.
final class PluginMemory: Sendable {
  private struct State {
    var records: [String: CacheRecord] = [:]
    /// Crashes of files that no record speaks of.
    var crashes: [PluginKey: CrashHistory] = [:]
    var fileIsCurrent = true
  }

  private let cache: PluginCache
  private let state = Mutex(State())

  init(_ settings: PluginHostSettings) {
    cache = PluginCache(path: settings.cacheFile, workerExecutable: settings.workerExecutable)
  }

  /// The records by path. Another process may have written the file meanwhile, so it has the last word as long as this
  /// one can write it too. Blocks.
  func records() -> [String: CacheRecord] {
    state.withLock { state in
      if state.fileIsCurrent { state.records.merge(cache.read()) { _, read in read } }
      return state.records
    }
  }

  /// Replaces the records. Blocks.
  func write(_ records: [String: CacheRecord]) {
    state.withLock { state in
      state.records = records
      state.fileIsCurrent = cache.write(records)
    }
  }

  /// Counts a crash and returns all that count. Blocks.
  func addCrash(_ failure: WorkerFailure, of plugin: DiscoveredPlugin, atMilliseconds now: Int64) -> CrashHistory {
    state.withLock { state in
      if state.fileIsCurrent { state.records.merge(cache.read()) { _, read in read } }
      let key = PluginKey(plugin)
      // Another process may have counted further; a record of another file counts for nothing.
      let record = state.records[plugin.path].flatMap { $0.sha256 == plugin.sha256 ? $0 : nil }
      var history = record?.crashes ?? state.crashes[key] ?? CrashHistory()
      history.add(failure.sentence, atMilliseconds: now)
      guard var record else {
        state.crashes[key] = history
        return history
      }
      record.crashes = history
      state.records[plugin.path] = record
      state.fileIsCurrent = cache.write(state.records)
      return history
    }
  }
}

/// One file with the bytes it had.
struct PluginKey: Sendable, Hashable {
  let path: String
  let sha256: [UInt8]

  init(_ plugin: DiscoveredPlugin) {
    path = plugin.path
    sha256 = plugin.sha256
  }
}
