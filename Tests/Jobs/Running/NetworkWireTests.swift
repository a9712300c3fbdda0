// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import Jobs
import Network
import OrderedJSON
import Store
import Testing
import VideoDocuments

/// One account for every job.
struct FixedRoutes: JobRoutes {
  var route = JobRoute(
    signer: Signer(scheme: .bearer(BearerParameters()), secrets: Secrets(["api_key": "sk-canary-0123456789"])))

  func route(for job: JobRecord) async throws(Failure) -> JobRoute { route }
}

@Suite("The wire over real connections") @LoopActor struct NetworkWireTests {
  private let client = HTTPClient(proxies: ProxySettings())

  private func send(_ step: HTTPStep, to baseURL: String) async -> WireOutcome {
    var job = plannedJob()
    job.connection.baseURL = baseURL
    return await NetworkWire(client: client, routes: FixedRoutes()).send(step, for: job)
  }

  private let purchase = HTTPStep("POST", path: "/tasks", body: .json(["prompt": "a fox"]), retry: .never)

  @Test("sends what the plugin describes, with the account's credentials")
  func signed() async throws {
    let server = try LoopbackServer { _ in LoopbackServer.answer(201, "{\"id\":1}", headers: "X-Request-Id: r1\r\n") }
    guard case .answered(let answer) = await send(purchase, to: server.baseURL) else {
      Issue.record("no answer")
      return
    }
    #expect(answer.status == 201 && answer.headers.header("x-request-id") == "r1")
    #expect(answer.body == Array("{\"id\":1}".utf8))
    let request = try #require(server.requests.first)
    #expect(request.line == "POST /tasks HTTP/1.1" && request.body == Array(#"{"prompt":"a fox"}"#.utf8))
    #expect(request.head.contains("authorization: bearer sk-canary-0123456789"))
  }

  @Test("an unsigned step carries no credentials")
  func unsigned() async throws {
    let server = try LoopbackServer { _ in LoopbackServer.answer(200, "{}") }
    var step = purchase
    step.isSigned = false
    _ = await send(step, to: server.baseURL)
    #expect(server.requests.first?.head.contains("authorization") == false)
  }

  @Test("a closed port means that nothing was sent")
  func refused() async throws {
    let port = try LoopbackServer.refusedPort()
    guard case .notSent(let failure) = await send(purchase, to: "http://127.0.0.1:\(port)") else {
      Issue.record("thought to be sent")
      return
    }
    #expect(failure.kind == .unreachable && failure.isRetryable)
  }

  @Test("a connection that ends without an answer means that nobody knows, and it is not sent again")
  func hungUp() async throws {
    let server = try LoopbackServer { _ in nil }
    guard case .unknown(let failure) = await send(purchase, to: server.baseURL) else {
      Issue.record("not unknown")
      return
    }
    #expect(failure.kind == .unreachable && server.requests.count == 1)
  }

  @Test("a key that the vendor quotes is masked before anyone sees it, whatever the status", arguments: [200, 401])
  func redacted(status: Int) async throws {
    let server = try LoopbackServer { _ in
      LoopbackServer.answer(
        status, #"{"error":"Incorrect API key provided: sk-canary-0123456789"}"#,
        headers: "X-Request-Id: sk-canary-0123456789\r\n")
    }
    guard case .answered(let answer) = await send(purchase, to: server.baseURL) else {
      Issue.record("no answer")
      return
    }
    #expect(String(decoding: answer.body, as: UTF8.self) == #"{"error":"Incorrect API key provided: ***"}"#)
    #expect(answer.headers.header("x-request-id") == "***")
  }

  @Test("an account without its secret sends nothing")
  func missingSecret() async throws {
    let server = try LoopbackServer { _ in nil }
    var job = plannedJob()
    job.connection.baseURL = server.baseURL
    let routes = FixedRoutes(
      route: JobRoute(signer: Signer(scheme: .bearer(BearerParameters()), secrets: Secrets())))
    let outcome = await NetworkWire(client: client, routes: routes).send(purchase, for: job)
    guard case .notSent(let failure) = outcome else {
      Issue.record("sent")
      return
    }
    #expect(failure.kind == .authentication && server.requests.isEmpty)
  }

  @Test("a whole job over loopback: bought once, watched, archived, and no secret in its record")
  func wholeJob() async throws {
    let server = try LoopbackServer { request in
      switch request.line.split(separator: " ")[0...1].joined(separator: " ") {
      case "POST /tasks": LoopbackServer.answer(200, #"{"id":"up-9"}"#)
      case "GET /tasks/up-9": LoopbackServer.answer(200, #"{"phase":"succeeded"}"#)
      default: LoopbackServer.answer(200, sampleClip)
      }
    }
    let folder = try TestFolder()
    let store = try await SQLiteStore.open(path: folder.path + "/state/jobs.db")
    let runner = JobRunner(
      store: store, provider: LinkPlugin(plugin: FakePlugin(vendor: FakeVendor()), link: server.baseURL + "/clip.mp4"),
      wire: NetworkWire(client: client, routes: FixedRoutes()),
      archive: FileArchive(client: client, defaultFolder: folder.path + "/clips"))
    var draft = sampleDraft()
    draft.connection.baseURL = server.baseURL
    draft.polling.firstMilliseconds = 200
    draft.polling.intervalMilliseconds = 200
    let job = try await runner.submit(draft)
    let end = try await runner.drive(job.id)
    #expect(end.job.state == .done)
    let file = try #require(end.job.archived.first)
    #expect(file.path == "\(folder.path)/clips/filmgate-\(job.id).mp4" && file.mediaType == "video/mp4")
    #expect(try Data(contentsOf: URL(fileURLWithPath: file.path)) == Data(sampleClip))
    #expect(server.requests.filter { $0.line.hasPrefix("POST") }.count == 1)
    await store.close()
    let database = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/state/jobs.db"))
    #expect(database.range(of: Data("sk-canary".utf8)) == nil && database.range(of: Data("up-9".utf8)) != nil)
  }
}

/// The fake plugin with a link that leads somewhere.
private struct LinkPlugin: ProviderCalls {
  let plugin: FakePlugin
  let link: String

  func create(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    try await plugin.create(job, nowMilliseconds: nowMilliseconds)
  }

  func poll(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    try await plugin.poll(job, nowMilliseconds: nowMilliseconds)
  }

  func cancel(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    try await plugin.cancel(job, nowMilliseconds: nowMilliseconds)
  }

  func resume(
    _ job: JobRecord, state: JSON?, head: ResponseHead, body: [UInt8], nowMilliseconds: Int64
  ) async throws(Failure) -> Step {
    var step = try await plugin.resume(job, state: state, head: head, body: body, nowMilliseconds: nowMilliseconds)
    if case .update(var update) = step.action, update.phase == .succeeded {
      update.outputs = [VideoOutput(url: link)]
      step.action = .update(update)
    }
    return step
  }
}
