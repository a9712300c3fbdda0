// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
import Synchronization
import Testing

/// A pair of connected, non-blocking sockets, closed together.
@LoopActor private final class Pair {
  let one: Int32
  let other: Int32

  init() {
    var ends: [Int32] = [-1, -1]
    precondition(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | O_NONBLOCK, 0, &ends) == 0)
    one = ends[0]
    other = ends[1]
  }

  func send(_ byte: UInt8, from end: Int32) {
    var byte = byte
    #expect(write(end, &byte, 1) == 1)
  }

  func receive(at end: Int32) -> UInt8? {
    var byte: UInt8 = 0
    return read(end, &byte, 1) == 1 ? byte : nil
  }

  func close() {
    Glibc.close(one)
    Glibc.close(other)
  }
}

@LoopActor private final class Log {
  var lines: [String] = []
  var watches: [Watch] = []

  /// Waits for that many lines, and then a little for any that should not come.
  func settle(atLeast count: Int) async throws {
    while lines.count < count { try await EventLoop.sleep(nanoseconds: 1_000_000) }
    try await EventLoop.sleep(nanoseconds: 10_000_000)
  }
}

private final class Counter: Sendable {
  let value = Atomic<Int>(0)
}

@Suite(.timeLimit(.minutes(10))) struct LoopTests {
  @Test @LoopActor func codeOfTheLoopRunsOnItsThreadAndMayAssumeSo() async {
    #expect(LoopActor.isCurrent)
    let sum = LoopActor.assumeIsolated { EventLoop.monotonicNanoseconds > 0 ? 3 : 0 }
    #expect(sum == 3)
    LoopActor.shared.preconditionIsolated()
    await Task.detached { #expect(!LoopActor.isCurrent) }.value
    #expect(LoopActor.isCurrent)
  }

  @Test @LoopActor func jobsRunInTheOrderTheyWereQueued() async {
    let log = Log()
    let tasks = (0..<2_000).map { number in Task { @LoopActor in log.lines.append("\(number)") } }
    for task in tasks { await task.value }
    #expect(log.lines == (0..<2_000).map { "\($0)" })
  }

  /// Code on the loop relies on this: what it checked still holds when its continuation is kept.
  @Test @LoopActor func nothingElseRunsBetweenACallOnTheLoopAndItsContinuation() async {
    let log = Log()
    let other = Task { @LoopActor in log.lines.append("other") }
    @LoopActor func suspend() async {
      log.lines.append("called")
      await withCheckedContinuation { continuation in
        log.lines.append("kept")
        continuation.resume()
      }
    }
    await suspend()
    await other.value
    #expect(log.lines == ["called", "kept", "other"])
  }

  @Test func thousandsOfJobsFromManyThreadsAllRun() async {
    let counter = Counter()
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<2_500 {
            await { @LoopActor in _ = counter.value.add(1, ordering: .relaxed) }()
          }
        }
      }
    }
    #expect(counter.value.load(ordering: .relaxed) == 20_000)
  }

  @Test @LoopActor func aSleepingLoopIsWokenFromAnotherThread() async {
    let start = EventLoop.monotonicNanoseconds
    for _ in 0..<20 {
      await Blocking.run {
        var pause = timespec(tv_sec: 0, tv_nsec: 2_000_000)
        nanosleep(&pause, nil)
      }
      #expect(LoopActor.isCurrent)
    }
    // Twenty naps of 2 ms; a lost wake-up would hang until the time limit.
    #expect(EventLoop.monotonicNanoseconds - start >= 40_000_000)
  }

  @Test @LoopActor func aWatchReportsReadableUntilTheDataIsTaken() async throws {
    let pair = Pair()
    defer { pair.close() }
    let log = Log()
    let watch = try EventLoop.watch(pair.one, .readable) { reported in
      #expect(reported == .readable)
      log.lines.append("called")
      if log.lines.count == 3 { _ = pair.receive(at: pair.one) }
    }
    pair.send(7, from: pair.other)
    try await log.settle(atLeast: 3)
    #expect(log.lines.count == 3)
    watch.cancel()
  }

  @Test @LoopActor func aWatchCancelledByAnotherHandlerOfTheSameRoundIsNotCalled() async throws {
    let first = Pair()
    let second = Pair()
    defer {
      first.close()
      second.close()
    }
    let log = Log()
    for pair in [first, second] {
      log.watches.append(
        try EventLoop.watch(pair.one, .readable) { _ in
          log.lines.append("called")
          // Both are readable in this round; whoever comes first silences both, and the slot is used anew.
          for watch in log.watches { watch.cancel() }
        })
    }
    first.send(1, from: first.other)
    second.send(1, from: second.other)
    try await log.settle(atLeast: 1)
    #expect(log.lines == ["called"])
  }

  @Test @LoopActor func aStaleEventDoesNotReachANewWatchInTheSameSlot() async throws {
    let pairs = (0..<2).map { _ in Pair() }
    let quiet = Pair()
    defer { for pair in pairs + [quiet] { pair.close() } }
    let log = Log()
    for pair in pairs {
      log.watches.append(
        try EventLoop.watch(pair.one, .readable) { _ in
          log.lines.append("first")
          for watch in log.watches { watch.cancel() }
          log.watches.removeAll()
          for _ in 0..<2 where log.watches.isEmpty {
            guard let watch = try? EventLoop.watch(quiet.one, .readable, { _ in log.lines.append("wrong") }) else {
              continue
            }
            log.watches.append(watch)
          }
        })
    }
    for pair in pairs { pair.send(1, from: pair.other) }
    try await log.settle(atLeast: 1)
    #expect(log.lines == ["first"])
    for watch in log.watches { watch.cancel() }
  }

  @Test @LoopActor func anEmptyInterestReportsNothingNotEvenHangup() async throws {
    let pair = Pair()
    let log = Log()
    let watch = try EventLoop.watch(pair.one, []) { reported in log.lines.append("\(reported.rawValue)") }
    close(pair.other)
    try await EventLoop.sleep(nanoseconds: 5_000_000)
    #expect(log.lines.isEmpty)
    try watch.update(.hangup)
    try await log.settle(atLeast: 1)
    watch.cancel()
    watch.cancel()
    close(pair.one)
  }

  @Test @LoopActor func watchingWhatCannotBeWatchedIsAFailureWithItsErrorNumber() async {
    #expect(throws: SystemFailure(call: "epoll_ctl", errno: EBADF)) {
      _ = try EventLoop.watch(9_999, .readable) { _ in }
    }
    let file = filmgate_open("/proc/self/exe", O_RDONLY | O_CLOEXEC, 0)
    defer { close(file) }
    #expect(throws: SystemFailure(call: "epoll_ctl", errno: EPERM)) {
      _ = try EventLoop.watch(file, .readable) { _ in }
    }
    #expect("\(SystemFailure(call: "open", errno: ENOENT))" == "open: No such file or directory (errno 2)")
  }
}
