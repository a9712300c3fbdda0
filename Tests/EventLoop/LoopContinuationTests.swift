// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(10))) struct LoopContinuationTests {
  @Test @LoopActor func whatIsResumedAtOnceDoesNotWait() async {
    #expect(await EventLoop.suspend { continuation in continuation.resume(returning: 7) } == 7)
  }

  @Test @LoopActor func aTaskWaitsForItsValueAndWakesOnTheLoop() async {
    var isResumed = false
    let value = await EventLoop.suspend { (continuation: LoopContinuation<String>) in
      EventLoop.after(nanoseconds: 1_000_000) {
        isResumed = true
        continuation.resume(returning: "late")
      }
    }
    #expect(value == "late" && isResumed && LoopActor.isCurrent)
  }

  @Test @LoopActor func nothingComesBetweenTheCallAndItsClosure() async {
    var order: [String] = []
    Task { @LoopActor in order.append("other task") }
    order.append("call")
    await EventLoop.suspend { continuation in
      order.append("closure")
      EventLoop.after(nanoseconds: 1_000_000) { continuation.resume() }
    }
    #expect(order == ["call", "closure", "other task"])
  }

  @Test @LoopActor func manyThreadsMayResumeManyTasks() async {
    let tasks = (0..<2_000).map { number in
      Task { @LoopActor in await Blocking.run { number } }
    }
    for (number, task) in tasks.enumerated() { #expect(await task.value == number) }
  }

  @Test func callersElsewhereComeBackToWhereTheyWere() async {
    let value = await EventLoop.suspendCaller { resume in Task.detached { resume(3) } }
    #expect(value == 3 && !LoopActor.isCurrent)
  }

  @Test @LoopActor func aShieldedOperationIsNotCancelled() async {
    let task = Task { @LoopActor in
      await EventLoop.shielded {
        try? await EventLoop.sleep(nanoseconds: 5_000_000)
        return Task.isCancelled
      }
    }
    task.cancel()
    #expect(await task.value == false)
  }
}
