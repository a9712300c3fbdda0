// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import Jobs
import Network
import Store
import Testing
import VideoDocuments

@Suite("Rendering a plugin's request") struct StepRenderingTests {
  private let route = JobRoute(
    pathPrefix: "/api/v3", allowedHosts: ["upload.example.com", "*.media.example.com"],
    signer: Signer(scheme: .bearer(BearerParameters()), secrets: Secrets(["api_key": "sk-canary"])))

  private func job(_ baseURL: String = "https://api.example.com", assets: [JobAsset] = []) -> JobRecord {
    var job = plannedJob()
    job.connection.baseURL = baseURL
    job.assets = assets
    return job
  }

  private func absolute(_ url: String, _ method: String = "GET") -> HTTPStep {
    var step = HTTPStep(method, path: "", retry: .safe)
    step.path = nil
    step.url = url
    return step
  }

  @Test(
    "the address is the base URL, the profile's prefix, the path and the query",
    arguments: [
      ("https://api.example.com", "/tasks", "https://api.example.com/api/v3/tasks?a=b%20%26&a=c"),
      ("https://api.example.com/", "tasks", "https://api.example.com/api/v3/tasks?a=b%20%26&a=c"),
      ("http://127.0.0.1:8080/relay/", "/tasks?x=1", "http://127.0.0.1:8080/relay/api/v3/tasks?x=1&a=b%20%26&a=c"),
    ])
  func address(_ base: String, _ path: String, _ expected: String) async throws {
    var step = HTTPStep("get", path: path, retry: .safe)
    step.query = [NameValuePair("a", "b &"), NameValuePair("a", "c")]
    let request = try await StepRendering.request(step, for: job(base), route: route)
    #expect(request.url.description == expected)
    #expect(request.method == "GET" && request.isRepeatable)
  }

  @Test(
    "only the account's hosts may be named",
    arguments: [
      ("https://api.example.com/x", true), ("https://upload.example.com/x", true),
      ("https://a.media.example.com/x", true), ("https://a.b.media.example.com/x", true),
      ("https://media.example.com/x", false), ("https://evilmedia.example.com/x", false),
      ("https://example.com/x", false), ("https://api.example.com.evil.com/x", false),
      // The right host through a side door.
      ("http://api.example.com/x", false), ("https://api.example.com:8443/x", false),
      ("http://upload.example.com/x", false), ("https://user@api.example.com/x", false), ("file:///etc/passwd", false),
      ("https://169.254.169.254/latest", false),
    ])
  func hosts(_ url: String, _ isAllowed: Bool) async throws {
    do {
      let request = try await StepRendering.request(absolute(url), for: job(), route: route)
      #expect(isAllowed, "\(request.url)")
    } catch {
      #expect(!isAllowed && error.kind == .plugin)
    }
  }

