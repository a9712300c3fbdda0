// SPDX-License-Identifier: Apache-2.0

import Foundation
import Store
import Testing
import VideoDocuments

/// What every store must do with the keys of a gateway's callers and with what their jobs cost.
@Suite("Every store of callers' keys") struct CallerKeyStoreTests {
  typealias Kind = StoreConformanceTests.Kind

  private func key(_ id: String, name: String = "n") -> CallerKeyRecord {
    CallerKeyRecord(id: id, name: name, createdAtSeconds: 7)
  }

  /// A job of the key `k`, of which at most two dollars were promised.
  private func job(_ id: String, key: String? = "k") -> JobRecord {
    var job = sampleJob(id)
    job.caller = key.map { JobCaller(keyID: $0, format: "unified", requestID: "r") }
    let (low, high) = (Price(currency: "USD", amountMicros: 1_000_000), Price(currency: "USD", amountMicros: 2_000_000))
    job.quote = Quote(low: low, high: high, basis: "5 to 10 s")
    return job
  }

  private func usd(_ micros: Int64) -> Price { Price(currency: "USD", amountMicros: micros) }

  @Test("gives back keys exactly as they were put in, oldest first", arguments: Kind.allCases)
  func roundTrip(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      var full = key("zz", name: "tenant \"é\"")
      full.expiresAtSeconds = 99
      full.modelPatterns = ["acme-1", "acme-2*"]
      full.budget = Price(currency: "USD", amountMicros: 20_500_000)
      full.parallelLimit = 3
      #expect(try await store.insertCallerKey(full, onlyAsFirst: false))
      #expect(try await store.insertCallerKey(key("aa"), onlyAsFirst: false))
      #expect(try await store.callerKeys().keys == [full, key("aa")])
      await #expect(throws: Failure.self) { _ = try await store.insertCallerKey(key("aa"), onlyAsFirst: false) }
    }
  }

  @Test("a first key is made once, whatever became of it", arguments: Kind.allCases)
  func firstKey(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      let made = try await withThrowingTaskGroup(of: Bool.self) { group in
        for number in 0..<8 {
          group.addTask { try await store.insertCallerKey(self.key("k\(number)"), onlyAsFirst: true) }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(made.count { $0 } == 1)
      let first = try #require(try await store.callerKeys().keys.first)
      _ = try await store.revokeCallerKey(first.id, atSeconds: 9)
      #expect(try await store.insertCallerKey(key("later"), onlyAsFirst: true) == false)
    }
  }

  @Test("revoking is for good, keeps its first time, and grows the revision once", arguments: Kind.allCases)
  func revocation(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      #expect(try await store.callerKeysRevision() == 0)
      _ = try await store.insertCallerKey(key("a"), onlyAsFirst: false)
      _ = try await store.insertCallerKey(key("b"), onlyAsFirst: false)
      let before = try await store.callerKeysRevision()
      #expect(try await store.revokeCallerKey("a", atSeconds: 50).revokedAtSeconds == 50)
      let after = try await store.callerKeysRevision()
      #expect(after > before)
      #expect(try await store.revokeCallerKey("a", atSeconds: 60).revokedAtSeconds == 50)
      #expect(try await store.callerKeysRevision() == after)
      let list = try await store.callerKeys()
      #expect(list.revision == after)
      #expect(list.keys.map(\.revokedAtSeconds) == [50, nil])
      let failure = await #expect(throws: Failure.self) { try await store.revokeCallerKey("c", atSeconds: 1) }
      #expect(failure?.kind == .notFound)
    }
  }

  @Test(
    "a job counts with the most it may cost, then with what it cost, also once it is removed",
    arguments: Kind.allCases)
  func spending(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      _ = try await store.insert(job("fg_1"), entries: [])
      _ = try await store.insert(job("fg_2"), entries: [])
      _ = try await store.insert(job("fg_3", key: "other"), entries: [])
      _ = try await store.insert(job("fg_4", key: nil), entries: [])
      #expect(try await store.spending(of: "k", since: nil).sums == [usd(4_000_000)])
      try await store.update("fg_1") { job in
        var job = job
        job.state = .done
        job.task.cost = Price(currency: "USD", amountMicros: 1_250_000)
        return JobChange(job, output: ())
      }
      try await store.update("fg_2") { job in
        var job = job
        job.state = .failed
        job.task.failure = Failure(.upstream, "No.")
        return JobChange(job, output: ())
      }
      #expect(try await store.spending(of: "k", since: nil).sums == [usd(1_250_000)])
      #expect(try await store.remove("fg_1"))
      #expect(try await store.spending(of: "k", since: nil).sums == [usd(1_250_000)])
      #expect(try await store.spending(of: "other", since: nil).sums == [usd(2_000_000)])
      #expect(try await store.spending(of: "nobody", since: nil).sums.isEmpty)
    }
  }

  @Test("a repeated idempotency key is not charged twice", arguments: Kind.allCases)
  func repeatedRequest(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      var (first, second) = (job("fg_1"), job("fg_2"))
      first.idempotencyKey = "i"
      second.idempotencyKey = "i"
      _ = try await store.insert(first, entries: [])
      _ = try await store.insert(second, entries: [])
      #expect(try await store.spending(of: "k", since: nil).sums == [usd(2_000_000)])
    }
  }

  @Test("jobs behind a position tell their reservations, in one picture with the sums", arguments: Kind.allCases)
  func reservations(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      func add(_ id: String, _ reservation: String?, key: String = "k") async throws {
        var job = job(id, key: key)
        job.caller?.reservationID = reservation
        _ = try await store.insert(job, entries: [])
      }
      let position = try await store.spending(of: "k", since: nil).position
      try await add("fg_1", "one")
      try await add("fg_2", nil)
      try await add("fg_3", "three", key: "other")
      let spending = try await store.spending(of: "k", since: position)
      #expect(spending.reservationIDs.contains("one"))
      #expect(!spending.reservationIDs.contains("three"))
      #expect(spending.sums == [usd(4_000_000)])
      #expect(try await store.spending(of: "k", since: nil).reservationIDs.isEmpty)
      try await add("fg_4", "four")
      #expect(try await store.spending(of: "k", since: spending.position).reservationIDs.contains("four"))
    }
  }

  @Test("live jobs are told by key", arguments: Kind.allCases)
  func liveJobs(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      for (id, key) in [("fg_1", "k"), ("fg_2", "k"), ("fg_3", "other"), ("fg_4", nil)] {
        _ = try await store.insert(job(id, key: key), entries: [])
      }
      try await store.update("fg_2") { job in
        var job = job
        job.state = .unknown
        return JobChange(job, output: ())
      }
      #expect(try await store.liveJobsOfCallers(keyID: nil) == ["k": ["fg_1"], "other": ["fg_3"]])
      #expect(try await store.liveJobsOfCallers(keyID: "k") == ["k": ["fg_1"]])
    }
  }

  @Test("a price beyond all reason does not stop a job from being written")
  func hugePrices() async throws {
    let folder = try TemporaryFolder()
    let store = try await SQLiteStore.open(path: folder.path + "/jobs.db")
    for number in 1...4 {
      var job = job("fg_\(number)")
      job.quote = Quote(exactly: Price(currency: "USD", amountMicros: .max), basis: "")
      _ = try await store.insert(job, entries: [])
    }
    #expect(try await store.spending(of: "k", since: nil).sums == [usd(4_000_000_000_000_000_000)])
    await store.close()
  }

  @Test("what another process changed is seen in the revision")
  func sharing() async throws {
    let folder = try TemporaryFolder()
    let serving = try await SQLiteStore.open(path: folder.path + "/jobs.db")
    let command = try await SQLiteStore.open(path: folder.path + "/jobs.db")
    _ = try await serving.insertCallerKey(key("a"), onlyAsFirst: false)
    let before = try await serving.callerKeysRevision()
    _ = try await command.revokeCallerKey("a", atSeconds: 5)
    #expect(try await serving.callerKeysRevision() > before)
    #expect(try await serving.callerKeys().keys[0].revokedAtSeconds == 5)
    await serving.close()
    await command.close()
  }
}

