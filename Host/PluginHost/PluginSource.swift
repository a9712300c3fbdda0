// SPDX-License-Identifier: Apache-2.0
public import EventLoop
public import Loader

/// Where plugins are called: a registry, or what holds the current one.
@LoopActor public protocol PluginSource: Sendable {
  /// The plugins as they are now.
  var registry: PluginRegistry { get }

  /// Calls an operation, as `PluginRegistry.call` does.
  func call(
    _ operation: String, in plugin: String, _ arguments: [String: PluginArgument]
  ) async throws(PluginCallFailure) -> PluginReply
}

extension PluginRegistry: PluginSource {
  public nonisolated var registry: PluginRegistry { self }
}

/// Gets told of calls, for metrics. Must not take long.
@LoopActor public protocol PluginObserver: Sendable {
  /// A call ended; the time includes the wait for a worker.
  func pluginCalled(
    _ plugin: String, operation: String, nanoseconds: UInt64, _ result: Result<WorkerReply, WorkerFailure>)
}
