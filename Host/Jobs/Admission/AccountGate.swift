// SPDX-License-Identifier: Apache-2.0

/// Who may pass to the vendor through one account: so many jobs at once, so many requests a second. Pure.
struct AccountGate: Sendable {
  /// What was let through.
  enum Passage: Sendable, Hashable {
    case purchase(String)
    case look(String)
  }

  private(set) var limits: AccountLimits
  private var pace: RequestPace
  /// Jobs that hold a slot.
  private(set) var holders: Set<String> = []
  private(set) var line = FairLine()
  /// Looks that wait for a token only, oldest first.
  private var looks: [String] = []
  private var wasPurchase = false

  init(_ limits: AccountLimits) {
    self.limits = limits
    pace = RequestPace(requestsPerSecond: limits.maximumRequestsPerSecond)
  }

  var hasFreeSlot: Bool { limits.maximumInFlight.map { holders.count < $0 } ?? true }
  /// Whether a purchase would have to wait for another one to end.
  var isBusy: Bool { !hasFreeSlot || !line.isEmpty }
  var isUnused: Bool { holders.isEmpty && line.isEmpty && looks.isEmpty }

  mutating func change(_ limits: AccountLimits) {
    self.limits = limits
    pace.requestsPerSecond = limits.maximumRequestsPerSecond
  }

  /// Gives a slot to a job that has it by rights, such as one that an earlier process bought.
  mutating func occupy(_ id: String) {
    line.remove(id)
    holders.insert(id)
  }

  /// Takes the job out, from the line or from its slot.
  mutating func leave(_ id: String) -> Bool {
    let hadSlot = holders.remove(id) != nil
    return line.remove(id) || hadSlot
  }

  mutating func joinLine(_ id: String, of caller: String) {
    if !holders.contains(id) { line.append(id, of: caller) }
  }

  /// Lets a purchase pass that nobody stands before.
  mutating func passAtOnce(_ id: String, atMilliseconds now: Int64) -> Bool {
    guard line.isEmpty, looks.isEmpty, hasFreeSlot, pace.take(atMilliseconds: now) else { return false }
    holders.insert(id)
    return true
  }

  /// Lets a look pass, or puts it in line.
  mutating func lookAtOnce(_ id: String, atMilliseconds now: Int64) -> Bool {
    if looks.isEmpty, line.isEmpty || !hasFreeSlot, pace.take(atMilliseconds: now) { return true }
    if !looks.contains(id) { looks.append(id) }
    return false
  }

  /// Whoever may pass now. Where both wait for tokens, purchases and looks take turns.
  mutating func next(atMilliseconds now: Int64) -> Passage? {
    let mayBuy = !line.isEmpty && hasFreeSlot
    guard mayBuy || !looks.isEmpty, pace.take(atMilliseconds: now) else { return nil }
    wasPurchase = mayBuy && (looks.isEmpty || !wasPurchase)
    if wasPurchase, let id = line.takeFirst() {
      holders.insert(id)
      return .purchase(id)
    }
    return looks.isEmpty ? nil : .look(looks.removeFirst())
  }

  /// Milliseconds until somebody who waits could pass for want of a token; nil when no token is waited for.
  func waitForToken(atMilliseconds now: Int64) -> Int64? {
    guard !looks.isEmpty || (!line.isEmpty && hasFreeSlot) else { return nil }
    return pace.wait(atMilliseconds: now)
  }

  /// Empties the line of purchases: the jobs with their callers, in the order of their turns.
  mutating func takeLine() -> [(id: String, caller: String)] { line.takeAll() }

  mutating func forgetLook(_ id: String) { looks.removeAll { $0 == id } }
}
