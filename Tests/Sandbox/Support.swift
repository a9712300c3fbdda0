// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Network
import OrderedJSON
import Sandbox
import Testing
import VideoDocuments

/// A sandbox with the toy provider for the length of `test`.
@LoopActor func withToy(
  delayMilliseconds: Int64 = 60, _ change: (inout SandboxOptions) -> Void = { _ in },
  test: @LoopActor (SandboxAddress) async throws -> Void
) async throws {
  let sandbox = Sandbox()
  var options = SandboxOptions()
  options.delayMilliseconds = delayMilliseconds
  change(&options)
  let address = try await sandbox.start(plugins: [ToyProvider.manifest], calling: ToyProvider(), options: options)
  do {
    try await test(address)
  } catch {
    await sandbox.stop()
    throw error
  }
  await sandbox.stop()
}

/// A client of one endpoint that authenticates by the scheme of that place in the profile.
struct ToyClient {
  let address: SandboxAddress
  let endpoint: SandboxEndpoint
  var scheme = 0
  var mount = "/vendor"

  init(_ address: SandboxAddress, _ profile: String = "open", scheme: Int = 0) throws {
    self.address = address
    endpoint = try #require(address.endpoint(pluginID: "toy", profile: profile))
    self.scheme = scheme
  }

  /// Sends a request under the endpoint, signed unless said otherwise, with the prefix of the profile that has one.
  func send(
    _ method: String, _ path: String, _ body: JSON? = nil, raw: [UInt8]? = nil, secrets: Secrets? = nil,
    headers: [(String, String)] = [], ageSeconds: Int64 = 0
  ) async throws -> (reply: RawReply, json: JSON) {
    let prefix = endpoint.profile == "official" ? "/api/v9" : ""
    let target = path.hasPrefix("!") ? String(path.dropFirst()) : "\(prefix)\(mount)\(path)"
    let url = try HTTPURL(endpoint.baseURL + target)
    let bytes = raw ?? body?.serialized() ?? []
    let request = SignableRequest(method: method, url: url, bodyDigest: SHA256Digest(of: bytes))
    let now = Int64(Date().timeIntervalSince1970 * 1_000) - ageSeconds * 1_000
    let additions = try AuthenticationScheme(endpoint.authentication[scheme])
      .sign(request, secrets: secrets ?? endpoint.secrets, nowMilliseconds: now)
    let signed = url.appending(additions.query)
    let reply = await exchangeRaw(
      method, signed.path + (signed.query.map { "?\($0)" } ?? ""), address.port,
      headers + additions.headers.map { ($0.name, $0.value) }, bytes)
    return (reply, (try? JSON(parsing: reply.body)) ?? .null)
  }

  /// Creates a task and gives its id.
  func create(_ body: JSON) async throws -> String {
    let (reply, json) = try await send("POST", "/clips", body)
    #expect(reply.status == 200, "\(reply.text)")
    return try #require(json["created"]?["id"]?.string)
  }

  /// Looks until the task is over.
  func wait(_ id: String) async throws -> VideoTask {
    for _ in 0..<3_000 {
      let (_, json) = try await send("GET", "/clips/\(id)")
      let task = try VideoTask(try #require(json["task"]))
      if task.phase.isTerminal { return task }
      try await Task.sleep(nanoseconds: 50_000_000)
    }
    Issue.record("the task does not end")
    throw CancellationError()
  }
}

func exchangeRaw(
  _ method: String, _ target: String, _ port: UInt16, _ headers: [(String, String)], _ body: [UInt8]
) async -> RawReply {
  await send(method, target, port: port, headers: headers, body: body)
}

/// Path and query of an absolute URL.
func target(of url: String) throws -> String {
  let parsed = try HTTPURL(url)
  return parsed.path + (parsed.query.map { "?\($0)" } ?? "")
}

/// What ffprobe says of a clip.
struct Probe {
  var width = 0
  var height = 0
  var seconds = 0.0
  var frameRate = ""
  var hasAudio = false

  init(_ bytes: [UInt8]) throws {
    let path = "\(NSTemporaryDirectory())/filmgate-probe-\(UUID().uuidString).mp4"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "ffprobe", "-v", "error", "-show_entries", "stream=codec_type,width,height,r_frame_rate:format=duration", "-of",
      "json", path,
    ]
    process.standardOutput = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    let json = try JSON(parsing: Array(output))
    seconds = json["format"]?["duration"]?.lenientDouble ?? 0
    for stream in json["streams"]?.array ?? [] {
      if stream["codec_type"]?.string == "audio" { hasAudio = true }
      guard stream["codec_type"]?.string == "video" else { continue }
      width = stream["width"]?.int ?? 0
      height = stream["height"]?.int ?? 0
      frameRate = stream["r_frame_rate"]?.string ?? ""
    }
  }
}
