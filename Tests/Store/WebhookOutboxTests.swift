// SPDX-License-Identifier: Apache-2.0

import Store
import Testing
import VideoDocuments

/// The messages that are written beside the jobs.
@Suite("The outbox") struct WebhookOutboxTests {
  private static let hook = "https://hooks.example.com/a"

  private func withStore(_ body: (SQLiteStore) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let store = try await SQLiteStore.open(path: folder.path + "/jobs.db")
    try await body(store)
    await store.close()
  }

  private func callerJob(_ id: String, url: String? = hook, accepted: Bool = true) -> JobRecord {
    var job = sampleJob(id)
    job.caller = JobCaller(keyID: "k1", format: "openai", requestID: "r")
    job.caller?.webhookURL = url
    job.acceptedAtMilliseconds = accepted ? 1_500 : nil
    return job
  }

  private func become(_ state: JobState, _ id: String, at now: Int64 = 2_000, _ store: any Store) async throws {
    try await store.update(id) { job in
      var job = job
      job.state = state
      job.task.updatedAtMilliseconds = now
      return JobChange(job, output: ())
    }
  }

  /// Takes whatever is due, for 25 s.
  private func take(_ now: Int64, _ store: SQLiteStore) async throws -> [WebhookMessage] {
    let lanes = try await store.dueWebhookLanes(nowMilliseconds: now)
    return try await store.takeWebhooks(
      lanes.map { WebhookShare($0, count: 10) }, nowMilliseconds: now, untilMilliseconds: now + 25_000)
  }

  @Test("has one message for the end of a job, written with it")
  func noticing() async throws {
    try await withStore { store in
      _ = try await store.insert(callerJob("fg_1"), entries: [])
      try await become(.watching, "fg_1", store)
      #expect(try await store.nextWebhookAtMilliseconds() == nil)
      try await become(.collecting, "fg_1", store)
      try await become(.done, "fg_1", at: 3_000, store)
      let messages = try await store.webhooks(WebhookFilter())
      #expect(messages.map { $0.id } == ["evt_1_completed"])
      let message = try #require(messages.first)
      #expect(message.event == .completed && message.keyID == "k1" && message.jobID == "fg_1")
      #expect(message.url == Self.hook && message.lane.host == "hooks.example.com" && message.state == .pending)
      #expect(message.createdAtMilliseconds == 2_000 && message.nextAttemptAtMilliseconds == 2_000)
    }
  }

  @Test("tells of a success that came after all")
  func lateSuccess() async throws {
    try await withStore { store in
      _ = try await store.insert(callerJob("fg_1"), entries: [])
      try await become(.expired, "fg_1", store)
      try await become(.collecting, "fg_1", store)
      #expect(Set(try await store.webhooks(WebhookFilter()).map { $0.event }) == [.failed, .completed])
    }
  }

  @Test("has nothing for jobs without an address, and takes the key's where the job has none")
  func defaults() async throws {
    try await withStore { store in
      for id in ["fg_1", "fg_2", "fg_3"] { _ = try await store.insert(callerJob(id, url: nil), entries: []) }
      _ = try await store.insert(sampleJob("fg_4"), entries: [])
      try await become(.done, "fg_1", store)
      try await become(.done, "fg_4", store)
      #expect(try await store.webhooks(WebhookFilter()).isEmpty)
      try await store.setWebhookDefault("http://other.example:81/b", of: "k1")
      try await become(.done, "fg_2", store)
      #expect(try await store.webhooks(WebhookFilter()).map { $0.lane.host } == ["other.example:81"])
      try await store.setWebhookDefault(nil, of: "k1")
      #expect(try await store.webhookDefault(of: "k1") == nil)
      try await become(.done, "fg_3", store)
      #expect(try await store.webhooks(WebhookFilter()).count == 1)
    }
  }

  @Test("does not tell of a job whose caller was answered with the failure itself")
  func refused() async throws {
    try await withStore { store in
      _ = try await store.insert(callerJob("fg_1", accepted: false), entries: [])
      try await become(.failed, "fg_1", store)
      // The create request has a moment to say so.
      #expect(try await take(2_000, store).isEmpty)
      try await store.update("fg_1") { job in
        var job = job
        job.caller?.isRefused = true
        return JobChange(job, output: ())
      }
      #expect(try await store.webhooks(WebhookFilter()).isEmpty)
    }
  }

