// SPDX-License-Identifier: Apache-2.0
import EventLoop
public import VideoDocuments

/// How a server of many wire formats reaches the plugins: the two operations that speak the provider's own wire format.
public protocol DialectPlugins: Sendable {
  /// Reads a request in the plugin's wire format; `route` is the name of one of the routes in its manifest.
  @LoopActor func decode(
    pluginID: String, route: String, head: RequestHead, body: [UInt8]
  ) async throws(Failure) -> Intent

  /// Writes what was done in the plugin's wire format.
  @LoopActor func encode(pluginID: String, route: String, outcome: Outcome) async throws(Failure) -> HTTPReply
}
