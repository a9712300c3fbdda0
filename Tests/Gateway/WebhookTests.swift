// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import Synchronization
import Testing
import VideoDocuments

@testable import Gateway
@testable import Network

/// A server of a caller's, as far as a sender sees one.
private final class Receiver: Sendable {
  struct State {
    var requests: [HTTPRequestDescription] = []
    var answers: [TransportOutcome] = []
    var hostsThatHang: Set<String> = []
    var open = 0
    var mostOpen = 0
  }

  let state = Mutex(State())

  /// Answers to give, the last one for ever.
  func answer(_ outcomes: TransportOutcome...) { state.withLock { $0.answers = outcomes } }

  var requests: [HTTPRequestDescription] { state.withLock { $0.requests } }

  @LoopActor func send(_ request: HTTPRequestDescription) async -> TransportOutcome {
    let hangs = state.withLock { state in
      state.requests.append(request)
      state.open += 1
      state.mostOpen = max(state.mostOpen, state.open)
      return state.hostsThatHang.contains(request.url.host)
    }
    while hangs, !Task.isCancelled { try? await EventLoop.sleep(nanoseconds: 1_000_000) }
    await Task.yield()
    return state.withLock { state in
      state.open -= 1
      if hangs { return .failed(TransportFailure(.cancelled, .unknown)) }
      return state.answers.count > 1 ? state.answers.removeFirst() : state.answers.first ?? .status(200)
    }
  }
}

extension TransportOutcome {
  fileprivate static func status(_ status: Int, _ headers: [HTTPHeader] = []) -> TransportOutcome {
    .response(ReceivedResponse(status: status, headers: headers, body: []))
  }
}

/// Webhooks with a clock of their own, on a database of their own.
@LoopActor struct WebhookTests {
  private let folder: TemporaryFolder
  private let clock = HandClock(1_000_000)
  private let receiver = Receiver()
  private let secrets = WebhookSecrets(masterKeys: [Array("newer master".utf8), Array("older master".utf8)])

  init() throws { folder = try TemporaryFolder() }

  private func open() async throws -> SQLiteStore { try await SQLiteStore.open(path: folder.path + "/jobs.db") }

  private func webhooks(_ store: SQLiteStore, mayBePrivate: Bool = false) -> Webhooks {
    let receiver = receiver
    let sender = WebhookSender(
      secrets: secrets, clock: clock, mayBePrivate: { mayBePrivate }, link: { "https://gate.example/\($0.id)" },
      send: { await receiver.send($0) })
    return Webhooks(outbox: store, store: store, sender: sender, clock: clock)
  }

  private func end(
    _ id: String, _ store: SQLiteStore, _ state: JobState = .done, url: String = "https://hooks.example/a",
    key: String = "k1"
  ) async throws {
    var job = watchedJob(id, keyID: key)
    job.caller?.webhookURL = url
    _ = try await store.insert(job, entries: [])
    let now = clock.nowMilliseconds
    try await store.change(id) { job in
      job.state = state
      job.task.updatedAtMilliseconds = now
      job.task.finishedAtMilliseconds = now
      if state == .failed { job.task.failure = Failure(.refusedOutput, "The clip was refused.") }
    }
  }

