// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A handler to be called once, later. The loop keeps it until then or until `cancel()`.
@LoopActor public final class LoopTimer {
  fileprivate let deadline: UInt64
  /// Ties between equal deadlines go by the order of making.
  fileprivate let sequence: UInt64
  fileprivate var handler: (@LoopActor () -> Void)?
  fileprivate var position: Int?

  fileprivate init(deadline: UInt64, sequence: UInt64, handler: @escaping @LoopActor () -> Void) {
    self.deadline = deadline
    self.sequence = sequence
    self.handler = handler
  }

  /// Forgets the handler; does nothing once it was called.
  public func cancel() {
    handler = nil
    TimerHeap.shared.remove(self)
  }

  fileprivate func precedes(_ other: LoopTimer) -> Bool {
    (deadline, sequence) < (other.deadline, other.sequence)
  }
}

/// The timers to come, as a binary heap by deadline.
@LoopActor final class TimerHeap {
  static let shared = TimerHeap()

  private var timers: [LoopTimer] = []
  private var nextSequence: UInt64 = 0

  func add(deadline: UInt64, _ handler: @escaping @LoopActor () -> Void) -> LoopTimer {
    let timer = LoopTimer(deadline: deadline, sequence: nextSequence, handler: handler)
    nextSequence += 1
    timers.append(timer)
    timer.position = timers.count - 1
    siftUp(from: timers.count - 1)
    return timer
  }

  func remove(_ timer: LoopTimer) {
    guard let position = timer.position else { return }
    timer.position = nil
    let last = timers.removeLast()
    guard position < timers.count else { return }
    place(last, at: position)
    siftUp(from: position)
    siftDown(from: last.position ?? position)
  }

  /// Calls what is due, and returns the milliseconds until the next timer (rounded up), -1 when there is none.
  /// Timers made by the handlers wait for the next round, so that none of them can starve the descriptors.
  func runDue() -> Int32 {
    guard !timers.isEmpty else { return -1 }
    let now = EventLoop.monotonicNanoseconds
    let end = nextSequence
    while let first = timers.first, first.deadline <= now, first.sequence < end {
      remove(first)
      let handler = first.handler
      first.handler = nil
      handler?()
    }
    guard let first = timers.first else { return -1 }
    guard first.deadline > now else { return 0 }
    let milliseconds = (first.deadline - now - 1) / 1_000_000 + 1
    return Int32(clamping: milliseconds)
  }

  private func place(_ timer: LoopTimer, at position: Int) {
    timers[position] = timer
    timer.position = position
  }

  private func siftUp(from start: Int) {
    var position = start
    while position > 0 {
      let parent = (position - 1) / 2
      guard timers[position].precedes(timers[parent]) else { return }
      exchange(position, parent)
      position = parent
    }
  }

  private func siftDown(from start: Int) {
    var position = start
    while true {
      var least = position
      for child in [2 * position + 1, 2 * position + 2] where child < timers.count {
        if timers[child].precedes(timers[least]) { least = child }
      }
      guard least != position else { return }
      exchange(position, least)
      position = least
    }
  }

  private func exchange(_ one: Int, _ other: Int) {
    let timer = timers[one]
    place(timers[other], at: one)
    place(timer, at: other)
  }
}