  @Test(
    "headers of the connection and of the credentials are not a plugin's to set",
    arguments: [
      "Host", "authorization", "Cookie", "Content-Length", "Transfer-Encoding", "CONNECTION", "X-Forwarded-For", "a b",
      "x\r\ny",
    ])
  func headers(_ name: String) async throws {
    var step = HTTPStep("GET", path: "/x", retry: .safe)
    step.headers = [NameValuePair(name, "1")]
    let bad = step
    let failure = await #expect(throws: Failure.self) {
      try await StepRendering.request(bad, for: job(), route: route)
    }
    #expect(failure?.kind == .plugin)
  }

  @Test("a header value cannot end its line")
  func headerValue() async throws {
    var step = HTTPStep("GET", path: "/x", retry: .safe)
    step.headers = [NameValuePair("X-Trace", "a\r\nAuthorization: b")]
    let bad = step
    await #expect(throws: Failure.self) { try await StepRendering.request(bad, for: job(), route: route) }
  }

  @Test("a path cannot climb", arguments: ["/../admin", "/a/./b", "/a/%2e%2E/b", "/.%2e"])
  func dotSegments(_ path: String) async throws {
    await #expect(throws: Failure.self) {
      try await StepRendering.request(HTTPStep("GET", path: path, retry: .safe), for: job(), route: route)
    }
  }

  @Test("private networks are for accounts that are on one, and for the base URL's own host")
  func privateNetworks() async throws {
    func allows(_ base: String, _ step: HTTPStep) async throws -> Bool {
      try await StepRendering.request(step, for: job(base), route: route).allowsPrivateAddresses
    }
    let own = HTTPStep("GET", path: "/x", retry: .safe)
    let other = absolute("https://upload.example.com/x")
    #expect(try await allows("https://relay.corp", own))
    #expect(try await allows("https://api.example.com", other) == false)
    #expect(try await allows("http://127.0.0.1:1", other))
    #expect(try await allows("http://localhost:1", other))
  }

  @Test("text and assets stand where the plugin puts them, in JSON and in parts")
  func bodies() async throws {
    let folder = try TestFolder()
    let path = folder.path + "/a.png"
    try Data("PNG!".utf8).write(to: URL(fileURLWithPath: path))
    let asset = JobAsset(
      id: "a1", path: path, mediaType: "image/png", byteCount: 4, sha256: "", isOwnedCopy: false)
    let job = job(assets: [asset])
    var step = HTTPStep("POST", path: "/x", retry: .never)
    step.body = .segments(
      [.text("{\"image\":\""), .asset("a1", .dataURL), .text("\"}")], mediaType: "application/json")
    let request = try await StepRendering.request(step, for: job, route: route)
    #expect(!request.isRepeatable && request.headers.first("content-type") == "application/json")
    #expect(
      try await request.body.digest().get() == SHA256Digest(of: "{\"image\":\"data:image/png;base64,UE5HIQ==\"}"))

    step.body = .multipart([
      BodyPart(name: "prompt", segments: [.text("a fox")]),
      BodyPart(name: "fi\"le", filename: "a\r\n.png", mediaType: "image/png", segments: [.asset("a1", .raw)]),
    ])
    let parts = try await StepRendering.request(step, for: job, route: route, boundary: "B")
    #expect(parts.headers.first("content-type") == "multipart/form-data; boundary=B")
    let text =
      "--B\r\nContent-Disposition: form-data; name=\"prompt\"\r\n\r\na fox\r\n"
      + "--B\r\nContent-Disposition: form-data; name=\"fi%22le\"; filename=\"a%0D%0A.png\"\r\n"
      + "Content-Type: image/png\r\n\r\nPNG!\r\n--B--\r\n"
    #expect(parts.body.contentLength == Int64(text.utf8.count))
    #expect(try await parts.body.digest().get() == SHA256Digest(of: text))
  }

  @Test("an input that vanished or changed stops the request before it is sent")
  func changedAsset() async throws {
    let folder = try TestFolder()
    let path = folder.path + "/a.png"
    try Data("PNG!".utf8).write(to: URL(fileURLWithPath: path))
    var step = HTTPStep("POST", path: "/x", retry: .never)
    step.body = .segments([.asset("a1", .raw)], mediaType: "image/png")
    let body = step
    func failure(_ path: String, _ byteCount: Int64) async -> Failure? {
      let asset = JobAsset(
        id: "a1", path: path, mediaType: "image/png", byteCount: byteCount, sha256: "", isOwnedCopy: false)
      return await #expect(throws: Failure.self) {
        try await StepRendering.request(body, for: job(assets: [asset]), route: route)
      }
    }
    #expect(await failure(path, 5)?.message.contains("changed") == true)
    #expect(await failure(path + "x", 4)?.kind == .invalid)
    let missing = await #expect(throws: Failure.self) {
      try await StepRendering.request(body, for: job(), route: route)
    }
    #expect(missing?.kind == .plugin)
  }
}