  @Test("a finished job is told, signed so that the key's holder can check it")
  func delivery() async throws {
    let store = try await open()
    try await end("fg_1", store)
    await webhooks(store).deliverDue()
    let request = try #require(receiver.requests.first)
    #expect(receiver.requests.count == 1 && request.method == "POST")
    #expect(request.url.description == "https://hooks.example/a" && !request.allowsPrivateAddresses)
    #expect(request.headers.first("webhook-id") == "evt_1_completed")
    #expect(request.headers.first("webhook-timestamp") == "1000")
    let body = try #require(request.bodyBytes)
    // By the newer master key, and by the one that it replaces.
    for master in ["newer master", "older master"] {
      let code = HMACSHA256.code(key: Array(master.utf8), message: "webhook:k1")
      let signature = try #require(WebhookSignature(secret: "whsec_" + Base64.encode(code)))
      #expect((try? signature.verify(headers: request.headers, body: body, nowSeconds: 1_100).get()) != nil)
    }
    let other = try #require(secrets.secret(of: "k2").flatMap { WebhookSignature(secret: $0) })
    #expect((try? other.verify(headers: request.headers, body: body, nowSeconds: 1_100).get()) == nil)
    #expect(
      String(decoding: body, as: UTF8.self) == """
        {"id":"evt_1_completed","object":"event","type":"video.completed","created_at":1000,"data":{"id":"fg_1",\
        "object":"video","status":"completed","model":"acme-1","created_at":1,"completed_at":1000,\
        "url":"https://gate.example/fg_1"}}
        """)
    #expect(try await store.webhook("evt_1_completed")?.state == .delivered)
    await store.close()
  }

  @Test("a failed one says why")
  func failure() async throws {
    let store = try await open()
    try await end("fg_1", store, .failed)
    await webhooks(store).deliverDue()
    let body = try JSON(parsing: try #require(receiver.requests.first?.bodyBytes))
    #expect(body["type"] == "video.failed" && body["data"]?["status"] == "failed")
    #expect(body["data"]?["error"] == ["code": "refused_output", "message": "The clip was refused."])
    #expect(body["data"]?["url"] == nil)
    await store.close()
  }

  @Test("an attempt that fails is made again for a day, with the same id, and then no more")
  func retries() async throws {
    let store = try await open()
    try await end("fg_1", store)
    receiver.answer(.failed(TransportFailure(.connect, .notSent, "refused")), .status(500))
    let webhooks = webhooks(store)
    var waits: [Int64] = []
    for _ in 0..<100 {
      await webhooks.deliverDue()
      guard let next = try await store.nextWebhookAtMilliseconds() else { break }
      waits.append(next - clock.nowMilliseconds)
      clock.nowMilliseconds = next
    }
    let planned: [Int64] = [5, 30, 120, 600, 1_800, 3_600] + [Int64](repeating: 10_800, count: 7)
    #expect((planned.count - 1...planned.count + 1).contains(waits.count))
    for (wait, seconds) in zip(waits, planned) { #expect(abs(wait - seconds * 1_000) <= seconds * 100) }
    let message = try #require(try await store.webhook("evt_1_completed"))
    #expect(message.state == .abandoned && message.attempts.count == waits.count + 1)
    #expect(message.attempts.first?.problem?.contains("connect") == true && message.attempts.last?.status == 500)
    #expect(Set(receiver.requests.map { $0.headers.first("webhook-id") }) == ["evt_1_completed"])
    #expect(clock.nowMilliseconds <= 1_000_000 + 86_400_000)
    await store.close()
  }

  @Test("what the server says decides: taken, wanted no more, later, elsewhere")
  func answers() async throws {
    let store = try await open()
    let webhooks = webhooks(store)
    let cases: [(TransportOutcome, WebhookMessage.State, wait: Int64?)] = [
      (.status(204), .delivered, nil), (.status(410), .stopped, nil),
      (.status(429, [HTTPHeader("Retry-After", "90")]), .pending, 90_000),
      (.status(503, [HTTPHeader("Retry-After", "1000000")]), .pending, 86_400_000),
      (.failed(TransportFailure(.tooLarge, .unknown, status: 200)), .delivered, nil),
      (.failed(TransportFailure(.blockedAddress, .notSent, "10.0.0.1")), .stopped, nil),
    ]
    for (index, (answer, state, wait)) in cases.enumerated() {
      try await end("fg_\(index)", store)
      receiver.answer(answer)
      await webhooks.deliverDue()
      let message = try #require(try await store.webhook("evt_\(index)_completed"))
      #expect(message.state == state, "\(answer)")
      #expect(message.nextAttemptAtMilliseconds.map { $0 - clock.nowMilliseconds } == wait, "\(answer)")
    }
    try await end("fg_moved", store)
    receiver.answer(.status(302, [HTTPHeader("Location", "https://elsewhere.example/")]))
    let before = receiver.requests.count
    await webhooks.deliverDue()
    #expect(receiver.requests.count == before + 1)
    #expect(try await store.webhook("evt_moved_completed")?.state == .pending)
    await store.close()
  }

  @Test("what a process that died had left, and what it had begun, is delivered by the next one")
  func restart() async throws {
    var store = try await open()
    try await end("fg_1", store)
    try await end("fg_2", store, url: "https://hangs.example/")
    receiver.state.withLock { $0.hostsThatHang = ["hangs.example"] }
    let first = webhooks(store)
    let delivering = Task { @LoopActor in await first.deliverDue() }
    while receiver.requests.count < 2 { try await EventLoop.sleep(nanoseconds: 1_000_000) }
    await first.stop()
    await delivering.value
    await store.close()
    store = try await open()
    // A process that was killed instead has given nothing back.
    try await end("fg_3", store)
    _ = try await store.takeWebhook(
      "evt_3_completed", nowMilliseconds: clock.nowMilliseconds, untilMilliseconds: clock.nowMilliseconds + 25_000)
    receiver.state.withLock { $0.hostsThatHang = [] }
    await webhooks(store).deliverDue()
    #expect(try await store.webhooks(WebhookFilter(states: [.delivered])).count == 2)
    clock.nowMilliseconds += 25_000
    await webhooks(store).deliverDue()
    #expect(try await store.webhooks(WebhookFilter(states: [.delivered])).count == 3)
    #expect(receiver.requests.count == 4)
    await store.close()
  }

  @Test("a server that hangs holds up neither others nor the end")
  func slowServers() async throws {
    let store = try await open()
    receiver.state.withLock { $0.hostsThatHang = ["hangs.example"] }
    for number in 1...50 { try await end("fg_h\(number)", store, url: "https://hangs.example/\(number)") }
    try await end("fg_quick", store, key: "k2")
    let webhooks = webhooks(store)
    webhooks.start(JobFeed())
    while try await store.webhook("evt_quick_completed")?.state != .delivered {
      try await EventLoop.sleep(nanoseconds: 1_000_000)
    }
    #expect(receiver.state.withLock { $0.mostOpen } <= 5)
    await webhooks.stop()
    #expect(receiver.state.withLock { $0.open } == 0)
    // Nothing of it counts as a failure of the server's.
    #expect(try await store.webhooks(WebhookFilter(states: [.pending])).allSatisfy { $0.attempts.isEmpty })
    await store.close()
  }

  @Test("news of a job begins a delivery at once")
  func feed() async throws {
    let store = try await open()
    let feed = JobFeed()
    let webhooks = webhooks(store)
    webhooks.start(feed)
    try await end("fg_1", store)
    let job = try #require(try await store.job("fg_1"))
    feed.publish(job)
    while receiver.requests.isEmpty { try await EventLoop.sleep(nanoseconds: 1_000_000) }
    await webhooks.stop()
    await store.close()
  }

  @Test("a message can be sent anew")
  func resending() async throws {
    let store = try await open()
    try await end("fg_1", store)
    receiver.answer(.status(410), .status(200))
    let webhooks = webhooks(store)
    await webhooks.deliverDue()
    #expect(try await store.webhook("evt_1_completed")?.state == .stopped)
    #expect(try await webhooks.deliver("evt_1_completed")?.state == .delivered)
    #expect(receiver.requests.count == 2)
    await store.close()
  }
}

struct WebhookTurnTests {
  private func lane(_ key: String, _ host: String) -> WebhookLane { WebhookLane(keyID: key, host: host) }

  @Test("keys come before hosts, hosts before more of the same")
  func turns() {
    let lanes = [lane("k1", "a"), lane("k1", "b"), lane("k2", "a"), lane("k1", "c")]
    let turns = WebhookTurns(parallel: 5, perKey: 3, perLane: 2)
    #expect(
      turns.choose(lanes, busy: [:]) == [
        WebhookShare(lanes[0], count: 1), WebhookShare(lanes[2], count: 2), WebhookShare(lanes[1], count: 1),
        WebhookShare(lanes[3], count: 1),
      ])
    #expect(turns.choose(lanes, busy: [lanes[0]: 2, lanes[1]: 1]) == [WebhookShare(lanes[2], count: 2)])
    #expect(turns.choose(lanes, busy: [lane("k9", "z"): 5]).isEmpty)
  }
}

