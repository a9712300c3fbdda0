// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Loader

/// The plugins that have workers, or run in this process.
@LoopActor final class RunningPlugins {
  private enum Runner {
    case workers(WorkerPool)
    case inProcess(InProcessPlugin)
  }

  private let settings: PluginHostSettings
  private var runners: [String: Runner] = [:]
  /// A runner is made once for each plugin; calls that come meanwhile wait for it.
  private var inMaking: [String: Task<Result<Runner, WorkerFailure>, Never>] = [:]

  nonisolated init(_ settings: PluginHostSettings) { self.settings = settings }

  func call(
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

  func warmUp(_ plugin: DiscoveredPlugin, _ id: String) async {
    if case .success(.workers(let pool)) = await runner(for: plugin, id) { pool.warmUp() }
  }

  /// Ends the workers of one plugin; the next call would start new ones.
  func stop(_ id: String) async {
    if let task = inMaking[id] { _ = await task.value }
    // What runs in-process cannot be unloaded, so it stays.
    guard case .workers(let pool)? = runners[id] else { return }
    runners[id] = nil
    pool.stop()
  }

  func stopAll() async {
    for id in Set(runners.keys).union(inMaking.keys).sorted() { await stop(id) }
  }

  private func runner(for plugin: DiscoveredPlugin, _ id: String) async -> Result<Runner, WorkerFailure> {
    if let runner = runners[id] { return .success(runner) }
    if let task = inMaking[id] { return await task.value }
    let task = Task { @LoopActor in
      let result = await make(plugin, id)
      // What failed is tried again at the next call.
      if case .success(let runner) = result { runners[id] = runner }
      inMaking[id] = nil
      return result
    }
    inMaking[id] = task
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
