// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Network
import Store
public import VideoDocuments

/// What a key's callers may start. Judged here from memory, before anything is made of a request; the store judges again
/// where the job is written, for other processes may serve the same key.
extension CallerKeys {
  /// How often the store is asked for a key's live jobs, at most: another process may have ended some.
  private static let recountMilliseconds: Int64 = 1_000
  private static let reservationBytes = 10

  public func reserve(
    _ caller: Caller, model: String, quote: Quote?
  ) async throws(Failure) -> CallerReservation {
    _ = try admit(caller.keyID, orElse: .wrongKey)
    guard let key = keys[caller.keyID] else { throw .wrongKey }
    try key.checkModel(model)
    guard key.hasLimits else { return CallerReservation() }
    let price = try key.budgetPrice(of: quote)
    var mayRecount = true
    while true {
      let spent = try await spending(of: key)
      // From here to the claim nobody else's turn comes.
      let use = uses[key.id] ?? CallerUse()
      if let limit = key.parallelLimit, use.count >= limit {
        guard mayRecount else { throw .tooManyJobs(limit) }
        mayRecount = false
        try await recount(key.id)
        continue
      }
      if let budget = key.budget {
        let before = spent.micros.addingWithoutOverflow(use.promisedMicros)
        guard before.addingWithoutOverflow(price.amountMicros) <= budget.amountMicros else {
          throw .overBudget(budget, spentMicros: before, price: price)
        }
      }
      return claim(key, amountMicros: price.amountMicros, position: spent.position)
    }
  }

  private func claim(_ key: CallerKeyRecord, amountMicros: Int64, position: Int64) -> CallerReservation {
    let (id, keyID) = (Base32.encode(SecureRandom.bytes(Self.reservationBytes)), key.id)
    uses[keyID, default: CallerUse()].claim(id, amountMicros: amountMicros, position: position)
    return CallerReservation(
      id: id, limits: CallerLimits(budget: key.budget, parallelLimit: key.parallelLimit),
      settle: { job in self.uses[keyID]?.settle(id, jobID: job.id, isLive: job.state.isLive) },
      release: { self.uses[keyID]?.release(id) })
  }

  /// What the store knows to be spent or promised in the budget's currency; nothing without a budget.
  private func spending(of key: CallerKeyRecord) async throws(Failure) -> (micros: Int64, position: Int64) {
    guard let budget = key.budget else { return (0, 0) }
    while true {
      let sum = uses[key.id, default: CallerUse()].beginSum()
      let spending = try await store.spending(of: key.id, since: sum.position)
      guard uses[key.id]?.endSum(sum, reservationIDs: spending.reservationIDs) == true else { continue }
      return (spending.sums.sumMicros(comparableWith: budget), spending.position)
    }
  }

  // MARK: Live jobs

  func observe(_ job: JobRecord) {
    guard let caller = job.caller, keys[caller.keyID]?.hasLimits == true else { return }
    uses[caller.keyID, default: CallerUse()]
      .observe(jobID: job.id, reservationID: caller.reservationID, isLive: job.state.isLive)
  }

  /// At the start.
  func countLiveJobs() async throws(Failure) {
    let limited = keys.values.filter { $0.hasLimits }.map { $0.id }
    for id in limited { uses[id, default: CallerUse()].beginRecount() }
    let jobs = try await store.liveJobsOfCallers(keyID: nil)
    for id in limited { uses[id]?.endRecount(jobs[id] ?? []) }
  }

  private func recount(_ keyID: String) async throws(Failure) {
    let now = clock.nowMilliseconds
    if let last = recountedAtMilliseconds[keyID], (0..<Self.recountMilliseconds).contains(now - last) { return }
    // One that is under way ends before the next is due, or that one is left out.
    guard uses[keyID]?.isRecounting != true else { return }
    recountedAtMilliseconds[keyID] = now
    uses[keyID, default: CallerUse()].beginRecount()
    do throws(Failure) {
      let jobs = try await store.liveJobsOfCallers(keyID: keyID)
      uses[keyID]?.endRecount(jobs[keyID] ?? [])
    } catch {
      uses[keyID]?.endRecount(nil)
      throw error
    }
  }
}

extension CallerKeyRecord {
  var hasLimits: Bool { budget != nil || parallelLimit != nil }

  func checkModel(_ model: String) throws(Failure) {
    try Caller(keyID: id, name: name, modelPatterns: modelPatterns).checkModel(model)
  }

  /// The most that a request may cost, in the budget's currency; nothing without a budget. Throws when that is not known.
  func budgetPrice(of quote: Quote?) throws(Failure) -> Price {
    guard let budget else { return Price(currency: "", amountMicros: 0) }
    guard let price = quote?.high ?? quote?.expected else {
      let basis = quote.map { $0.basis }.flatMap { $0.isEmpty ? nil : " (\($0))" } ?? ""
      throw Failure(
        .balance, "What this costs is not known beforehand\(basis), so it cannot be kept to the key's budget.",
        advice: "Ask for another model or length, or use a key without a budget.")
    }
    guard price.isComparable(with: budget) else {
      throw Failure(
        .balance,
        "The price is in \(price.currency) and the key's budget in \(budget.currency); they cannot be compared.",
        advice: "Use a key with a budget in \(price.currency), or without one.")
    }
    return price
  }
}
