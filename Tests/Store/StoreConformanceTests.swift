// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Store
import Testing
import VideoDocuments

/// What every store must do, whichever keeps the jobs.
@Suite("Every store") struct StoreConformanceTests {
  enum Kind: String, CaseIterable, CustomTestStringConvertible {
    case memory
    case sqlite

    var testDescription: String { rawValue }

    /// Runs `body` on an empty store and closes it.
    func withStore(_ body: (any Store & CallerKeyStore) async throws -> Void) async throws {
      switch self {
      case .memory: try await body(MemoryStore())
      case .sqlite:
        let folder = try TemporaryFolder()
        let store = try await SQLiteStore.open(path: folder.path + "/jobs.db")
        try await body(store)
        await store.close()
      }
    }
  }

  @Test("gives back a job exactly as it was put in", arguments: Kind.allCases)
  func roundTrip(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store) async throws in
      let job = fullJob("fg_1")
      #expect(try await store.insert(job, entries: []) == .inserted)
      #expect(try await store.job("fg_1") == job)
      #expect(try await store.job("fg_2") == nil)
    }
  }

  @Test("refuses a second job of one id", arguments: Kind.allCases)
  func secondID(_ kind: Kind) async throws {
    try await kind.withStore { store in
      _ = try await store.insert(sampleJob("fg_1"), entries: [])
      await #expect(throws: Failure.self) { _ = try await store.insert(sampleJob("fg_1"), entries: []) }
    }
  }

  @Test("answers an idempotency key with the job that has it", arguments: Kind.allCases)
  func idempotency(_ kind: Kind) async throws {
    try await kind.withStore { store in
      let first = sampleJob("fg_1", key: "k")
      _ = try await store.insert(first, entries: [])
      #expect(try await store.insert(sampleJob("fg_2", key: "k"), entries: []) == .exists(first))
      #expect(try await store.job("fg_2") == nil)
    }
  }

  @Test("refuses an idempotency key that stands for another request", arguments: Kind.allCases)
  func idempotencyConflict(_ kind: Kind) async throws {
    try await kind.withStore { store in
      _ = try await store.insert(sampleJob("fg_1", key: "k"), entries: [])
      var other = sampleJob("fg_2", key: "k")
      other.requestFingerprint = "f2"
      let failure = await #expect(throws: Failure.self) { try await store.insert(other, entries: []) }
      #expect(failure?.kind == .invalid)
      #expect(failure?.field == "idempotency_key")
    }
  }

  @Test("idempotency keys belong to one caller each, and to the command line", arguments: Kind.allCases)
  func idempotencyOfCallers(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store) async throws in
      let jobs = [
        sampleJob("fg_1", key: "k"), calledJob("fg_2", by: "a", idempotencyKey: "k"),
        calledJob("fg_3", by: "b", idempotencyKey: "k"),
      ]
      for job in jobs { #expect(try await store.insert(job, entries: []) == .inserted) }
      let again = calledJob("fg_4", by: "b", idempotencyKey: "k")
      #expect(try await store.insert(again, entries: []) == .exists(jobs[2]))
      #expect(try await store.count(JobFilter()) == 3)
    }
  }

  @Test("an update sees the newest job, writes it and counts the revision", arguments: Kind.allCases)
  func update(_ kind: Kind) async throws {
    try await kind.withStore { store in
      _ = try await store.insert(sampleJob("fg_1"), entries: [])
      let seen = try await store.update("fg_1") { job in
        var job = job
        job.state = .submitting
        return JobChange(job, entries: [JobLogEntry("submitting", atMilliseconds: 5)], output: job.revision)
      }
      #expect(seen == 0)
      let job = try #require(try await store.job("fg_1"))
      #expect(job.state == .submitting)
      #expect(job.revision == 1)
    }
  }

  @Test("an update that changes nothing writes nothing", arguments: Kind.allCases)
  func idleUpdate(_ kind: Kind) async throws {
    try await kind.withStore { store in
      _ = try await store.insert(sampleJob("fg_1"), entries: [])
      let state = try await store.update("fg_1") { JobChange(nil, output: $0.state) }
      #expect(state == .planned)
      #expect(try await store.job("fg_1")?.revision == 0)
    }
  }

  @Test("an update of a job that is not there is not_found", arguments: Kind.allCases)
  func updateOfNothing(_ kind: Kind) async throws {
    try await kind.withStore { store in
      let failure = await #expect(throws: Failure.self) {
        try await store.update("fg_9") { JobChange($0, output: true) }
      }
      #expect(failure?.kind == .notFound)
    }
  }

  @Test("no update is lost among many at once", arguments: Kind.allCases)
  func concurrentUpdates(_ kind: Kind) async throws {
    try await kind.withStore { store in
      _ = try await store.insert(sampleJob("fg_1"), entries: [])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<200 {
          group.addTask {
            try await store.update("fg_1") { job in
              var job = job
              job.submitAttempts += 1
              return JobChange(job, output: ())
            }
          }
        }
        try await group.waitForAll()
      }
      let job = try #require(try await store.job("fg_1"))
      #expect(job.submitAttempts == 200)
      #expect(job.revision == 200)
    }
  }

  @Test("lists newest first, by state, plugin, model, beginning of the id, and page", arguments: Kind.allCases)
  func listing(_ kind: Kind) async throws {
    try await kind.withStore { store in
      for number in 1...5 {
        var job = sampleJob("fg_0\(number)")
        if number > 3 { job.state = .done }
        if number == 2 { job.pluginID = "other" }
        _ = try await store.insert(job, entries: [])
      }
      func ids(_ filter: JobFilter) async throws -> [String] { try await store.jobs(filter).map(\.id) }
      #expect(try await ids(JobFilter()) == ["fg_05", "fg_04", "fg_03", "fg_02", "fg_01"])
      #expect(try await ids(JobFilter(states: [.done])) == ["fg_05", "fg_04"])
      #expect(try await ids(JobFilter(idPrefix: "fg_03")) == ["fg_03"])
      #expect(try await ids(JobFilter(idPrefix: "fgx")).isEmpty)
      #expect(try await ids(JobFilter(pluginID: "other")) == ["fg_02"])
      #expect(try await ids(JobFilter(model: "acme-2")).isEmpty)
      #expect(try await ids(JobFilter(before: "fg_04", limit: 2)) == ["fg_03", "fg_02"])
    }
  }

  @Test("lists a caller's jobs by what callers ask for, in either order and in pages", arguments: Kind.allCases)
  func callersListing(_ kind: Kind) async throws {
    try await kind.withStore { store in
      for number in 1...6 {
        var job = calledJob(
          "fg_0\(number)", by: number == 6 ? "b" : "a", externalID: number == 2 || number == 6 ? "mine" : nil)
        if number == 4 { job.caller?.isRefused = true }
        if number == 5 || number == 6 { job.idempotencyKey = "once" }
        _ = try await store.insert(job, entries: [])
      }
      _ = try await store.insert(sampleJob("fg_07"), entries: [])
      try await store.update("fg_03") { job in
        var job = job
        job.task.phase = .succeeded
        job.task.request.inputs = [MediaInput(kind: .image, role: "first_frame", url: "https://example.com/1.png")]
        return JobChange(job, output: ())
      }
      func numbers(_ filter: JobFilter) async throws -> String {
        let jobs = try await store.jobs(filter)
        let count = try await store.count(filter)
        #expect(filter.offset > 0 || count == jobs.count)
        return jobs.compactMap { $0.id.last.map { String($0) } }.joined()
      }
      let own = JobFilter(callerKeyID: "a")
      #expect(try await numbers(own) == "54321")
      #expect(try await numbers(JobFilter(callerKeyID: "")) == "7")
      #expect(try await numbers(JobFilter(callerKeyID: "c")) == "")
      #expect(try await numbers(JobFilter(callerKeyID: "a", externalID: "mine")) == "2")
      #expect(try await numbers(JobFilter(callerKeyID: "a", idempotencyKey: "once")) == "5")
      #expect(try await numbers(JobFilter(callerKeyID: "a", ids: ["fg_01", "fg_06", "fg_05", "no'ne"])) == "51")
      #expect(try await numbers(JobFilter(callerKeyID: "a", phases: [.succeeded, .failed])) == "3")
      #expect(try await numbers(JobFilter(callerKeyID: "a", phases: [.queued], includesRefused: false)) == "521")
      #expect(try await numbers(JobFilter(callerKeyID: "a", scenarios: ["first_frame", "last_frame"])) == "3")
      #expect(try await numbers(JobFilter(callerKeyID: "a", scenarios: ["text"])) == "5421")
      #expect(try await numbers(JobFilter(callerKeyID: "a", before: "fg_05", after: "fg_01")) == "432")
      #expect(try await numbers(JobFilter(callerKeyID: "a", isAscending: true)) == "12345")
      let page = JobFilter(callerKeyID: "a", isAscending: true, offset: 1, includesRefused: false, limit: 2)
      #expect(try await numbers(page) == "23")
      #expect(try await store.count(page) == 4)
      // A refusal that is noted later leaves the list as well.
      try await store.update("fg_05") { job in
        var job = job
        job.caller?.isRefused = true
        return JobChange(job, output: ())
      }
      #expect(try await numbers(JobFilter(callerKeyID: "a", includesRefused: false)) == "321")
    }
  }

  @Test("live jobs are those with something left to do, the most urgent first", arguments: Kind.allCases)
  func live(_ kind: Kind) async throws {
    try await kind.withStore { store in
      for (index, state) in JobState.allCases.enumerated() {
        var job = sampleJob("fg_\(index)")
        job.state = state
        job.nextActionAtMilliseconds = Int64(100 - index)
        _ = try await store.insert(job, entries: [])
      }
      let states = try await store.liveJobs().map(\.state)
      #expect(states == [.collecting, .watching, .submitting, .planned])
      // A job that settles leaves the schedule.
      _ = try await store.update("fg_0") { job in
        var job = job
        job.state = .cancelled
        return JobChange(job, output: ())
      }
      #expect(try await store.liveJobs().count == 3)
    }
  }

  @Test("keeps the history in order", arguments: Kind.allCases)
  func history(_ kind: Kind) async throws {
    try await kind.withStore { store in
      _ = try await store.insert(sampleJob("fg_1"), entries: [JobLogEntry("planned", atMilliseconds: 1)])
      let second = JobLogEntry("accepted", atMilliseconds: 2, detail: ["upstream_id": "u"])
      try await store.update("fg_1") { _ in JobChange(nil, entries: [second], output: ()) }
      #expect(try await store.entries(of: "fg_1") == [JobLogEntry("planned", atMilliseconds: 1), second])
      #expect(try await store.entries(of: "fg_2").isEmpty)
    }
  }

  @Test("removes jobs that are over, and no others", arguments: Kind.allCases)
  func removal(_ kind: Kind) async throws {
    try await kind.withStore { store in
      _ = try await store.insert(sampleJob("fg_1"), entries: [JobLogEntry("planned", atMilliseconds: 1)])
      await #expect(throws: Failure.self) { _ = try await store.remove("fg_1") }
      try await store.update("fg_1") { job in
        var job = job
        job.state = .failed
        return JobChange(job, output: ())
      }
      #expect(try await store.remove("fg_1"))
      #expect(try await store.remove("fg_1") == false)
      #expect(try await store.entries(of: "fg_1").isEmpty)
    }
  }

  @Test("fails with words after it was closed", arguments: Kind.allCases)
  func closed(_ kind: Kind) async throws {
    try await kind.withStore { store in
      await store.close()
      await store.close()
      let failure = await #expect(throws: Failure.self) { try await store.job("fg_1") }
      #expect(failure?.kind == .internal)
    }
  }
}
