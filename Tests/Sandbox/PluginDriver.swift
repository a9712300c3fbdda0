// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Jobs
import Loader
import Network
import OrderedJSON
import PluginHost
import Sandbox
import Testing
import VideoDocuments

/// The products of this build: the worker and the plugins.
enum BuiltProducts {
  /// The folder that the test program stands in.
  static let folder: String = {
    let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = URL(fileURLWithPath: own).deletingLastPathComponent().path
    return FileManager.default.fileExists(atPath: "\(beside)/filmgate-worker") ? beside : ".build/debug"
  }()

  /// The plugins of this build, in jailed workers.
  static func registry() -> PluginRegistry {
    var settings = PluginHostSettings(environment: { _ in nil }, executable: nil)
    settings.folders = [PluginFolder(path: folder, origin: .option)]
    settings.workerExecutable = "\(folder)/filmgate-worker"
    // A busy machine and a debug build.
    settings.limits.startMilliseconds = 20_000
    settings.limits.callMilliseconds = 20_000
    return PluginRegistry.discover(settings)
  }
}

/// As much of a host as it takes to drive one plugin: asks it what to send, signs and sends that, and gives it the
/// answer. Written apart from the host's own, so that both are held to the same sandbox.
struct PluginDriver {
  let registry: PluginRegistry
  let endpoint: SandboxEndpoint
  let manifest: Manifest
  let port: UInt16
  var scheme = 0
  /// What the operator set for the account.
  var options = JSONObject()
  /// Every request line and body that was sent.
  var log: [String] = []

  init(_ registry: PluginRegistry, _ address: SandboxAddress, _ plugin: String, _ profile: String) throws {
    self.registry = registry
    port = address.port
    endpoint = try #require(address.endpoint(pluginID: plugin, profile: profile))
    manifest = try #require(registry.manifest(of: plugin))
  }

  private var connection: JSON {
    Connection(profile: endpoint.profile, baseURL: endpoint.baseURL, options: options).json
  }

  private func call(_ operation: String, _ arguments: [String: JSON], body: [UInt8]? = nil) async throws -> Step {
    var values = arguments.mapValues { PluginArgument.text($0.serialized()) }
    if let body { values["body"] = .bytes(body) }
    let reply = try await registry.call(operation, in: endpoint.pluginID, values)
    if let failure = reply.failure(plugin: endpoint.pluginID) { throw failure }
    return try Step(JSON(parsing: reply.output))
  }

  /// Buys a clip and waits for it; throws the failure that the plugin reports.
  mutating func make(_ request: VideoRequest, assets: [String: [UInt8]] = [:]) async throws -> VideoTask {
    var (task, state) = try await create(request, assets: assets)
    for _ in 0..<4_000 where !task.phase.isTerminal {
      try await Task.sleep(nanoseconds: 50_000_000)
      try await look(&task, &state)
    }
    return task
  }

  mutating func create(
    _ request: VideoRequest, assets: [String: [UInt8]] = [:]
  ) async throws -> (task: VideoTask, state: JSON) {
    let account = Account(
      name: "a", pluginID: endpoint.pluginID, profile: endpoint.profile, baseURL: endpoint.baseURL,
      authentication: endpoint.authentication[scheme])
    let plan: Plan
    do throws(PlanFailure) {
      plan = try Planner.plan(
        request, catalog: Catalog([CatalogEntry(manifest)]), accounts: [account],
        options: PlanOptions(profile: endpoint.profile, needsSecrets: false))
    } catch {
      throw error.failure
    }
    var wanted = plan.request
    wanted.externalID = "ours-\(UUID().uuidString.lowercased())"
    var step = try await call("create", ["request": wanted.json, "connection": connection])
    var task = VideoTask(id: wanted.externalID ?? "", request: wanted, phase: .queued, createdAtMilliseconds: now)
    let state = try await finish(&step, "create", assets, &task)
    return (task, state)
  }

  mutating func look(_ task: inout VideoTask, _ state: inout JSON) async throws {
    var step = try await call("poll", ["task": task.json, "state": state, "connection": connection])
    state = try await finish(&step, "poll", [:], &task, state)
  }

  mutating func cancel(_ task: inout VideoTask, _ state: inout JSON) async throws {
    var step = try await call("cancel", ["task": task.json, "state": state, "connection": connection])
    state = try await finish(&step, "cancel", [:], &task, state)
  }

  private var now: Int64 { Int64(Date().timeIntervalSince1970 * 1_000) }

  /// Carries steps out until one says what became of the task; gives the state.
  private mutating func finish(
    _ step: inout Step, _ operation: String, _ assets: [String: [UInt8]], _ task: inout VideoTask, _ old: JSON = [:]
  ) async throws -> JSON {
    var state = step.state ?? old
    for number in 1...16 {
      switch step.action {
      case .update(let update):
        task.apply(update, nowMilliseconds: now)
        return state
      case .fail(let failure): throw failure
      case .wait: return state
      case .http(let http):
        let reply = try await exchange(http, assets)
        let head = ResponseHead(
          operation: operation, step: number, status: reply.status,
          headers: reply.headers.map { NameValuePair($0.name, $0.value) })
        step = try await call("resume", ["state": state, "head": head.json], body: reply.body)
        state = step.state ?? state
      }
    }
    throw Failure(.plugin, "More than 16 steps.")
  }

  private mutating func exchange(_ http: HTTPStep, _ assets: [String: [UInt8]]) async throws -> RawReply {
    let prefix = manifest.profiles.first { $0.id == endpoint.profile }?.pathPrefix ?? ""
    var url = try HTTPURL(http.url ?? endpoint.baseURL + prefix + (http.path ?? ""))
    url = url.appending(http.query.map { QueryItem($0.name, $0.value) })
    var headers = http.headers.map { HTTPHeader($0.name, $0.value) }
    var body: [UInt8] = []
    if case .segments(let segments, let mediaType)? = http.body {
      for segment in segments {
        switch segment {
        case .text(let text): body += Array(text.utf8)
        case .asset(let name, let encoding):
          let bytes = try #require(assets[name])
          switch encoding {
          case .raw: body += bytes
          case .base64: body += Array(Base64.encode(bytes).utf8)
          case .dataURL: body += Array("data:image/png;base64,\(Base64.encode(bytes))".utf8)
          }
        }
      }
      headers.append(HTTPHeader("Content-Type", mediaType))
    }
    let request = SignableRequest(method: http.method, url: url, headers: headers, bodyDigest: SHA256Digest(of: body))
    let additions = try AuthenticationScheme(endpoint.authentication[scheme])
      .sign(request, secrets: endpoint.secrets, nowMilliseconds: now)
    url = url.appending(additions.query)
    let path = url.path + (url.query.map { "?\($0)" } ?? "")
    log.append("\(http.method) \(path) \(String(decoding: body.prefix(2_000), as: UTF8.self))")
    let reply = await send(
      http.method, path, port: port, headers: (headers + additions.headers).map { ($0.name, $0.value) }, body: body)
    log.append("\(reply.status) \(reply.text)")
    return reply
  }

  /// The bytes of the first output, downloaded without credentials.
  func download(_ task: VideoTask) async throws -> [UInt8] {
    let output = try #require(task.outputs.first, "no output: \(task.json)")
    let reply = await send("GET", try target(of: output.url), port: port)
    #expect(reply.status == 200 && reply.isComplete)
    return reply.body
  }
}
