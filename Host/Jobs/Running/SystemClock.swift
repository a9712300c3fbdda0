// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc

/// The machine's own time.
public struct SystemClock: JobClock {
  public init() {}

  public var nowMilliseconds: Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
  }

  public func sleep(milliseconds: Int64) async throws(CancellationError) {
    try await EventLoop.sleep(nanoseconds: UInt64(max(milliseconds, 0)) &* 1_000_000)
  }
}
