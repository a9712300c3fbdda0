// SPDX-License-Identifier: Apache-2.0

extension EventLoop {
  /// Waits for its turn to move so many bytes.
  ///
  /// One round of the loop moves only so much, whoever asks: then what is small and urgent waits for one short round,
  /// however many clips and uploads are under way beside it. Who has to wait is served in the order of asking.
  public static func bulkTurn(bytes: Int) async {
    guard !BulkTurns.shared.take(bytes) else { return }
    await suspend { continuation in BulkTurns.shared.enqueue(bytes) { continuation.resume() } }
  }

  /// The same where nothing can wait: true when it is this caller's turn now; else `later` is called when it is.
  public static func bulkTurn(bytes: Int, later: @escaping @LoopActor () -> Void) -> Bool {
    if BulkTurns.shared.take(bytes) { return true }
    BulkTurns.shared.enqueue(bytes, later)
    return false
  }
}

/// What one round of the loop moves, and who waits for the next one.
@LoopActor final class BulkTurns {
  static let shared = BulkTurns()

  /// About a millisecond of copying between sockets.
  static let roundBytes = 512 * 1024
  /// What the smallest piece counts for: its system calls cost as much as these bytes.
  static let leastBytes = 8 * 1024

  /// Rounds that are long for other reasons give bulk this share of their time, or a busy loop would starve it.
  private static let shareOfLongRounds: UInt64 = 3
  /// No round counts for more, so that a crowd that comes at once is not all served in one.
  private static let longestCountedNanoseconds: UInt64 = 50_000_000

  private var leftBytes = roundBytes
  private var roundBeganNanoseconds: UInt64 = 0
  private var isRoundCounted = false
  private var waiting: [(bytes: Int, call: @LoopActor () -> Void)?] = []
  /// The first of `waiting` that was not called yet.
  private var next = 0

  func take(_ bytes: Int) -> Bool {
    guard next == waiting.count, leftBytes > 0 else { return false }
    leftBytes -= max(bytes, Self.leastBytes)
    countRound()
    return true
  }

  func enqueue(_ bytes: Int, _ call: @escaping @LoopActor () -> Void) {
    waiting.append((bytes, call))
    countRound()
  }

  /// A timer that is due at once comes in the next round, after what the kernel has to report.
  private func countRound() {
    guard !isRoundCounted else { return }
    isRoundCounted = true
    EventLoop.after(nanoseconds: 0) {
      self.isRoundCounted = false
      self.beginRound()
    }
  }

  private func beginRound() {
    let now = EventLoop.monotonicNanoseconds
    leftBytes = next < waiting.count ? Self.budget(afterNanoseconds: now - roundBeganNanoseconds) : Self.roundBytes
    roundBeganNanoseconds = now
    let budget = leftBytes
    while leftBytes > 0, next < waiting.count {
      let turn = waiting[next]
      waiting[next] = nil
      next += 1
      leftBytes -= max(turn?.bytes ?? 0, Self.leastBytes)
      turn?.call()
    }
    // Taken places are dropped in bulk, so that a line that never empties does not grow for ever.
    if next == waiting.count || next >= 1024 {
      waiting.removeFirst(next)
      next = 0
    }
    if leftBytes < budget { countRound() }
  }

  /// What a round may move when the one before took so long.
  static func budget(afterNanoseconds nanoseconds: UInt64) -> Int {
    let counted = min(nanoseconds, longestCountedNanoseconds) / shareOfLongRounds
    return max(roundBytes, roundBytes * Int(counted) / 1_000_000)
  }
}
