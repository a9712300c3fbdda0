// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Store
import Testing
import VideoDocuments

@testable import Gateway

/// What a key's callers may start: models, budget, jobs at once.
@Suite("Limits of a key") @LoopActor struct CallerLimitTests {
  private func quote(_ high: String?, currency: String = "USD", low: String = "0.01") -> Quote {
    guard let high else { return Quote(basis: "no row for this request") }
    return Quote(
      low: Price(currency: currency, decimal: low), high: Price(currency: currency, decimal: high), basis: "5 to 10 s")
  }

  private func job(
    _ number: Int, of caller: Caller, reservation: CallerReservation? = nil, quote: Quote? = nil
  ) -> JobRecord {
    let id = "fg_\(number)"
    var job = JobRecord(
      task: VideoTask(id: id, request: VideoRequest(model: "m"), phase: .queued, createdAtMilliseconds: 0),
      pluginID: "p", pluginVersion: "1", account: "a", connection: Connection(profile: "x", baseURL: ""))
    job.quote = quote
    job.caller = JobCaller(keyID: caller.keyID, format: "unified", requestID: "r")
    job.caller?.reservationID = reservation?.id
    return job
  }

  private func failure(
    _ world: CallerWorld, _ caller: Caller, model: String = "acme-1", quote: Quote? = nil
  ) async -> Failure? {
    do throws(Failure) {
      try await world.keys.reserve(caller, model: model, quote: quote).release()
      return nil
    } catch {
      return error
    }
  }

  /// Writes the job's end down and tells of it.
  private func end(_ job: JobRecord, _ state: JobState, cost: String? = nil, in world: CallerWorld) async throws {
    let job = try await world.store.update(job.id) { job in
      var job = job
      job.state = state
      job.task.cost = cost.flatMap { Price(currency: "USD", decimal: $0) }
      if state == .failed { job.task.failure = Failure(.upstream, "No.") }
      return JobChange(job, output: job)
    }
    world.feed.publish(job)
  }

  // MARK: Models

  @Test("models are allowed by pattern")
  func models() async throws {
    let world = try await CallerWorld()
    let key = try await world.make(models: ["acme-1", "beta-*"])
    for model in ["acme-1", "beta-", "beta-9-pro"] { #expect(await failure(world, key.caller, model: model) == nil) }
    for model in ["acme-10", "Acme-1", "xbeta-1", "", "beta"] {
      let refusal = await failure(world, key.caller, model: model)
      #expect(refusal?.kind == .permission)
      #expect(refusal?.field == "model")
    }
    #expect(await failure(world, key.caller, model: "x")?.advice == "It may use acme-1, beta-*.")
    #expect(await failure(world, try await world.make().caller, model: "anything") == nil)
  }

  @Test("a key that ended since its proof starts nothing")
  func endedKey() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    _ = try await world.keys.revoke(key.record.id)
    #expect(await failure(world, key.caller)?.kind == .authentication)
  }

  // MARK: Budget

