// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs

/// Time that stands until a test moves it.
@LoopActor final class SteppedClock: JobClock {
  private struct Sleeper {
    var number: Int
    var due: Int64
    var continuation: CheckedContinuation<Bool, Never>
  }

  /// Sound: written on the loop only, where everything in these tests runs.
  nonisolated(unsafe) private(set) var nowMilliseconds: Int64 = sampleNow
  private var sleepers: [Sleeper] = []
  private var nextNumber = 0

  nonisolated init() {}

  func sleep(milliseconds: Int64) async throws(CancellationError) {
    let number = nextNumber
    nextNumber += 1
    let due = nowMilliseconds + max(milliseconds, 0)
    let isComplete = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled { return continuation.resume(returning: false) }
        if due <= nowMilliseconds { return continuation.resume(returning: true) }
        sleepers.append(Sleeper(number: number, due: due, continuation: continuation))
      }
    } onCancel: {
      Task { @LoopActor in self.wake({ $0.number == number }, false) }
    }
    guard isComplete else { throw CancellationError() }
  }

  private func wake(_ isMeant: (Sleeper) -> Bool, _ isComplete: Bool) {
    let meant = sleepers.filter(isMeant).sorted { ($0.due, $0.number) < ($1.due, $1.number) }
    sleepers.removeAll(where: isMeant)
    for sleeper in meant { sleeper.continuation.resume(returning: isComplete) }
  }

  /// Lets everything run that has something to do now.
  func settle() async {
    for _ in 0..<200 { await Task.yield() }
  }

  /// Lets time pass, with everything that happens in it.
  func pass(_ milliseconds: Int64) async {
    let end = nowMilliseconds + milliseconds
    await settle()
    while let due = sleepers.map(\.due).min(), due <= end {
      nowMilliseconds = max(nowMilliseconds, due)
      wake({ $0.due <= due }, true)
      await settle()
    }
    nowMilliseconds = end
    await settle()
  }
}
