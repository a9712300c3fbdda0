// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import HTTPServer
import Jobs
import OrderedJSON
import Store
import Synchronization
import Testing
import VideoDocuments

/// Events of a job.
@LoopActor struct EventStreamTests {
  private let store = MemoryStore()
  private let feed = JobFeed()
  private let waits: OpenWaits

  init() { waits = OpenWaits(feed) }

  private func body(
    lastEventID: String? = nil, heartbeatMilliseconds: Int64 = 600_000,
    view: @escaping EventStream.View = {
      [
        "state": .string($0.state.rawValue),
        "percent": $0.task.progressPercent.map { .number(JSONNumber($0)) } ?? .null,
      ]
    }
  ) async throws -> (response: HTTPResponse, stream: (any HTTPBodyStream)?) {
    let job = try #require(try await store.job("fg_1"))
    var headers: HTTPHeaders = [:]
    if let lastEventID { headers.add("Last-Event-ID", lastEventID) }
    let request = HTTPRequest(
      head: RequestHead(method: "GET", target: "/e", path: "/e", headers: headers), body: HTTPBody([]))
    let stream = EventStream(store: store, waits: waits, heartbeatMilliseconds: heartbeatMilliseconds)
    let response = try await stream.respond(request, job: job, view: view)
    if case .stream(let stream) = response.body { return (response, stream) }
    return (response, nil)
  }

  private func text(_ stream: (any HTTPBodyStream)?) async throws -> String? {
    try await stream?.next().map { String(decoding: $0, as: UTF8.self) }
  }

