import Glibc
import Synchronization
import Testing

// SPDX-License-Identifier: Apache-2.0
@testable import EventLoop

@LoopActor private final class Fired {
  var numbers: [Int] = []
}

@Suite(.timeLimit(.minutes(10))) struct TimerTests {
  @Test @LoopActor func timersFireInOrderOfTheirDeadlinesAndTiesInOrderOfMaking() async throws {
    let fired = Fired()
    // A fixed scatter of 300 timers over 100 deadlines.
    let start = EventLoop.monotonicNanoseconds
    let deadlines = (0..<300).map { start + UInt64(($0 * 7_919) % 100) * 100_000 }
    for (index, deadline) in deadlines.enumerated() {
      _ = TimerHeap.shared.add(deadline: deadline) {
        #expect(EventLoop.monotonicNanoseconds >= deadline)
        fired.numbers.append(index)
      }
    }
    while fired.numbers.count < 300 { try await EventLoop.sleep(nanoseconds: 5_000_000) }
    #expect(fired.numbers == deadlines.indices.sorted { (deadlines[$0], $0) < (deadlines[$1], $1) })
  }

  @Test @LoopActor func aCancelledTimerDoesNotFireAndItsNeighboursDo() async throws {
    let fired = Fired()
    let timers = (0..<100).map { number in
      EventLoop.after(nanoseconds: UInt64(number % 10) * 1_000_000) { fired.numbers.append(number) }
    }
    for number in stride(from: 0, to: 100, by: 2) { timers[number].cancel() }
    timers[1].cancel()
    timers[1].cancel()
    try await EventLoop.sleep(nanoseconds: 30_000_000)
    #expect(fired.numbers.sorted() == Array(stride(from: 3, to: 100, by: 2)))
  }

  @Test @LoopActor func aTimerMadeByATimerWaitsForTheNextRound() async throws {
    let fired = Fired()
    EventLoop.after(nanoseconds: 0) {
      EventLoop.after(nanoseconds: 0) { fired.numbers.append(2) }
      fired.numbers.append(1)
    }
    while fired.numbers.count < 2 { try await EventLoop.sleep(nanoseconds: 1_000_000) }
    #expect(fired.numbers == [1, 2])
  }

  @Test @LoopActor func sleepLastsAtLeastAsLongAsAsked() async throws {
    let start = EventLoop.monotonicNanoseconds
    try await EventLoop.sleep(nanoseconds: 15_000_000)
    #expect(EventLoop.monotonicNanoseconds - start >= 15_000_000)
  }

  @Test func aCancelledSleepEndsAtOnceWithAnError() async {
    let sleeper = Task { @LoopActor in
      do throws(CancellationError) {
        // Beyond the time limit.
        try await EventLoop.sleep(nanoseconds: 3_600_000_000_000)
        return false
      } catch {
        return true
      }
    }
    try? await Task.sleep(nanoseconds: 5_000_000)
    sleeper.cancel()
    #expect(await sleeper.value)
  }

  @Test func aSleepInATaskAlreadyCancelledDoesNotStart() async {
    let sleeper = Task { @LoopActor in
      while !Task.isCancelled { await Task.yield() }
      do throws(CancellationError) {
        try await EventLoop.sleep(nanoseconds: .max)
        return false
      } catch {
        return true
      }
    }
    sleeper.cancel()
    #expect(await sleeper.value)
  }
}

private final class Counts: Sendable {
  let running = Atomic<Int>(0)
  let mayEnd = Atomic<Bool>(false)
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct BlockingTests {
  @Test @LoopActor func blockingWorkRunsInParallelAndLeavesTheLoopFree() async throws {
    let counts = Counts()
    // Each piece waits for all the others to have begun, and then for the loop: a loop that stood still, or work done
    // one by one, would wait until the time limit.
    let pieces = (0..<Blocking.threadLimit).map { _ in
      Task { @LoopActor in
        await Blocking.run {
          counts.running.add(1, ordering: .relaxed)
          while !counts.mayEnd.load(ordering: .relaxed) { usleep(1_000) }
          return !LoopActor.isCurrent
        }
      }
    }
    while counts.running.load(ordering: .relaxed) < Blocking.threadLimit {
      try await EventLoop.sleep(nanoseconds: 1_000_000)
    }
    let excess = Task { @LoopActor in await Blocking.run { counts.running.add(1, ordering: .relaxed).newValue } }
    try await EventLoop.sleep(nanoseconds: 20_000_000)
    #expect(counts.running.load(ordering: .relaxed) == Blocking.threadLimit)
    counts.mayEnd.store(true, ordering: .relaxed)
    for piece in pieces { #expect(await piece.value) }
    #expect(await excess.value == Blocking.threadLimit + 1)
  }

  @Test func thousandsOfPiecesOfWorkReturnTheirOwnValues() async {
    let sum = await withTaskGroup(of: Int.self) { group in
      for number in 0..<5_000 { group.addTask { await Blocking.run { number } } }
      return await group.reduce(0, +)
    }
    #expect(sum == 5_000 * 4_999 / 2)
  }
}
