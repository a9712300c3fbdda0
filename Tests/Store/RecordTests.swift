// SPDX-License-Identifier: Apache-2.0

import Glibc
import Store
import Testing

@Suite("Job ids and lease owners") struct RecordTests {
  /// Counts up, so that a test knows what comes.
  private struct Counter: RandomNumberGenerator {
    var value: UInt64 = 0

    mutating func next() -> UInt64 {
      value += 1
      return value
    }
  }

  @Test("an id says its time first, so ids sort by time")
  func order() {
    var counter = Counter()
    let ids = [0, 1, 31, 32, 1_763_000_000_000, 1_763_000_000_001].map { (now: Int64) in
      JobID.make(nowMilliseconds: now, randomness: &counter)
    }
    #expect(ids == ids.sorted())
    #expect(ids.allSatisfy { $0.utf8.count == JobID.length && JobID.isPrefix($0) })
    #expect(ids[0] == "fg_00000000000000000100000002")
  }

  @Test("ids of one millisecond differ")
  func uniqueness() {
    #expect(Set((0..<1000).map { _ in JobID.make(nowMilliseconds: 5) }).count == 1000)
  }

  @Test("the beginning of an id is recognized, other words are not")
  func prefixes() {
    #expect(JobID.isPrefix("fg_0") && JobID.isPrefix("fg") && JobID.isPrefix("fg_01abc"))
    #expect(!JobID.isPrefix("job1") && !JobID.isPrefix("fg_!") && !JobID.isPrefix("fg_0l"))
  }

  @Test("this process is alive; one that ended, or had the same number earlier, is not")
  func liveness() {
    let current = LeaseOwner.current
    #expect(current.isAlive == true)
    #expect(current.startTicks > 0 && !current.bootID.isEmpty)
    var earlier = current
    earlier.startTicks -= 1
    #expect(earlier.isAlive == false)
    var beforeReboot = current
    beforeReboot.bootID = "another"
    #expect(beforeReboot.isAlive == false)
    var elsewhere = current
    elsewhere.namespace = "pid:[1]"
    #expect(elsewhere.isAlive == nil)
    #expect(
      LeaseOwner(processID: 0x3FFF_FFFF, startTicks: 1, bootID: current.bootID, namespace: current.namespace)
        .isAlive == false)
  }
}
