// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop

/// Gives memory back to the system that a crowd has left behind: malloc by itself keeps most of it for ever.
@LoopActor final class HeapTrimming {
  private static let intervalNanoseconds: UInt64 = 10_000_000_000
  /// So much may lie about: it will be of use again, and giving it back takes time.
  private nonisolated static let keptBytes = 24 << 20

  private var timer: LoopTimer?

  func start() {
    timer = EventLoop.after(nanoseconds: Self.intervalNanoseconds) {
      Task { @LoopActor in
        await Computing.run {
          if filmgate_freed_heap_bytes() > Self.keptBytes { filmgate_trim_heap() }
        }
        if self.timer != nil { self.start() }
      }
    }
  }

  func stop() {
    timer?.cancel()
    timer = nil
  }
}