  @Test("begin with the present, tell each change, and end with the job")
  func wholeLife() async throws {
    _ = try await store.insert(watchedJob("fg_1"), entries: [])
    let (response, stream) = try await body()
    #expect(response.status == 200 && response.headers["content-type"] == "text/event-stream")
    #expect(
      try await text(stream)
        == "retry: 2000\nid: 0-queued\nevent: video.queued\ndata: {\"state\":\"watching\",\"percent\":null}\n\n")
    try await store.change("fg_1", feed) { $0.task.phase = .running }
    #expect(
      try await text(stream)
        == "id: 1-in_progress\nevent: video.in_progress\ndata: {\"state\":\"watching\",\"percent\":null}\n\n")
    // Nobody sees a difference, so nobody is told; what comes next is.
    try await store.change("fg_1", feed) { $0.lookFailures = 1 }
    let waiting = Task { @LoopActor in try await text(stream) }
    try await store.change("fg_1", feed) { $0.state = .done }
    #expect(
      try await waiting.value
        == "id: 3-completed\nevent: video.completed\ndata: {\"state\":\"done\",\"percent\":null}\n\n")
    #expect(try await text(stream) == nil)
    #expect(waits.count == 0)
  }

  @Test("become one while the client does not read")
  func coalescing() async throws {
    _ = try await store.insert(watchedJob("fg_1"), entries: [])
    let (_, stream) = try await body()
    _ = try await text(stream)
    for percent in 1...500 { try await store.change("fg_1", feed) { $0.task.progressPercent = percent } }
    try await store.change("fg_1", feed) { $0.state = .failed }
    #expect(
      try await text(stream) == "id: 501-failed\nevent: video.failed\ndata: {\"state\":\"failed\",\"percent\":500}\n\n")
    #expect(try await text(stream) == nil)
  }

  @Test("go on where the client left off")
  func lastEventID() async throws {
    _ = try await store.insert(watchedJob("fg_1"), entries: [])
    try await store.change("fg_1") { $0.task.phase = .running }
    let behind = try await body(lastEventID: "0-queued")
    #expect(try await text(behind.stream)?.contains("id: 1-in_progress\nevent: video.in_progress") == true)
    behind.stream?.cancel()
    let current = try await body(lastEventID: "1-in_progress")
    let waiting = Task { @LoopActor in try await text(current.stream) }
    try await store.change("fg_1", feed) { $0.state = .collecting }
    #expect(try await waiting.value?.contains("id: 2-completed\nevent: video.completed") == true)
    // The clip is brought home: nobody sees a difference.
    try await store.change("fg_1", feed) { $0.state = .done }
    // Nothing is left to tell: a browser that hears 204 stays away.
    #expect(try await body(lastEventID: "2-completed").response.status == 204)
    #expect(try await text(try await body(lastEventID: "nonsense").stream)?.contains("id: 3-completed\n") == true)
    #expect(waits.count == 0)
  }

  @Test("show signs of life, a progress that only time moves, and what another process wrote")
  func heartbeat() async throws {
    _ = try await store.insert(watchedJob("fg_1"), entries: [])
    let percent = Mutex(0)
    let (_, stream) = try await body(heartbeatMilliseconds: 1) { _ in .number(JSONNumber(percent.withLock { $0 })) }
    _ = try await text(stream)
    #expect(try await text(stream) == ": still there\n\n")
    percent.withLock { $0 = 7 }
    #expect(try await text(stream) == "id: 0-queued\nevent: video.queued\ndata: 7\n\n")
    try await store.change("fg_1") { $0.state = .cancelled }
    #expect(try await text(stream) == "id: 1-failed\nevent: video.failed\ndata: 7\n\n")
  }

  @Test("end when the client leaves, and when the gateway does")
  func leaving() async throws {
    _ = try await store.insert(watchedJob("fg_1"), entries: [])
    let first = try await body().stream
    let second = try await body().stream
    for stream in [first, second] { _ = try await text(stream) }
    let waiting = [first, second].map { stream in Task { @LoopActor in try await text(stream) } }
    first?.cancel()
    #expect(try await waiting[0].value == nil)
    #expect(waits.count == 1)
    waits.drain()
    #expect(try await waiting[1].value == nil)
    #expect(waits.count == 0)
    await #expect(throws: Failure.self) { try await body() }
  }

  @Test("let go of a client that closed its connection")
  func closedConnection() async throws {
    _ = try await store.insert(watchedJob("fg_1"), entries: [])
    let server = try HTTPServer.start(host: "127.0.0.1", port: 0, responder: EventResponder(store: store, waits: waits))
    let client = try LoopbackClient(port: server.port)
    client.send("GET /e HTTP/1.1\r\nHost: x\r\n\r\n")
    #expect(await client.read(until: "event: video.queued"))
    #expect(waits.count == 1)
    client.reset()
    for _ in 0..<60_000 where waits.count > 0 { try await EventLoop.sleep(nanoseconds: 1_000_000) }
    #expect(waits.count == 0)
    server.stop()
  }

  @Test("a long poll ends with what a caller can see, not with what it cannot")
  func longPoll() async throws {
    let job = watchedJob("fg_1")
    _ = try await store.insert(job, entries: [])
    let poll = LongPoll(store: store, waits: waits)
    let waiting = Task { @LoopActor in try await poll.wait(for: job, seconds: 60) }
    // Not by yielding, which goes by way of the pool: there the turn may come when the wait is over again.
    while waits.count == 0 { try await EventLoop.sleep(nanoseconds: 1_000_000) }
    try await store.change("fg_1", feed) { $0.lookFailures = 1 }
    try await store.change("fg_1", feed) { $0.task.progressPercent = 5 }
    #expect(try await waiting.value.task.progressPercent == 5)
    // Asked with an old state, the answer is there at once.
    #expect(try await poll.wait(for: job, seconds: 60).revision == 2)
    let current = try #require(try await store.job("fg_1"))
    let draining = Task { @LoopActor in try await poll.wait(for: current, seconds: 60) }
    while waits.count == 0 { try await EventLoop.sleep(nanoseconds: 1_000_000) }
    waits.drain()
    #expect(try await draining.value.revision == 2)
  }
}

struct LongPollTests {
  @Test("a long poll takes 0 to 60 seconds", arguments: ["61", "-1", "1.5", "", "ten"])
  func limits(_ text: String) throws {
    #expect(try LongPoll.seconds(nil) == 0 && LongPoll.seconds("60") == 60 && LongPoll.seconds("0") == 0)
    #expect(throws: Failure.self) { try LongPoll.seconds(text) }
  }
}

private struct EventResponder: HTTPResponder {
  let store: any Store
  let waits: OpenWaits

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    do {
      guard let job = try await store.job("fg_1") else { return HTTPResponse(status: 404) }
      return try await EventStream(store: store, waits: waits).respond(request, job: job) { _ in .null }
    } catch {
      return HTTPResponse(status: 500)
    }
  }
}
