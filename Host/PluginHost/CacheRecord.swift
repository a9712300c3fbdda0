// SPDX-License-Identifier: Apache-2.0
import Loader

/// What is remembered of one file between commands.
struct CacheRecord: Sendable, Equatable {
  /// What came of having it described.
  enum Outcome: Sendable, Equatable {
    case described(manifest: [UInt8], jailLevel: JailLevel, disabled: [String?], needsLibraries: Bool)
    /// `isLasting`: it can only change with the file. Otherwise it is tried again after a while.
    case refused(String, isLasting: Bool)
  }

  var path: String
  var identity: FileIdentity
  var sha256: [UInt8]
  var checkedMilliseconds: Int64
  var outcome: Outcome
  var crashes = CrashHistory()

  /// A file could be changed again within one tick of the file system's clock and look the same; what was checked so
  /// soon after a change is checked once more. One tick is 10 ms at most.
  private static let settlingNanoseconds: Int64 = 50_000_000
  /// After this long a plugin that crashed while it was described is tried again.
  static let retryMilliseconds: Int64 = 3_600_000

  /// Whether it still says something about that file at that time.
  func isFresh(for identity: FileIdentity, atMilliseconds now: Int64) -> Bool {
    guard identity == self.identity,
      checkedMilliseconds &* 1_000_000 &- identity.changedNanoseconds >= CacheRecord.settlingNanoseconds
    else { return false }
    if case .refused(_, isLasting: false) = outcome {
      return now >= checkedMilliseconds && now - checkedMilliseconds < CacheRecord.retryMilliseconds
    }
    return true
  }
}

/// When a plugin crashed, and whether that was too often.
struct CrashHistory: Sendable, Equatable {
  static let crashesToQuarantine = 3
  static let windowMilliseconds: Int64 = 600_000
  static let quarantineMilliseconds: Int64 = 3_600_000

  /// Milliseconds since 1970, oldest first; no more than lead to a quarantine.
  private(set) var times: [Int64] = []
  /// The quarantine: its reason and end.
  private(set) var quarantine: (reason: String, untilMilliseconds: Int64)?

  init() {}

  init(times: [Int64], quarantine: (reason: String, untilMilliseconds: Int64)?) {
    self.times = times
    self.quarantine = quarantine
  }

  /// Adds a crash. `sentence` says what it was.
  mutating func add(_ sentence: String, atMilliseconds now: Int64) {
    times = times.filter { $0 <= now && now - $0 < CrashHistory.windowMilliseconds } + [now]
    guard times.count >= CrashHistory.crashesToQuarantine else { return }
    times = []
    quarantine = (
      "it is quarantined until its file changes or an hour has passed, because it failed "
        + "\(CrashHistory.crashesToQuarantine) times in ten minutes; the last time \(sentence)",
      now + CrashHistory.quarantineMilliseconds
    )
  }

  /// The quarantine that is in force, if any. A clock that was set back ends it too.
  func quarantine(atMilliseconds now: Int64) -> (reason: String, untilMilliseconds: Int64)? {
    guard let quarantine, now < quarantine.untilMilliseconds,
      quarantine.untilMilliseconds - now <= CrashHistory.quarantineMilliseconds
    else { return nil }
    return quarantine
  }

  static func == (left: CrashHistory, right: CrashHistory) -> Bool {
    left.times == right.times && left.quarantine?.reason == right.quarantine?.reason
      && left.quarantine?.untilMilliseconds == right.quarantine?.untilMilliseconds
  }
}
