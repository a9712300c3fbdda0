// SPDX-License-Identifier: Apache-2.0

import EventLoop

/// Decides which job may go to the vendor, and when: the gates of all accounts.
///
/// It keeps nothing on disk. A job that waits is `planned` there, one that holds a slot is `submitting` or `watching`;
/// so the next process builds the same lines from the store.
@LoopActor final class Admission {
  private var gates: [String: AccountGate] = [:]
  private var known: [String: AccountLimits]
  /// The account of each job that waits or holds a slot.
  private var accounts: [String: String] = [:]
  /// Jobs whose account is not configured, with their callers.
  private var stranded: [(id: String, account: String, caller: String)] = []
  private var timers: [String: Task<Void, Never>] = [:]
  private let clock: any JobClock
  private let pass: @LoopActor (AccountGate.Passage) -> Void

  /// `pass` is called for whoever had to wait and may go now.
  nonisolated init(
    _ limits: [String: AccountLimits], clock: any JobClock,
    pass: @escaping @LoopActor (AccountGate.Passage) -> Void
  ) {
    known = limits
    self.clock = clock
    self.pass = pass
  }

  func isKnown(_ account: String) -> Bool { known[account] != nil }

  /// Accounts at which a purchase would have to wait.
  var busyAccounts: Set<String> { Set(gates.filter { $0.value.isBusy }.keys) }

  /// Lets a new purchase pass when nobody stands before it; otherwise nothing changes.
  func passAtOnce(_ id: String, _ account: String) -> Bool {
    guard let limits = known[account] else { return false }
    let isPassing = gates[account, default: AccountGate(limits)].passAtOnce(id, atMilliseconds: clock.nowMilliseconds)
    if isPassing { accounts[id] = account }
    return isPassing
  }

  /// Puts a job in line; `pass` says when its turn has come, which can be before this returns. False when its account is
  /// not configured: then it waits for that.
  func joinLine(_ id: String, _ account: String, of caller: String) -> Bool {
    guard let limits = known[account] else {
      if !stranded.contains(where: { $0.id == id }) { stranded.append((id, account, caller)) }
      return false
    }
    accounts[id] = account
    gates[account, default: AccountGate(limits)].joinLine(id, of: caller)
    pump(account)
    return true
  }

  /// Lets a look pass; false when it has to wait until `pass` is called.
  func lookAtOnce(_ id: String, _ account: String) -> Bool {
    guard let limits = known[account], limits.maximumRequestsPerSecond != nil else { return true }
    let isPassing = gates[account, default: AccountGate(limits)].lookAtOnce(id, atMilliseconds: clock.nowMilliseconds)
    if !isPassing { pump(account) }
    return isPassing
  }

  /// Notes a job that is at the vendor already.
  func occupy(_ id: String, _ account: String) {
    accounts[id] = account
    gates[account, default: AccountGate(known[account] ?? AccountLimits())].occupy(id)
  }

  /// The job waits no more, or is no longer at the vendor.
  func leave(_ id: String) {
    if !stranded.isEmpty { stranded.removeAll { $0.id == id } }
    guard let account = accounts.removeValue(forKey: id), gates[account]?.leave(id) == true else { return }
    pump(account)
  }

  /// A look that waited is wanted no more.
  func forgetLook(_ id: String, _ account: String) { gates[account]?.forgetLook(id) }

  /// 1: the next of its account.
  func position(of id: String) -> Int? {
    accounts[id].flatMap { gates[$0]?.line.position(of: id) }
  }

  /// Takes over new limits, with all accounts that there are. Returns the jobs whose account was missing and is there
  /// now, and those that wait for one that is gone.
  func change(_ limits: [String: AccountLimits]) -> (back: [String], stranded: [String]) {
    known = limits
    let back = stranded.filter { limits[$0.account] != nil }
    stranded.removeAll { limits[$0.account] != nil }
    var lost: [String] = []
    for account in gates.keys {
      gates[account]?.change(limits[account] ?? AccountLimits())
      guard limits[account] == nil, let line = gates[account]?.takeLine() else { continue }
      for place in line {
        accounts[place.id] = nil
        stranded.append((place.id, account, place.caller))
        lost.append(place.id)
      }
    }
    for account in Array(gates.keys) { pump(account) }
    return (back.map { $0.id }, lost)
  }

  func stop() {
    for timer in timers.values { timer.cancel() }
    timers = [:]
    gates = [:]
    accounts = [:]
    stranded = []
  }

  private func pump(_ account: String) {
    while let passage = gates[account]?.next(atMilliseconds: clock.nowMilliseconds) { pass(passage) }
    guard let gate = gates[account] else { return }
    if gate.isUnused, gate.limits.maximumRequestsPerSecond == nil { gates[account] = nil }
    guard timers[account] == nil, let wait = gate.waitForToken(atMilliseconds: clock.nowMilliseconds) else { return }
    let clock = clock
    timers[account] = Task { @LoopActor [weak self] in
      guard (try? await clock.sleep(milliseconds: max(wait, 1))) != nil else { return }
      self?.timers[account] = nil
      self?.pump(account)
    }
  }
}
