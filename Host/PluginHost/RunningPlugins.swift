// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Loader

/// The plugins that have workers, or run in this process.
@LoopActor final class RunningPlugins {
  private enum Runner {
    case workers(WorkerPool)
    case inProcess(InProcessPlugin)
  }

  /// A plugin whose file was replaced is another one: its calls must not meet the old one's workers.
  private struct Key: Hashable {
    let id: String
    let sha256: [UInt8]
    let isInProcess: Bool
  }

  private var settings: PluginHostSettings
  private var runners: [Key: Runner] = [:]
  /// A runner is made once for each plugin; calls that come meanwhile wait for it.
  private var inMaking: [Key: Task<Result<Runner, WorkerFailure>, Never>] = [:]
  /// The plugins that are in use, where that can change.
  private var kept: Set<Key>?
  /// Told of every call.
  var observer: (any PluginObserver)?
  /// Told when a plugin was quarantined.
  var onQuarantine: (() -> Void)?

  nonisolated init(_ settings: PluginHostSettings) { self.settings = settings }

  func call(
    _ plugin: DiscoveredPlugin, _ id: String, _ operation: Int, named name: String, _ frame: [UInt8]
  ) async -> Result<WorkerReply, WorkerFailure> {
    guard let observer else { return await answer(plugin, id, operation, frame) }
    let began = EventLoop.monotonicNanoseconds
    let result = await answer(plugin, id, operation, frame)
    observer.pluginCalled(id, operation: name, nanoseconds: EventLoop.monotonicNanoseconds - began, result)
    return result
  }

  private func answer(
    _ plugin: DiscoveredPlugin, _ id: String, _ operation: Int, _ frame: [UInt8]
  ) async -> Result<WorkerReply, WorkerFailure> {
    do throws(WorkerFailure) {
      switch try await runner(for: plugin, id).get() {
      case .workers(let pool): return .success(try await pool.call(operation, frame))
      case .inProcess(let loaded): return .success(try await loaded.call(operation, frame))
      }
    } catch {
      return .failure(error)
    }
  }

  /// Holds the plugin's bytes and gets its first worker started. Says why it cannot be called.
  @discardableResult
  func warmUp(_ plugin: DiscoveredPlugin, _ id: String) async -> WorkerFailure? {
    switch await runner(for: plugin, id) {
    case .success(.workers(let pool)): pool.warmUp()
    case .success(.inProcess): break
    case .failure(let failure): return failure
    }
    return nil
  }

  /// Ends the workers of a plugin that crashed too often.
  func quarantine(_ plugin: DiscoveredPlugin, _ id: String) async {
    await stop(key(plugin, id))
    onQuarantine?()
  }

  /// What is made from now on is made by these settings.
  func use(_ settings: PluginHostSettings) { self.settings = settings }

  /// Ends the workers of all plugins but these; calls that are under way are answered first.
  func retire(allBut plugins: [(plugin: DiscoveredPlugin, id: String)]) {
    let kept = Set(plugins.map { key($0.plugin, $0.id) })
    self.kept = kept
    for (key, runner) in runners where !kept.contains(key) {
      runners[key] = nil
      if case .workers(let pool) = runner { pool.retire() }
    }
  }

  func stopAll() async {
    for key in Set(runners.keys).union(inMaking.keys) { await stop(key) }
  }

  private func key(_ plugin: DiscoveredPlugin, _ id: String) -> Key {
    Key(id: id, sha256: plugin.sha256, isInProcess: settings.inProcess[id] != nil)
  }

  private func stop(_ key: Key) async {
    if let task = inMaking[key] { _ = await task.value }
    // What runs in-process cannot be unloaded, so it stays.
    guard case .workers(let pool)? = runners[key] else { return }
    runners[key] = nil
    pool.stop()
  }

  private func runner(for plugin: DiscoveredPlugin, _ id: String) async -> Result<Runner, WorkerFailure> {
    let key = key(plugin, id)
    if let runner = runners[key] { return .success(runner) }
    if let task = inMaking[key] { return await task.value }
    let task = Task { @LoopActor in
      let result = await make(plugin, id)
      inMaking[key] = nil
      // What failed is tried again at the next call.
      guard case .success(let runner) = result else { return result }
      if let kept, !kept.contains(key) {
        // Its file was replaced meanwhile; only the calls that wait for it still need it.
        if case .workers(let pool) = runner { pool.retireAfterCalls() }
      } else {
        runners[key] = runner
      }
      return result
    }
    inMaking[key] = task
    return await task.value
  }

  private func make(_ plugin: DiscoveredPlugin, _ id: String) async -> Result<Runner, WorkerFailure> {
    let settings = settings
    let pin = settings.inProcess[id]
    let loaded: Result<SealedPlugin, WorkerFailure> = await Blocking.run {
      do throws(PluginFileRefusal) {
        let sealed = try SealedPlugin(path: plugin.path, trust: FileTrust(executable: settings.executable))
        guard sealed.sha256 == plugin.sha256, pin == nil || pin == sealed.sha256 else { return .failure(.fileChanged) }
        return .success(sealed)
      } catch {
        return .failure(.refused(error.sentence))
      }
    }
    let sealed: SealedPlugin
    switch loaded {
    case .success(let made): sealed = made
    case .failure(let failure): return .failure(failure)
    }
    if pin != nil {
      let result: Result<InProcessPlugin, WorkerFailure> = await Blocking.run {
        do throws(WorkerFailure) {
          return .success(try InProcessPlugin(sealed, log: settings.log))
        } catch {
          return .failure(error)
        }
      }
      return result.map { .inProcess($0) }
    }
    guard let executable = settings.workerExecutable else {
      return .failure(.cannotStart("the program \(PluginHostSettings.workerName) is missing"))
    }
    return .success(
      .workers(
        WorkerPool(
          sealed, spawn: WorkerSpawn(executable: executable, withoutLandlock: settings.withoutLandlock),
          limits: settings.limits, log: settings.log)))
  }
}