  @Test("jobs are counted with their highest price until it is known what they cost")
  func budget() async throws {
    let world = try await CallerWorld()
    let key = try await world.make(budget: "5")
    let price = quote("2")
    var jobs: [JobRecord] = []
    for number in 1...2 {
      let reservation = try await world.keys.reserve(key.caller, model: "m", quote: price)
      jobs.append(job(number, of: key.caller, reservation: reservation, quote: price))
      _ = try await world.store.insert(jobs[number - 1], entries: [])
      reservation.settle(jobs[number - 1])
    }
    let refusal = await failure(world, key.caller, quote: price)
    #expect(refusal?.kind == .balance)
    #expect(
      refusal?.message == "This can cost up to 2 USD; of the key's budget of 5 USD, 4 are spent or promised.")
    #expect(await failure(world, key.caller, quote: quote("1")) == nil)
    #expect(await failure(world, key.caller, quote: quote("1.000001"))?.kind == .balance)
    try await end(jobs[0], .done, cost: "0.5", in: world)
    #expect(await failure(world, key.caller, quote: quote("2.5")) == nil)
    #expect(await failure(world, key.caller, quote: quote("2.500001"))?.kind == .balance)
    try await end(jobs[1], .failed, in: world)
    #expect(await failure(world, key.caller, quote: quote("4.5")) == nil)
    // What was spent stays spent when the job's record goes.
    #expect(try await world.store.remove("fg_1"))
    #expect(await failure(world, key.caller, quote: quote("4.500001"))?.kind == .balance)
  }

  @Test("a price that is unknown or in another currency is refused only where there is a budget")
  func incomparable() async throws {
    let world = try await CallerWorld()
    let key = try await world.make(budget: "5")
    let unknown = await failure(world, key.caller, quote: quote(nil))
    #expect(unknown?.kind == .balance)
    #expect(unknown?.message.contains("not known beforehand (no row for this request)") == true)
    #expect(await failure(world, key.caller, quote: nil)?.kind == .balance)
    #expect(await failure(world, key.caller, quote: quote("1", currency: "CNY"))?.message.contains("CNY") == true)
    #expect(await failure(world, key.caller, quote: quote("1", currency: "usd")) == nil)
    let free = try await world.make(parallel: 9)
    #expect(await failure(world, free.caller, quote: nil) == nil)
  }

  @Test("what was claimed and came to nothing is free again, also when it was only forgotten")
  func released() async throws {
    let world = try await CallerWorld()
    let key = try await world.make(budget: "1", parallel: 1)
    var reservation: CallerReservation? = try await world.keys.reserve(
      key.caller, model: "m", quote: quote("1"))
    #expect(await failure(world, key.caller, quote: quote("1"))?.kind == .rateLimited)
    reservation?.release()
    reservation?.release()
    #expect(await failure(world, key.caller, quote: quote("1")) == nil)
    reservation = try await world.keys.reserve(key.caller, model: "m", quote: quote("1"))
    #expect(world.keys.uses[key.record.id]?.count == 1)
    reservation = nil
    for _ in 0..<1_000 where world.keys.uses[key.record.id]?.count != 0 { await Task.yield() }
    #expect(await failure(world, key.caller, quote: quote("1")) == nil)
  }

  // MARK: Jobs at once

  @Test("jobs under way are counted, and a limit says when to come back")
  func parallel() async throws {
    let world = try await CallerWorld()
    let key = try await world.make(parallel: 2)
    let neighbour = try await world.make(parallel: 2)
    var jobs: [JobRecord] = []
    for number in 1...2 {
      let reservation = try await world.keys.reserve(key.caller, model: "m", quote: nil)
      jobs.append(job(number, of: key.caller, reservation: reservation))
      _ = try await world.store.insert(jobs[number - 1], entries: [])
      reservation.settle(jobs[number - 1])
    }
    let refusal = await failure(world, key.caller)
    #expect(refusal?.kind == .rateLimited)
    #expect(refusal?.retryAfterMilliseconds == 5_000)
    #expect(refusal?.message == "2 jobs of this key are under way, as many as it may have at once.")
    #expect(await failure(world, neighbour.caller) == nil)
    try await end(jobs[1], .done, in: world)
    #expect(await failure(world, key.caller) == nil)
  }

  @Test("a job that is told of while its request still waits counts once")
  func newsBeforeSettling() async throws {
    let world = try await CallerWorld()
    let key = try await world.make(budget: "4", parallel: 2)
    let waiting = try await world.keys.reserve(key.caller, model: "m", quote: quote("2"))
    let record = job(1, of: key.caller, reservation: waiting, quote: quote("2"))
    _ = try await world.store.insert(record, entries: [])
    world.feed.publish(record)
    #expect(await failure(world, key.caller, quote: quote("2")) == nil)
    try await end(record, .done, cost: "1", in: world)
    // The state that the request saw is older than the news.
    waiting.settle(record)
    #expect(world.keys.uses[key.record.id]?.count == 0)
    #expect(await failure(world, key.caller, quote: quote("3")) == nil)
    #expect(await failure(world, key.caller, quote: quote("3.01"))?.kind == .balance)
  }

  @Test("jobs that were under way before the start, and ends that another process wrote, are counted")
  func storeKnowsBetter() async throws {
    let world = try await CallerWorld()
    let key = try await world.make(parallel: 1)
    let record = job(1, of: key.caller)
    _ = try await world.store.insert(record, entries: [])
    let path = world.folder.path + "/jobs.db-key"
    let restarted = CallerWorld(
      world,
      keys: try await CallerKeys.open(store: world.store, masterKeyPath: path, feed: world.feed, clock: world.clock))
    #expect(await failure(restarted, key.caller)?.kind == .rateLimited)
    // Nobody here is told.
    try await world.store.update("fg_1") { job in
      var job = job
      job.state = .cancelled
      return JobChange(job, output: ())
    }
    world.clock.advance(seconds: 1)
    #expect(await failure(restarted, key.caller) == nil)
  }

  /// What a gateway does for a create request; false when there is no room.
  private func create(_ number: Int, _ caller: Caller, in world: CallerWorld) async -> Bool {
    do {
      let reservation = try await world.keys.reserve(caller, model: "m", quote: quote("1"))
      let record = job(number, of: caller, reservation: reservation, quote: quote("1"))
      _ = try await world.store.insert(record, entries: [])
      if number % 2 == 0 { world.feed.publish(record) }
      await Task.yield()
      reservation.settle(record)
      return true
    } catch {
      return false
    }
  }

  @Test("of many requests at once, as many pass as there is room for", arguments: ["sqlite", "memory"])
  func concurrency(_ kind: String) async throws {
    let folder = try PrivateFolder()
    let sqlite = kind == "sqlite" ? try await SQLiteStore.open(path: folder.path + "/jobs.db") : nil
    let world = try await CallerWorld(store: sqlite)
    let keys = [
      try await world.make(parallel: 3), try await world.make(budget: "4"),
      try await world.make(budget: "6", parallel: 9),
    ]
    let creating = (0..<120).map { number in
      let index = number % keys.count
      let caller = keys[index].caller
      return Task { await create(number, caller, in: world) ? index : nil }
    }
    var passed = [0, 0, 0]
    for task in creating { if let index = await task.value { passed[index] += 1 } }
    #expect(passed == [3, 4, 6])
    #expect(
      try await world.store.spending(of: keys[1].record.id, since: nil).sums
        == [Price(currency: "USD", amountMicros: 4_000_000)])
    // Nothing is left behind that nobody would take away.
    for key in keys { #expect(await failure(world, key.caller, quote: quote("1")) != nil) }
    await sqlite?.close()
  }
}
