// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Jobs
import Network
import OrderedJSON
import Store
import Testing
import VideoDocuments

@testable import Gateway

/// What the gateway did because of callbacks.
@LoopActor private final class Heard {
  var looks: [String] = []
  var hints: [[UInt8]] = []
  var adopted: [String] = []
}

/// Announcements of a vendor that signs them.
@LoopActor struct VendorCallbackTests {
  private static let token = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-_abcde"
  private static let secret = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="
  private let store = MemoryStore()
  private let clock = HandClock(1_781_080_794_000)
  private let heard = Heard()
  private var looks: [String] { heard.looks }
  private var hints: [[UInt8]] { heard.hints }

  private static func manifest() throws -> Manifest {
    try Manifest(
      JSON(
        parsing: """
          {"manifest": 1, "id": "acme", "version": "1", "operations": [], "models": [],
           "profiles": [{"id": "official", "base_url": "https://api.example.com", "authentication": []}],
           "callback": {"signature": {"scheme": "standard-webhooks", "secrets": [{"name": "hook"}]}}}
          """))
  }

  private func callbacks(
    secret: String? = secret, gapMilliseconds: Int64 = 60_000, step: Step? = nil, failure: Failure? = nil
  ) throws -> VendorCallbacks {
    let manifest = try Self.manifest()
    let account = Account(
      name: "acme/official", pluginID: "acme", profile: "official", baseURL: "",
      authentication: AuthenticationFacts(scheme: "none", secrets: []),
      secrets: Secrets(secret.map { ["hook": $0] } ?? [:]))
    return VendorCallbacks(
      index: store,
      verification: CallbackVerification(
        manifest: { $0 == "acme" ? manifest : nil }, account: { $0.account == "acme/official" ? account : nil },
        clock: clock),
      clock: clock, lookGapMilliseconds: gapMilliseconds,
      hint: { [heard] _, _, body throws(Failure) in
        heard.hints.append(body)
        if let failure { throw failure }
        return step
      }, look: { [heard] in heard.looks.append($0) },
      adopt: { [heard] job, id in heard.adopted.append("\(job) \(id)") })
  }

  private func insert(_ state: JobState = .watching, _ body: (inout JobRecord) -> Void = { _ in }) async throws {
    var job = watchedJob("fg_1", state: state)
    job.task.phase = .running
    job.caller?.callbackToken = Self.token
    body(&job)
    _ = try await store.insert(job, entries: [])
  }

  private func post(
    _ callbacks: VendorCallbacks, token: String = token, id: String = "m1", body: String = "{}",
    signedBy key: String? = secret
  ) async -> Int {
    var headers: HTTPHeaders = ["Content-Type": "application/json"]
    if let signature = key.flatMap({ WebhookSignature(secret: $0) }) {
      let now = clock.nowMilliseconds / 1_000
      for header in signature.headers(id: id, nowSeconds: now, body: Array(body.utf8)) {
        headers.add(header.name, header.value)
      }
    }
    let request = HTTPRequest(
      head: RequestHead(method: "POST", target: "/callbacks/x", path: "/callbacks/x", headers: headers),
      body: HTTPBody(Array(body.utf8)))
    return await callbacks.respond(request, token: token).status
  }

  @Test("a signed one brings the next look forward; what it says goes to the plugin, and nowhere else")
  func look() async throws {
    try await insert()
    let callbacks = try callbacks(step: Step(.update(TaskUpdate(.succeeded))))
    let before = try await store.job("fg_1")
    #expect(await post(callbacks, body: #"{"status":"succeeded"}"#) == 200)
    #expect(looks == ["fg_1"])
    #expect(hints == [Array(#"{"status":"succeeded"}"#.utf8)])
    #expect(try await store.job("fg_1") == before)
  }

  @Test("forged, unsigned, repeated and unaddressed ones cost no look")
  func refusals() async throws {
    try await insert()
    let callbacks = try callbacks()
    #expect(await post(callbacks, signedBy: nil) == 401)
    #expect(await post(callbacks, signedBy: "whsec_AAAA") == 401)
    #expect(await post(callbacks, token: String(Self.token.dropLast()) + "f") == 404)
    #expect(await post(callbacks, token: String(Self.token.prefix(16))) == 404)
    #expect(await post(callbacks, token: "") == 404)
    #expect(await post(callbacks, body: String(repeating: "x", count: VendorCallbacks.maximumBodyBytes + 1)) == 413)
    #expect(looks.isEmpty && hints.isEmpty)
    #expect(await post(callbacks) == 200)
    let repeated = try self.callbacks()
    #expect(await post(repeated, id: "m2") == 200)
    #expect(looks.count == 2)
    #expect(await post(repeated, id: "m2") == 200)
    #expect(looks.count == 2)
  }

  @Test("an account without the secret takes them unsigned")
  func unsigned() async throws {
    try await insert()
    #expect(await post(try callbacks(secret: nil), body: "garbage", signedBy: nil) == 200)
    #expect(looks.count == 1)
  }

