// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Loader
import OrderedJSON
import PluginHost
import Store
import Studio
import VideoDocuments

/// Carries the job runner's questions to the plugins in their workers, and to the built-in renderer.
struct PluginCalls: ProviderCalls {
  let plugins: any PluginSource
  let studio: StudioCalls

  @LoopActor func create(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    if job.pluginID == StudioManifest.pluginID { return studio.create(job) }
    return try await step(
      "create", job,
      [
        "request": .text(job.request.json.text), "connection": .text(job.connection.json.text),
        "now_ms": .integer(nowMilliseconds),
      ])
  }

  @LoopActor func poll(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    if job.pluginID == StudioManifest.pluginID { return try await studio.poll(job) }
    return try await step("poll", job, taskArguments(job, nowMilliseconds))
  }

  @LoopActor func canLookUp(_ job: JobRecord) -> Bool {
    guard let lookup = plugins.registry.catalog[job.pluginID]?.manifest?.lookup else { return false }
    return lookup.holds(for: job.connection.profile) && job.pluginState != nil
  }

  @LoopActor func cancel(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    if job.pluginID == StudioManifest.pluginID { return Step(.update(TaskUpdate(.cancelled))) }
    return try await step("cancel", job, taskArguments(job, nowMilliseconds))
  }

  @LoopActor func resume(
    _ job: JobRecord, state: JSON?, head: ResponseHead, body: [UInt8], nowMilliseconds: Int64
  ) async throws(Failure) -> Step {
    let arguments: [String: PluginArgument] = [
      "state": .text((state ?? .null).text), "head": .text(head.json.text), "body": .bytes(body),
      "now_ms": .integer(nowMilliseconds), "task": .text(job.task.json.text),
    ]
    let reply = try await answer("resume", job, arguments)
    // What the plugin makes of the vendor's answer is its word about the job; that it made nothing of it is a fault.
    if let failure = reply.statedFailure { return Step(.fail(failure)) }
    return try step("resume", job, try reply.document(of: job.pluginID))
  }

  /// Calls twice where the first worker came to an end: a purchase may hang on this answer, the call changes nothing,
  /// and what ended the worker may have been this machine's doing (no memory, too slow).
  private func answer(
    _ operation: String, _ job: JobRecord, _ arguments: [String: PluginArgument]
  ) async throws(Failure) -> PluginReply {
    do throws(PluginCallFailure) {
      return try await plugins.call(operation, in: job.pluginID, arguments)
    } catch {
      switch error {
      case .worker(_, _, .ended), .worker(_, _, .interrupted), .worker(_, _, .cannotStart): break
      default: throw error.failure
      }
    }
    do throws(PluginCallFailure) {
      return try await plugins.call(operation, in: job.pluginID, arguments)
    } catch {
      throw error.failure
    }
  }

  private func taskArguments(_ job: JobRecord, _ nowMilliseconds: Int64) -> [String: PluginArgument] {
    [
      "task": .text(job.task.json.text), "state": .text((job.pluginState ?? .null).text),
      "connection": .text(job.connection.json.text), "now_ms": .integer(nowMilliseconds),
    ]
  }

  private func step(
    _ operation: String, _ job: JobRecord, _ arguments: [String: PluginArgument]
  ) async throws(Failure) -> Step {
    try step(operation, job, try await plugins.document(operation, in: job.pluginID, arguments))
  }

  private func step(_ operation: String, _ job: JobRecord, _ output: JSON) throws(Failure) -> Step {
    do throws(DocumentFailure) {
      return try Step(output)
    } catch {
      throw Failure(
        .plugin, "The plugin \(job.pluginID) answered \(operation) with something that is no step: \(error).",
        advice: "this is a fault of the plugin; look for a newer version")
    }
  }
}

extension PluginSource {
  /// Calls an operation and reads its answer as JSON; a status other than OK becomes the failure that it means.
  func document(
    _ operation: String, in plugin: String, _ arguments: [String: PluginArgument]
  ) async throws(Failure) -> JSON {
    let reply: PluginReply
    do throws(PluginCallFailure) {
      reply = try await call(operation, in: plugin, arguments)
    } catch {
      throw error.failure
    }
    return try reply.document(of: plugin)
  }
}

extension PluginReply {
  /// The document; throws the failure that a status other than OK means.
  func document(of plugin: String) throws(Failure) -> JSON {
    if let failure = failure(plugin: plugin) { throw failure }
    guard let json = try? JSON(parsing: output) else {
      throw Failure(
        .plugin, "The plugin \(plugin) answered with something that is not JSON.",
        advice: "this is a fault of the plugin; look for a newer version")
    }
    return json
  }
}

/// Asks one plugin what a request would cost.
struct PluginQuotes: QuoteSource {
  let plugins: any PluginSource
  let pluginID: String

  func quote(_ request: VideoRequest, prices: PriceTable?) async throws(Failure) -> Quote {
    let json = try await plugins.document(
      PriceEstimate.operationName, in: pluginID,
      ["request": .text(request.json.text), "prices": .text(prices?.json.text ?? "")])
    do throws(DocumentFailure) {
      return try Quote(json)
    } catch {
      throw Failure(.plugin, "The plugin \(pluginID) answered quote with something that is no quote: \(error).")
    }
  }
}
