// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VideoDocuments

/// What the bodies of requests may hold together while they are received and carried out: their media in files, the rest
/// in memory. One owner gets half of it at most, so that nobody's uploads keep out everybody else's.
public final class IntakeBudget: Sendable {
  public struct Limits: Sendable, Hashable {
    public var diskBytes: Int64 = 4 << 30
    public var memoryBytes: Int64 = 128 << 20

    public init() {}
  }

  /// Where bytes are held.
  enum Place: Sendable {
    case disk
    case memory
  }

  private struct Amounts {
    var disk: Int64 = 0
    var memory: Int64 = 0

    subscript(place: Place) -> Int64 {
      get { place == .disk ? disk : memory }
      set { if place == .disk { disk = newValue } else { memory = newValue } }
    }
  }

  private struct State {
    var limits: Limits
    var inAll = Amounts()
    var byOwner: [String: Amounts] = [:]
  }

  private static let retryMilliseconds: Int64 = 5_000

  private let state: Mutex<State>

  public init(limits: Limits = Limits()) { state = Mutex(State(limits: limits)) }

  /// Other limits; what is held already stays.
  public var limits: Limits {
    get { state.withLock { $0.limits } }
    set { state.withLock { $0.limits = newValue } }
  }

  /// Bytes in files at the moment.
  public var diskBytes: Int64 { state.withLock { $0.inAll.disk } }
  /// Bytes in memory at the moment.
  public var memoryBytes: Int64 { state.withLock { $0.inAll.memory } }

  /// Whether there is room; takes nothing.
  func check(_ bytes: Int64, _ place: Place, owner: String) throws(Failure) {
    if let lack = state.withLock({ Self.lack($0, bytes, place, owner) }) { throw lack }
  }

  func take(_ bytes: Int64, _ place: Place, owner: String) throws(Failure) {
    let lack = state.withLock { state -> Failure? in
      if let lack = Self.lack(state, bytes, place, owner) { return lack }
      state.inAll[place] += bytes
      state.byOwner[owner, default: Amounts()][place] += bytes
      return nil
    }
    if let lack { throw lack }
  }

  func give(_ bytes: Int64, _ place: Place, owner: String) {
    guard bytes > 0 else { return }
    state.withLock { state in
      state.inAll[place] -= bytes
      state.byOwner[owner, default: Amounts()][place] -= bytes
      if let left = state.byOwner[owner], left.disk <= 0, left.memory <= 0 { state.byOwner[owner] = nil }
    }
  }

  private static func lack(_ state: State, _ bytes: Int64, _ place: Place, _ owner: String) -> Failure? {
    let limit = place == .disk ? state.limits.diskBytes : state.limits.memoryBytes
    let what = place == .disk ? "media" : "requests"
    let held = state.byOwner[owner]?[place] ?? 0
    if held + bytes > limit / 2 {
      return Failure(
        .rateLimited,
        "The \(what) that this key is sending take \(ByteText.text(held)); \(ByteText.text(limit / 2)) "
          + "is the most for one key at a time.",
        advice: "Send fewer at once, or give media as links.", retryAfterMilliseconds: retryMilliseconds)
    }
    guard state.inAll[place] + bytes > limit else { return nil }
    return Failure(
      .unreachable, "More \(what) are being received at the moment than there is room for.",
      advice: "Try again in a moment, or give media as links.", retryAfterMilliseconds: retryMilliseconds)
  }
}

/// What one body holds of a budget. Memory is given back with this, the room of a file with the file.
public final class IntakeShare: Sendable {
  /// Bodies of this announced length and more are refused before they come, where there is no room.
  private static let checkedBytes: UInt64 = 64 << 10

  private let budget: IntakeBudget
  private let owner: String
  private let heldInMemory = Mutex<Int64>(0)

  public init(_ budget: IntakeBudget, owner: String) {
    self.budget = budget
    self.owner = owner
  }

  deinit { budget.give(heldInMemory.withLock { $0 }, .memory, owner: owner) }

  /// Refuses a body at its announcement, before it is sent in vain. Most of a long one is media.
  func announce(_ bodyBytes: UInt64) throws(Failure) {
    guard bodyBytes >= Self.checkedBytes else { return }
    try budget.check(Int64(clamping: bodyBytes), .disk, owner: owner)
  }

  /// So much is held in memory now.
  func hold(_ bytes: Int) throws(Failure) {
    let more = Int64(bytes) - heldInMemory.withLock { $0 }
    if more > 0 { try budget.take(more, .memory, owner: owner) } else { budget.give(-more, .memory, owner: owner) }
    heldInMemory.withLock { $0 += more }
  }

  func takeDisk(_ bytes: Int) throws(Failure) { try budget.take(Int64(bytes), .disk, owner: owner) }

  func giveDisk(_ bytes: Int64) { budget.give(bytes, .disk, owner: owner) }
}