struct WebhookAddressTests {
  @Test(
    "refuses what must not be called",
    arguments: [
      "http://127.0.0.1/", "http://[::1]/", "https://10.1.2.3/x", "http://169.254.169.254/latest",
      "http://localhost:80/",
      "http://a.localhost/", "http://[::ffff:10.0.0.1]/", "ftp://a.example/", "https://user:pass@a.example/", "hooks",
      "",
      "http://2130706433/", "https://a.example/\u{0D}\u{0A}x",
      "https://a.example/" + String(repeating: "a", count: 2_048),
    ])
  func refused(_ text: String) {
    #expect(throws: Failure.self) { try WebhookAddress.check(text, mayBePrivate: false) }
  }

  @Test("takes it out of the request, under either name")
  func taking() throws {
    var request = VideoRequest(model: "m")
    request.options["callback_url"] = "http://a.example/x"
    request.options["seed"] = 1
    #expect(try WebhookAddress.take(from: &request, mayBePrivate: false) == "http://a.example/x")
    #expect(request.options == ["seed": 1])
    #expect(try WebhookAddress.take(from: &request, mayBePrivate: false) == nil)
    request.options["webhook_url"] = "http://192.168.0.1:9/"
    request.options["callback_url"] = .null
    #expect(try WebhookAddress.take(from: &request, mayBePrivate: true) == "http://192.168.0.1:9/")
    request.options["webhook_url"] = 7
    #expect(throws: Failure.self) { try WebhookAddress.take(from: &request, mayBePrivate: true) }
  }
}

extension HTTPRequestDescription {
  fileprivate var bodyBytes: [UInt8]? {
    guard case .bytes(let bytes)? = body.pieces.first, body.pieces.count == 1 else { return nil }
    return bytes
  }
}
