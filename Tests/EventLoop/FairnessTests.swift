// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Glibc
import Synchronization
import Testing

@LoopActor private final class Tally {
  var movedBytes = 0
  var mostBetweenRounds = 0
  var order: [Int] = []
  var isOver = false
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct BulkTurnTests {
  static let pieceBytes = 64 * 1024

  /// Between two timers that are due at once lies one round of the loop.
  @Test @LoopActor func oneRoundMovesOnlySoMuchHoweverManyWantTo() async {
    let tally = Tally()
    let movers = (0..<200).map { _ in
      Task { @LoopActor in
        for _ in 0..<20 {
          await EventLoop.bulkTurn(bytes: Self.pieceBytes)
          tally.movedBytes += Self.pieceBytes
        }
      }
    }
    @LoopActor func lookEachRound() {
      let before = tally.movedBytes
      EventLoop.after(nanoseconds: 0) {
        tally.mostBetweenRounds = max(tally.mostBetweenRounds, tally.movedBytes - before)
        if !tally.isOver { lookEachRound() }
      }
    }
    lookEachRound()
    for mover in movers { await mover.value }
    tally.isOver = true
    #expect(tally.movedBytes == 200 * 20 * Self.pieceBytes)
    #expect(tally.mostBetweenRounds > 0)
    // Two rounds' worth, as the timer and the count of bytes need not begin at the same point of a round.
    // A round after a long one, which a busy machine has, moves up to 50 / 3 times as much.
    #expect(tally.mostBetweenRounds <= 2 * (512 * 1024 * 50 / 3 + Self.pieceBytes))
  }

  @Test @LoopActor func aLoopThatIsBusyWithOtherThingsStillMovesBulk() async {
    let tally = Tally()
    var rounds = 0
    @LoopActor func beBusyEachRound() {
      rounds += 1
      usleep(20_000)
      EventLoop.after(nanoseconds: 0) { if !tally.isOver { beBusyEachRound() } }
    }
    beBusyEachRound()
    let movers = (0..<10).map { _ in
      Task { @LoopActor in for _ in 0..<32 { await EventLoop.bulkTurn(bytes: Self.pieceBytes) } }
    }
    for mover in movers { await mover.value }
    tally.isOver = true
    // 20 MB at 512 KiB a round would take forty.
    #expect(rounds < 25)
  }

  @Test @LoopActor func turnsComeInTheOrderOfAskingAndNobodyGoesWithout() async {
    let tally = Tally()
    let movers = (0..<3_000).map { number in
      Task { @LoopActor in
        await EventLoop.bulkTurn(bytes: Self.pieceBytes)
        tally.order.append(number)
      }
    }
    for mover in movers { await mover.value }
    #expect(tally.order == Array(0..<3_000))
  }

  @Test @LoopActor func whoCannotWaitIsCalledLater() async {
    // More than even a round after a long one moves. Other tests move bulk on this loop, too: while they wait for their
    // turn, nobody else has it at once.
    let count = 1_000
    var atOnce = 0
    for _ in 0..<1_000 where atOnce == 0 {
      let tally = Tally()
      await EventLoop.bulkTurn(bytes: 1)
      for number in 0..<count {
        let isNow = EventLoop.bulkTurn(bytes: Self.pieceBytes) { tally.order.append(number) }
        if isNow {
          #expect(atOnce == number)
          atOnce += 1
        }
      }
      while tally.order.count < count - atOnce { await EventLoop.bulkTurn(bytes: 1) }
      #expect(tally.order == Array(atOnce..<count))
    }
    #expect((1..<count).contains(atOnce))
  }
}

private final class Running: Sendable {
  let now = Atomic<Int>(0)
  let most = Atomic<Int>(0)
}

@Suite(.timeLimit(.minutes(10))) struct ComputingTests {
  @Test func fewerThreadsComputeThanThereMayBeBlockedOnesAndTheyStandBack() async {
    let running = Running()
    let results = await withTaskGroup(of: (number: Int, niceness: Int32).self) { group in
      for number in 0..<1_500 {
        group.addTask {
          await Computing.run {
            let now = running.now.add(1, ordering: .sequentiallyConsistent).newValue
            running.most.max(now, ordering: .sequentiallyConsistent)
            usleep(50)
            running.now.subtract(1, ordering: .sequentiallyConsistent)
            return (number, getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.reduce(0) { $0 + $1.number } == 1_500 * 1_499 / 2)
    let own = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), id_t(getpid()))
    #expect(results.allSatisfy { $0.niceness > own || $0.niceness == 19 })
    #expect(running.most.load(ordering: .sequentiallyConsistent) == Computing.threadLimit)
  }
}
