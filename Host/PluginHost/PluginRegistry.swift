// SPDX-License-Identifier: Apache-2.0
import EventLoop
public import Loader
public import VideoDocuments

/// The plugins that were found, ready to be called. A plugin's file is read, hashed and given its first worker when it
/// is first called.
public final class PluginRegistry: Sendable {
  private struct Entry: Sendable {
    let index: Int
    let plan: Result<CallPlan, BindingFailure>
  }

  public let settings: PluginHostSettings
  public let catalog: PluginCatalog
  /// By plugin id, then by operation.
  private let operations: [String: [String: Entry]]
  private let crashes: CrashLedger
  let running: RunningPlugins

  /// Takes over what was found. Costs no system call.
  public convenience init(_ catalog: PluginCatalog, settings: PluginHostSettings) {
    self.init(
      catalog, settings: settings, crashes: CrashLedger(PluginMemory(settings), now: settings.now),
      running: RunningPlugins(settings))
  }

  /// Registries that follow one another share their workers and their count of crashes.
  init(_ catalog: PluginCatalog, settings: PluginHostSettings, crashes: CrashLedger, running: RunningPlugins) {
    self.catalog = catalog
    self.settings = settings
    self.crashes = crashes
    self.running = running
    var operations: [String: [String: Entry]] = [:]
    for (_, manifest) in catalog.ready {
      var entries: [String: Entry] = [:]
      for (index, declaration) in manifest.operations.enumerated() where entries[declaration.name] == nil {
        do throws(BindingFailure) {
          entries[declaration.name] = Entry(index: index, plan: .success(try CallPlan(declaration)))
        } catch {
          entries[declaration.name] = Entry(index: index, plan: .failure(error))
        }
      }
      operations[manifest.id] = entries
    }
    self.operations = operations
  }

  /// Finds plugins (which blocks, see `PluginDiscovery.run`) and takes them over.
  public static func discover(_ settings: PluginHostSettings) -> PluginRegistry {
    PluginRegistry(PluginDiscovery.run(settings), settings: settings)
  }

  /// The manifest of a usable plugin.
  public func manifest(of plugin: String) -> Manifest? {
    guard case .ready(let manifest)? = catalog[plugin]?.status else { return nil }
    return manifest
  }

  /// How an operation is called, where it can be: for flags, help and routes of extra operations.
  public func plan(of operation: String, in plugin: String) -> CallPlan? {
    guard case .success(let plan)? = operations[plugin]?[operation]?.plan else { return nil }
    return plan
  }

  /// Calls an operation. Roles are given under their names; `random` and `now_ms` are filled in where they are declared
  /// and not given. For an extra operation, a name that it does not declare is an error. Stays on the caller's executor:
  /// from the event loop no other thread takes part.
  public nonisolated(nonsending) func call(
    _ operation: String, in plugin: String, _ arguments: [String: PluginArgument]
  ) async throws(PluginCallFailure) -> PluginReply {
    guard let discovered = catalog[plugin] else { throw .noSuchPlugin(plugin) }
    if case .quarantined(_, let reason, _) = discovered.status { throw .quarantined(plugin: plugin, reason: reason) }
    if let reason = crashes.quarantine(of: discovered) { throw .quarantined(plugin: plugin, reason: reason) }
    guard let entry = operations[plugin]?[operation] else {
      throw .noSuchOperation(plugin: plugin, operation: operation)
    }
    if entry.index < discovered.disabledOperations.count, let reason = discovered.disabledOperations[entry.index] {
      throw .disabled(plugin: plugin, operation: operation, reason: reason)
    }
    let plan: CallPlan
    switch entry.plan {
    case .success(let made): plan = made
    case .failure(let failure): throw .disabled(plugin: plugin, operation: operation, reason: failure.sentence)
    }
    let frame: [UInt8]
    do throws(ArgumentFailure) {
      let values = complete(arguments, for: plan)
      if plan.isExtra { try plan.checkNames(of: values) }
      frame = try plan.frame(for: values)
    } catch {
      throw .argument(plugin: plugin, error)
    }
    do throws(WorkerFailure) {
      let reply = try await running.call(discovered, plugin, entry.index, named: operation, frame).get()
      return PluginReply(status: ProviderStatus(code: reply.status), output: reply.output)
    } catch .fileChanged {
      throw .changed(plugin: plugin)
    } catch {
      if error.isCrash, await crashes.add(error, of: discovered) { await running.quarantine(discovered, plugin) }
      throw .worker(plugin: plugin, operation: operation, error)
    }
  }

  /// Gets a plugin's file read and its first worker started ahead of the first call. Failures show at that call.
  public func warmUp(_ plugin: String) async {
    guard case .ready? = catalog[plugin]?.status, let discovered = catalog[plugin] else { return }
    await running.warmUp(discovered, plugin)
  }

  /// Ends all workers.
  public func stop() async {
    await running.stopAll()
  }

  private func complete(_ arguments: [String: PluginArgument], for plan: CallPlan) -> [String: PluginArgument] {
    var arguments = arguments
    for argument in plan.arguments where arguments[argument.name] == nil {
      switch argument.source {
      case .role(.random):
        var generator = SystemRandomNumberGenerator()
        arguments[argument.name] = .bytes((0..<Role.randomByteCount).map { _ in generator.next() })
      case .role(.nowMilliseconds):
        arguments[argument.name] = .integer(settings.now())
      case .role, .caller, .nobody:
        continue
      }
    }
    return arguments
  }
}
