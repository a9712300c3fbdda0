// SPDX-License-Identifier: Apache-2.0

import Store
import VideoDocuments

/// When to look again. All times in milliseconds from now.
struct PollSchedule {
  let policy: JobPolicy

  /// After an answer that was no verdict.
  func nextLook(_ job: JobRecord, _ update: TaskUpdate, _ moment: JobMoment) -> Int64 {
    if let wish = update.pollAfterMilliseconds {
      return clamped(wish, policy.minimumPollMilliseconds, policy.maximumPollMilliseconds)
    }
    let polling = job.polling
    let accepted = job.acceptedAtMilliseconds ?? moment.nowMilliseconds
    let elapsed = max(moment.nowMilliseconds - accepted, 0)
    guard elapsed > 0 else { return spread(polling.firstMilliseconds, moment.jitter) }
    // A model that usually takes longer than the plugin's "slow" is not slow before its usual time is well over.
    let typical = Int64(job.typicalSeconds ?? 0) * 1_000
    let slowAfter = max(polling.slowAfterMilliseconds, typical + typical / 2)
    if elapsed >= slowAfter { return spread(polling.slowIntervalMilliseconds, moment.jitter) }
    // Early on, half as often: the answer is known in advance.
    let isEarly = elapsed < typical / 2
    let interval = isEarly ? min(2 * polling.intervalMilliseconds, typical / 2 - elapsed) : polling.intervalMilliseconds
    return spread(max(interval, polling.intervalMilliseconds), moment.jitter)
  }

  /// After the `failures`-th failure in a row: doubling, between half and all of it, and never before the vendor's
  /// own wish.
  func backoff(_ first: Int64, failures: Int, _ failure: Failure?, _ jitter: Double) -> Int64 {
    let doublings = min(max(failures - 1, 0), 20)
    let full = min(first << Int64(doublings), policy.maximumBackoffMilliseconds)
    let wait = full / 2 + Int64(Double(full / 2) * jitter)
    return max(wait, vendorWait(failure?.retryAfterMilliseconds ?? 0))
  }

  func vendorWait(_ milliseconds: Int64) -> Int64 { clamped(milliseconds, 0, policy.maximumVendorWaitMilliseconds) }

  /// A tenth to either side.
  private func spread(_ interval: Int64, _ jitter: Double) -> Int64 {
    let bounded = clamped(interval, policy.minimumPollMilliseconds, policy.maximumPollMilliseconds)
    return max(bounded + Int64(Double(bounded) * (jitter - 0.5) / 5), policy.minimumPollMilliseconds)
  }

  private func clamped(_ value: Int64, _ least: Int64, _ most: Int64) -> Int64 { min(max(value, least), most) }
}
