// SPDX-License-Identifier: Apache-2.0

import Foundation
import Store
import Testing
import VideoDocuments

/// What a key may start, judged where its jobs are written.
@Suite("The limits of a key in every store") struct SharedLimitTests {
  typealias Kind = StoreConformanceTests.Kind

  /// A job of the key `k`, which may cost two dollars.
  private func job(_ id: String, key: String = "k") -> JobRecord {
    var job = sampleJob(id)
    job.caller = JobCaller(keyID: key, format: "unified", requestID: "r")
    job.caller?.reservationID = "room-\(id)"
    job.quote = Quote(exactly: Price(currency: "USD", amountMicros: 2_000_000), basis: "a clip")
    return job
  }

  private func limits(budget micros: Int64? = nil, parallel: Int? = nil) -> CallerLimits {
    CallerLimits(budget: micros.map { Price(currency: "usd", amountMicros: $0) }, parallelLimit: parallel)
  }

  private func close(_ id: String, in store: any Store, charged: Failure.Charged) async throws {
    try await store.update(id) { job in
      var job = job
      job.state = .failed
      job.task.failure = Failure(.upstream, "It broke.", charged: charged)
      return JobChange(job, output: ())
    }
  }

  @Test("a job above the budget is not written, and one that cost nothing makes room again", arguments: Kind.allCases)
  func budget(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      let limits = limits(budget: 5_000_000)
      for id in ["fg_1", "fg_2"] {
        #expect(try await store.insert(job(id), entries: [], limits: limits) == .inserted)
      }
      let failure = await #expect(throws: Failure.self) {
        _ = try await store.insert(job("fg_3"), entries: [JobLogEntry("planned", atMilliseconds: 1)], limits: limits)
      }
      #expect(failure?.kind == .balance && failure?.message.contains("4 are spent or promised") == true)
      #expect(try await store.job("fg_3") == nil)
      #expect(try await store.spending(of: "k", since: nil).sums.map(\.amountMicros) == [4_000_000])
      // Of another key, or without limits, nothing is counted.
      #expect(try await store.insert(job("fg_4", key: "other"), entries: [], limits: limits) == .inserted)
      try await close("fg_1", in: store, charged: .no)
      #expect(try await store.insert(job("fg_3"), entries: [], limits: limits) == .inserted)
    }
  }

  @Test("a job too many at once is not written, and one that is over makes room again", arguments: Kind.allCases)
  func parallel(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      let limits = limits(parallel: 2)
      for id in ["fg_1", "fg_2"] {
        #expect(try await store.insert(job(id), entries: [], limits: limits) == .inserted)
      }
      let failure = await #expect(throws: Failure.self) {
        _ = try await store.insert(job("fg_3"), entries: [], limits: limits)
      }
      #expect(failure?.kind == .rateLimited && failure?.retryAfterMilliseconds != nil)
      #expect(try await store.job("fg_3") == nil)
      #expect(try await store.insert(job("fg_4", key: "other"), entries: [], limits: limits) == .inserted)
      try await close("fg_2", in: store, charged: .yes)
      #expect(try await store.insert(job("fg_3"), entries: [], limits: limits) == .inserted)
      // One that never began needs no place.
      var refused = job("fg_5")
      refused.state = .failed
      #expect(try await store.insert(refused, entries: [], limits: limits) == .inserted)
    }
  }

  @Test("what was asked for before needs no room", arguments: Kind.allCases)
  func repeated(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      var first = job("fg_1")
      first.idempotencyKey = "once"
      let limits = limits(budget: 2_000_000, parallel: 1)
      #expect(try await store.insert(first, entries: [], limits: limits) == .inserted)
      var second = job("fg_2")
      second.idempotencyKey = "once"
      #expect(try await store.insert(second, entries: [], limits: limits) == .exists(first))
    }
  }

  @Test("two processes with one database together keep to the limits of a key")
  func together() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/jobs.db"
    let stores = [try await SQLiteStore.open(path: path), try await SQLiteStore.open(path: path)]
    let limits = limits(budget: 11_000_000, parallel: 4)
    let made = await withTaskGroup(of: Bool.self) { group in
      for number in 0..<40 {
        group.addTask {
          (try? await stores[number % 2].insert(self.job("fg_\(number)"), entries: [], limits: limits)) == .inserted
        }
      }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(made == 4)
    #expect(try await stores[0].count(JobFilter()) == 4)
    for store in stores { await store.close() }
  }

  @Test("one task of a vendor's is taken by one job of an account alone", arguments: Kind.allCases)
  func claims(_ kind: Kind) async throws {
    try await kind.withStore { (store: any Store & CallerKeyStore) async throws in
      @Sendable func take(_ job: JobRecord, _ account: String) -> JobChange<Bool> {
        var change = JobChange(job, entries: [JobLogEntry("found", atMilliseconds: 1)], output: true)
        change.claim = UpstreamClaim(account: account, upstreamID: "up-1")
        return change
      }
      for id in ["fg_1", "fg_2", "fg_3"] { _ = try await store.insert(job(id), entries: []) }
      #expect(try await store.update("fg_1") { take($0, "default") })
      #expect(try await store.update("fg_1") { take($0, "default") })
      let failure = await #expect(throws: Failure.self) { try await store.update("fg_2") { take($0, "default") } }
      #expect(failure?.kind == .invalid && failure?.message.contains("fg_1") == true)
      #expect(try await store.entries(of: "fg_2").isEmpty)
      #expect(try await store.update("fg_3") { take($0, "elsewhere") })
    }
  }
}
