// SPDX-License-Identifier: Apache-2.0

/// How long to wait before another attempt. Pure: randomness and time are arguments.
public struct BackOff: Sendable, Hashable {
  /// Wait before the second attempt, before jitter.
  public var baseMilliseconds: Int64
  /// No wait is longer.
  public var capMilliseconds: Int64

  public init(baseMilliseconds: Int64 = 500, capMilliseconds: Int64 = 30_000) {
    self.baseMilliseconds = max(1, baseMilliseconds)
    self.capMilliseconds = max(1, capMilliseconds)
  }

  /// The wait after `failures` failed attempts (1 or more): doubling, capped, of which the upper half is random, so that
  /// callers who failed together do not return together. `random` is any uniformly random number. What the service
  /// asked for (`retryAfterMilliseconds`) is never undercut, but jittered upwards by up to a tenth.
  public func delayMilliseconds(
    failures: Int, random: UInt64, retryAfterMilliseconds: Int64? = nil
  ) -> Int64 {
    let exponent = min(max(failures, 1) - 1, 40)
    let doubled = baseMilliseconds.multipliedReportingOverflow(by: 1 << Int64(exponent))
    let ceiling = doubled.overflow ? capMilliseconds : min(doubled.partialValue, capMilliseconds)
    let half = ceiling / 2
    let delay = half + Int64(random % UInt64(ceiling - half + 1))
    guard let asked = retryAfterMilliseconds, asked > 0 else { return delay }
    return max(delay, asked + Int64(random % UInt64(asked / 10 + 1)))
  }
}