  @Test("gives a taken message to nobody else, until its taker must be dead")
  func taking() async throws {
    try await withStore { store in
      _ = try await store.insert(callerJob("fg_1"), entries: [])
      try await become(.failed, "fg_1", store)
      #expect(try await take(1_999, store).isEmpty)
      #expect(try await take(2_000, store).count == 1)
      #expect(try await take(2_001, store).isEmpty)
      #expect(try await store.nextWebhookAtMilliseconds() == 27_000)
      #expect(try await take(27_000, store).count == 1)
      try await store.giveBackWebhook("evt_1_failed", nowMilliseconds: 27_001)
      #expect(try await take(27_001, store).count == 1)
    }
  }

  @Test("knows in which lanes something is due, and takes from each what it is told to")
  func lanes() async throws {
    try await withStore { store in
      for number in 1...6 {
        let host = number < 5 ? "slow" : "Quick\(number)"
        var job = callerJob("fg_\(number)", url: "https://\(host).example:8443/hook?a=b")
        if number == 4 { job.caller?.keyID = "k2" }
        _ = try await store.insert(job, entries: [])
        try await become(.done, "fg_\(number)", at: 2_000 + Int64(number), store)
      }
      let slow = WebhookLane(keyID: "k1", host: "slow.example:8443")
      let other = WebhookLane(keyID: "k2", host: "slow.example:8443")
      let quick = WebhookLane(keyID: "k1", host: "quick5.example:8443")
      #expect(try await store.dueWebhookLanes(nowMilliseconds: 2_005) == [slow, other, quick])
      let shares = [WebhookShare(slow, count: 2), WebhookShare(quick, count: 2)]
      let taken = try await store.takeWebhooks(shares, nowMilliseconds: 3_000, untilMilliseconds: 9_000)
      #expect(taken.map { $0.jobID } == ["fg_1", "fg_2", "fg_5"])
      #expect(try await store.dueWebhookLanes(nowMilliseconds: 3_000).count == 3)
      #expect(try await take(3_000, store).map { $0.jobID } == ["fg_3", "fg_4", "fg_6"])
      #expect(try await store.dueWebhookLanes(nowMilliseconds: 8_999).isEmpty)
    }
  }

  @Test("keeps what became of each attempt, and begins anew when asked to")
  func recording() async throws {
    try await withStore { store in
      _ = try await store.insert(callerJob("fg_1"), entries: [])
      try await become(.done, "fg_1", store)
      let attempt = WebhookAttempt(atMilliseconds: 2_100, elapsedMilliseconds: 7, status: 500, problem: "HTTP 500.")
      try await store.record(
        WebhookOutcome(.pending, attempt, nextAttemptAtMilliseconds: 7_100), of: "evt_1_completed")
      var message = try #require(try await store.webhook("evt_1_completed"))
      #expect(message.failures == 1 && message.attempts == [attempt] && message.nextAttemptAtMilliseconds == 7_100)
      try await store.record(WebhookOutcome(.delivered, attempt), of: "evt_1_completed")
      message = try #require(try await store.webhook("evt_1_completed"))
      #expect(message.state == .delivered && message.nextAttemptAtMilliseconds == nil && message.attempts.count == 2)
      message = try await store.resendWebhook("evt_1_completed", nowMilliseconds: 9_000)
      #expect(message.state == .pending && message.nextAttemptAtMilliseconds == 9_000 && message.failures == 0)
      #expect(message.expiresAtMilliseconds == 9_000 + WebhookMessage.lifetimeMilliseconds)
      await #expect(throws: Failure.self) { try await store.resendWebhook("evt_9", nowMilliseconds: 1) }
    }
  }

  @Test("goes with the job")
  func removal() async throws {
    try await withStore { store in
      _ = try await store.insert(callerJob("fg_1"), entries: [])
      try await become(.done, "fg_1", store)
      #expect(try await store.remove("fg_1"))
      #expect(try await store.webhook("evt_1_completed") == nil)
      let attempt = WebhookAttempt(atMilliseconds: 1, elapsedMilliseconds: 1)
      try await store.record(WebhookOutcome(.delivered, attempt), of: "evt_1_completed")
    }
  }

  @Test("finds a job by the token of its callbacks")
  func callbacks() async throws {
    try await withStore { store in
      var job = callerJob("fg_1")
      job.caller?.callbackToken = "abcdefghijklmnopqrstuvwxyz"
      _ = try await store.insert(job, entries: [])
      _ = try await store.insert(callerJob("fg_2"), entries: [])
      // By its beginning: the rest is compared by whoever asks.
      #expect(try await store.job(callbackToken: "abcdefghijklmnop-other")?.id == "fg_1")
      #expect(try await store.job(callbackToken: "abcdefghijklmno") == nil)
      #expect(try await store.job(callbackToken: "") == nil)
    }
  }
}
