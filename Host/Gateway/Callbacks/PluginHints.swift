// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Loader
import OrderedJSON
public import PluginHost
public import Store
public import VideoDocuments

/// Asks plugins in their workers what a vendor's callback means.
public struct PluginHints: Sendable {
  private static let operation = "callback"
  private let plugins: any PluginSource

  public init(_ plugins: any PluginSource) { self.plugins = plugins }

  /// Nil when the plugin has no operation for that.
  @LoopActor public func hint(
    _ job: JobRecord, _ head: RequestHead, _ body: [UInt8]
  ) async throws(Failure) -> Step? {
    guard let manifest = plugins.registry.catalog[job.pluginID]?.manifest,
      manifest.operations.contains(where: { $0.name == Self.operation })
    else { return nil }
    let arguments: [String: PluginArgument] = [
      "head": .text(head.json.serialized()), "body": .bytes(body), "task": .text(job.task.json.serialized()),
    ]
    let reply: PluginReply
    do throws(PluginCallFailure) {
      reply = try await plugins.call(Self.operation, in: job.pluginID, arguments)
    } catch {
      throw error.failure
    }
    if let failure = reply.failure(plugin: job.pluginID) { throw failure }
    do {
      return try Step(JSON(parsing: reply.output))
    } catch {
      throw Failure(.plugin, "The plugin \(job.pluginID) answered \(Self.operation) with something that is no step.")
    }
  }
}