  @Test("a job that is over has nothing left to look at", arguments: [JobState.done, .collecting, .failed, .cancelled])
  func finished(_ state: JobState) async throws {
    try await insert(state)
    #expect(await post(try callbacks()) == 200)
    #expect(looks.isEmpty && hints.isEmpty)
  }

  @Test("a job that had expired may have been made after all")
  func late() async throws {
    try await insert(.expired) { $0.task.phase = .expired }
    #expect(await post(try callbacks(step: Step(.update(TaskUpdate(.succeeded))))) == 200)
    #expect(looks == ["fg_1"])
  }

  @Test("a job of unknown outcome learns under which id to look, and nothing from a callback that names none")
  func unknown() async throws {
    try await insert(.unknown) { $0.task.phase = .unknown }
    #expect(await post(try callbacks(step: Step(.update(TaskUpdate(.succeeded))))) == 200)
    #expect(looks.isEmpty && heard.adopted.isEmpty)
    let named = TaskUpdate(.succeeded, upstreamID: "theirs-7")
    #expect(await post(try callbacks(step: Step(.update(named))), id: "m2") == 200)
    #expect(heard.adopted == ["fg_1 theirs-7"] && looks == ["fg_1"])
  }

  @Test("what the plugin makes of it decides only whether a look is worth it")
  func hintsDecide() async throws {
    try await insert { $0.task.progressPercent = 30 }
    var progress = TaskUpdate(.running)
    progress.progressPercent = 40
    let cases: [(Step?, Failure?, Bool)] = [
      (nil, nil, true), (Step(.wait(0)), nil, true), (Step(.update(TaskUpdate(.running))), nil, false),
      (Step(.update(TaskUpdate(.queued))), nil, false), (Step(.update(progress)), nil, true),
      (Step(.update(TaskUpdate(.failed))), nil, true), (Step(.fail(Failure(.notFound, "Another."))), nil, false),
      (Step(.fail(Failure(.drift, "What?"))), nil, true), (nil, Failure(.plugin, "It crashed."), true),
    ]
    for (step, failure, isLook) in cases {
      heard.looks = []
      #expect(await post(try callbacks(step: step, failure: failure)) == 200)
      #expect(looks.count == (isLook ? 1 : 0), "\(String(describing: step))")
    }
  }

  @Test("a flood comes to one look now and one when the time is over")
  func flood() async throws {
    try await insert()
    let callbacks = try callbacks(gapMilliseconds: 2_000)
    var isPutOff = false
    // A machine that stood still may have let the time pass within a flood, whose last news then was looked at at once.
    for flood in 1...20 where !isPutOff {
      let before = looks.count
      for number in 1...200 { #expect(await post(callbacks, id: "m\(flood).\(number)") == 200) }
      let first = looks.count
      #expect(first - before < 200 && hints.count <= first)
      for _ in 0..<5_000 where looks.count <= first { try await EventLoop.sleep(nanoseconds: 1_000_000) }
      isPutOff = looks.count > first
    }
    withExtendedLifetime(callbacks) { #expect(isPutOff) }
  }

  @Test("one that is faster than the answer to the purchase is not lost")
  func early() async throws {
    try await insert(.submitting)
    let callbacks = try callbacks(gapMilliseconds: 1)
    #expect(await post(callbacks) == 200)
    for _ in 0..<60_000 where looks.isEmpty { try await EventLoop.sleep(nanoseconds: 1_000_000) }
    withExtendedLifetime(callbacks) { #expect(looks.count == 1) }
  }

  @Test("an address is made where vendor, profile and configuration allow it")
  func addresses() throws {
    let manifest = try Self.manifest()
    var settings = GatewayConfiguration()
    func draft() -> JobDraft {
      var draft = JobDraft(
        request: VideoRequest(model: "m"), pluginID: "acme", pluginVersion: "1", account: "a",
        connection: Connection(profile: "official", baseURL: ""))
      draft.caller = JobCaller(keyID: "k", format: "openai", requestID: "r")
      return draft
    }
    var without = draft()
    CallbackAddress.add(to: &without, manifest: manifest, settings: settings)
    #expect(without.connection.callbackURL == nil && without.caller?.callbackToken == nil)
    settings.publicURL = "https://gate.example/base/"
    var one = draft()
    var two = draft()
    CallbackAddress.add(to: &one, manifest: manifest, settings: settings)
    CallbackAddress.add(to: &two, manifest: manifest, settings: settings)
    let token = try #require(one.caller?.callbackToken)
    #expect(token.utf8.count == 43 && token != two.caller?.callbackToken)
    #expect(one.connection.callbackURL == "https://gate.example/base/callbacks/\(token)")
    settings.usesCallbacks = false
    var off = draft()
    CallbackAddress.add(to: &off, manifest: manifest, settings: settings)
    #expect(off.caller?.callbackToken == nil)
  }
}
