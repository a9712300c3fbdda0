// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Synchronization

/// Counts crashes, here and in the cache file, so that the next command knows of them.
final class CrashLedger: Sendable {
  private let memory: PluginMemory
  private let now: @Sendable () -> Int64
  private let reasons = Mutex<[PluginKey: (reason: String, untilMilliseconds: Int64)]>([:])

  init(_ memory: PluginMemory, now: @escaping @Sendable () -> Int64) {
    self.memory = memory
    self.now = now
  }

  func quarantine(of plugin: DiscoveredPlugin) -> String? {
    let now = now()
    return reasons.withLock { reasons in
      guard !reasons.isEmpty, let entry = reasons[PluginKey(plugin)] else { return nil }
      if now < entry.untilMilliseconds { return entry.reason }
      reasons[PluginKey(plugin)] = nil
      return nil
    }
  }

  /// Returns whether the plugin is quarantined now.
  nonisolated(nonsending) func add(_ failure: WorkerFailure, of plugin: DiscoveredPlugin) async -> Bool {
    let now = now()
    let history = await Blocking.run { self.memory.addCrash(failure, of: plugin, atMilliseconds: now) }
    guard let quarantine = history.quarantine(atMilliseconds: now) else { return false }
    reasons.withLock { $0[PluginKey(plugin)] = quarantine }
    return true
  }
}
