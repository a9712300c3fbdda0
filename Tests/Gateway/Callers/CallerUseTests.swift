// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Gateway

/// The order in which news, answers of the store and requests can overtake each other.
@Suite("What a key takes up") struct CallerUseTests {
  @Test("an end that was told before the request settles stays an end")
  func earlyEnd() {
    var use = CallerUse()
    use.claim("r", amountMicros: 0, position: 0)
    use.observe(jobID: "a", reservationID: "r", isLive: false)
    #expect(use.count == 0)
    use.settle("r", jobID: "a", isLive: true)
    #expect(use.count == 0)
  }

  @Test("a claim counts against the budget until a sum was read that began after its job was noticed")
  func sums() {
    var use = CallerUse()
    let early = use.beginSum()
    #expect(early.position == nil)
    use.claim("r", amountMicros: 9, position: 4)
    use.claim("s", amountMicros: 2, position: 5)
    use.settle("r", jobID: "a", isLive: true)
    let isEarlyTaken = use.endSum(early, reservationIDs: [])
    #expect(isEarlyTaken)
    #expect(use.promisedMicros == 11)
    let late = use.beginSum()
    #expect(late.position == 4)
    let isLateTaken = use.endSum(late, reservationIDs: [])
    #expect(isLateTaken)
    #expect(use.promisedMicros == 2)
  }

  @Test("a sum that lists the job takes its claim out at once, and the request can still end either way")
  func listedJob() {
    for isReleased in [false, true] {
      var use = CallerUse()
      use.claim("r", amountMicros: 9, position: 0)
      let sum = use.beginSum()
      let isTaken = use.endSum(sum, reservationIDs: ["r", "unknown"])
      #expect(isTaken)
      #expect(use.promisedMicros == 0)
      #expect(use.count == 1)
      use.observe(jobID: "a", reservationID: "r", isLive: true)
      if isReleased { use.release("r") } else { use.settle("r", jobID: "a", isLive: true) }
      #expect(use.count == 1)
    }
  }

  @Test("a sum that was overtaken by a later one is not taken")
  func overtakenSum() {
    var use = CallerUse()
    use.claim("r", amountMicros: 9, position: 0)
    let (early, late) = (use.beginSum(), use.beginSum())
    let isLateTaken = use.endSum(late, reservationIDs: ["r"])
    #expect(isLateTaken)
    let isEarlyTaken = use.endSum(early, reservationIDs: [])
    #expect(!isEarlyTaken)
  }

  @Test("what happens while the store counts is not lost")
  func recount() {
    var use = CallerUse(liveJobs: ["a", "gone"])
    use.beginRecount()
    use.observe(jobID: "a", reservationID: nil, isLive: false)
    use.observe(jobID: "b", reservationID: nil, isLive: true)
    use.endRecount(["a", "c"])
    #expect(use.liveJobs == ["b", "c"])
    use.beginRecount()
    use.endRecount(nil)
    #expect(use.liveJobs == ["b", "c"])
  }

  @Test("a repeated request that finds an old job takes no room")
  func oldJob() {
    var use = CallerUse(liveJobs: ["a"])
    use.claim("r", amountMicros: 3, position: 0)
    use.settle("r", jobID: "a", isLive: true)
    #expect(use.count == 1)
    use.claim("s", amountMicros: 3, position: 0)
    use.settle("s", jobID: "old", isLive: false)
    #expect(use.count == 1)
  }

  @Test("amounts at the edge of what can be reckoned with do not trap")
  func overflow() {
    var use = CallerUse()
    for id in ["r", "s", "t"] { use.claim(id, amountMicros: .max, position: 0) }
    #expect(use.promisedMicros == .max)
  }
}
