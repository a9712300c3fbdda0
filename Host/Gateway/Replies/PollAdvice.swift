// SPDX-License-Identifier: Apache-2.0

import Store
import VideoDocuments

/// When a caller should look at a job again: about as often as the gateway itself looks.
enum PollAdvice {
  static func milliseconds(_ job: JobRecord, nowMilliseconds: Int64) -> Int64 {
    let interval = min(max(job.polling.intervalMilliseconds, 500), 30_000)
    guard let next = job.nextActionAtMilliseconds else { return interval }
    return min(max(next - nowMilliseconds + 250, 500), interval)
  }
}
