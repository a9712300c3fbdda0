// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Loader
import OrderedJSON
public import PluginHost
public import VideoDocuments

/// The plugins of a registry, or of whatever holds the current one, called in their jailed workers.
public struct RegistryPlugins: DialectPlugins {
  private let plugins: any PluginSource

  public init(_ plugins: any PluginSource) { self.plugins = plugins }

  public func decode(
    pluginID: String, route: String, head: RequestHead, body: [UInt8]
  ) async throws(Failure) -> Intent {
    let arguments: [String: PluginArgument] = [
      "route": .text(route), "head": .text(head.json.serialized()), "body": .bytes(body),
    ]
    return try await call("decode", pluginID, arguments)
  }

  public func encode(pluginID: String, route: String, outcome: Outcome) async throws(Failure) -> HTTPReply {
    let arguments: [String: PluginArgument] = ["route": .text(route), "outcome": .text(outcome.json.serialized())]
    return try await call("encode", pluginID, arguments)
  }

  @LoopActor private func call<Document: JSONDocument>(
    _ operation: String, _ plugin: String, _ arguments: [String: PluginArgument]
  ) async throws(Failure) -> Document {
    let reply: PluginReply
    do throws(PluginCallFailure) {
      reply = try await plugins.call(operation, in: plugin, arguments)
    } catch {
      throw error.failure
    }
    if let failure = reply.failure(plugin: plugin) { throw failure }
    do {
      return try Document(JSON(parsing: reply.output))
    } catch {
      throw Failure(
        .plugin, "The plugin \(plugin) wrote no document that can be read in its operation \(operation): \(error)",
        advice: "This is a fault of the plugin; look for a newer version.")
    }
  }
}
