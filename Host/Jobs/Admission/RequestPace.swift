// SPDX-License-Identifier: Apache-2.0

/// Lets requests through at an even pace: a bucket that holds one token. Pure; times are unix milliseconds.
struct RequestPace: Sendable {
  /// Nil: any number.
  var requestsPerSecond: Double?
  private static let toleranceMilliseconds: Double = 2
  /// When the next token is there.
  private var nextAt: Double = 0

  init(requestsPerSecond: Double?) { self.requestsPerSecond = requestsPerSecond }

  /// Takes a token; false when there is none.
  mutating func take(atMilliseconds now: Int64) -> Bool {
    guard let requestsPerSecond else { return true }
    guard wait(atMilliseconds: now) <= 0 else { return false }
    // Timers are late by some milliseconds; without this the pace would be slower than was asked for.
    nextAt = max(nextAt, Double(now) - Self.toleranceMilliseconds) + interval(requestsPerSecond)
    return true
  }

  /// Milliseconds until a token is there; 0 when one is.
  func wait(atMilliseconds now: Int64) -> Int64 {
    guard let requestsPerSecond else { return 0 }
    let wait = nextAt - Double(now)
    // A clock that was set back must not stop everything for as long.
    guard wait <= interval(requestsPerSecond) else { return Int64(interval(requestsPerSecond).rounded(.up)) }
    return max(Int64(wait.rounded(.up)), 0)
  }

  private func interval(_ requestsPerSecond: Double) -> Double { 1_000 / requestsPerSecond }
}