@Suite("What a job counts for") struct JobChargeTests {
  private func job(_ state: JobState) -> JobRecord {
    var job = sampleJob("fg_1")
    job.state = state
    job.quote = Quote(
      low: Price(currency: "USD", amountMicros: 1), expected: Price(currency: "USD", amountMicros: 2),
      high: Price(currency: "USD", amountMicros: 3), basis: "")
    return job
  }

  @Test("as long as it may have been bought: the highest price", arguments: JobState.allCases)
  func promised(_ state: JobState) {
    var job = job(state)
    #expect(job.charge?.amountMicros == 3)
    job.task.failure = Failure(.upstream, "", charged: .unknown)
    #expect(job.charge?.amountMicros == 3)
    job.task.failure = Failure(.upstream, "", charged: .no)
    let isOver = [.failed, .cancelled, .expired].contains(state)
    #expect(job.charge?.amountMicros == (isOver ? nil : 3))
    job.task.cost = Price(currency: "usd", amountMicros: 2)
    #expect(job.charge?.amountMicros == 2)
  }

  @Test("a cost in a vendor's own unit does not replace a price in money")
  func otherUnit() {
    var job = job(.done)
    job.task.cost = Price(currency: "units", amountMicros: 9)
    #expect(job.charge == Price(currency: "USD", amountMicros: 3))
    job.quote = Quote(basis: "not known")
    #expect(job.charge == Price(currency: "units", amountMicros: 9))
    job.task.cost = nil
    #expect(job.charge == nil)
  }
}
