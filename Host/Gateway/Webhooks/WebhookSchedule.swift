// SPDX-License-Identifier: Apache-2.0

import Store

/// When to try a message again. Pure: time and chance are arguments.
enum WebhookSchedule {
  /// The waits after the first failures.
  private static let waitsMilliseconds: [Int64] = [5_000, 30_000, 120_000, 600_000, 1_800_000, 3_600_000]
  /// The wait after each further one.
  private static let lastWaitMilliseconds: Int64 = 10_800_000

  /// The time of the next attempt, unix milliseconds; nil when the message's time would be over.
  ///
  /// - Parameters:
  ///   - failures: attempts that failed, this one included.
  ///   - jitter: from 0 up to 1: up to a tenth sooner or later, so that what failed together does not return together.
  ///   - retryAfterMilliseconds: what the server asked for; never undercut, but cut at the end of the message's time.
  static func nextAttempt(
    failures: Int, nowMilliseconds: Int64, expiresAtMilliseconds: Int64, jitter: Double,
    retryAfterMilliseconds: Int64? = nil
  ) -> Int64? {
    let wait = waitsMilliseconds.indices.contains(failures - 1) ? waitsMilliseconds[failures - 1] : lastWaitMilliseconds
    let own = nowMilliseconds + wait + Int64(Double(wait) * (jitter - 0.5) / 5)
    guard own <= expiresAtMilliseconds else { return nil }
    return min(max(own, nowMilliseconds + (retryAfterMilliseconds ?? 0)), expiresAtMilliseconds)
  }
}
