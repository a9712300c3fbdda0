// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Jobs

@Suite("The gate of an account") struct AccountGateTests {
  @Test("as many jobs as there are slots, and the next when one is given back")
  func slots() {
    var gate = AccountGate(AccountLimits(maximumInFlight: 2))
    let atOnce = ["1", "2", "3"].map { gate.passAtOnce($0, atMilliseconds: 0) }
    #expect(atOnce == [true, true, false])
    gate.joinLine("3", of: "a")
    gate.joinLine("4", of: "a")
    #expect(gate.isBusy && gate.next(atMilliseconds: 0) == nil)
    #expect(gate.waitForToken(atMilliseconds: 0) == nil)
    let hasLeft = gate.leave("1")
    #expect(hasLeft && gate.next(atMilliseconds: 0) == .purchase("3") && gate.next(atMilliseconds: 0) == nil)
    // Nobody passes those who wait, also where there is room.
    _ = gate.leave("2")
    let hasPassed = gate.passAtOnce("5", atMilliseconds: 0)
    #expect(!hasPassed)
  }

  @Test("jobs that are at the vendor already hold slots, also more than there are now")
  func occupied() {
    var gate = AccountGate(AccountLimits(maximumInFlight: 3))
    for id in ["1", "2", "3"] { gate.occupy(id) }
    gate.change(AccountLimits(maximumInFlight: 1))
    gate.joinLine("4", of: "a")
    for id in ["1", "2"] {
      _ = gate.leave(id)
      #expect(gate.next(atMilliseconds: 0) == nil)
    }
    _ = gate.leave("3")
    #expect(gate.next(atMilliseconds: 0) == .purchase("4"))
  }

  @Test("requests are spaced evenly: no second sees more than the limit", arguments: [0.5, 3, 20])
  func pace(_ rate: Double) {
    var pace = RequestPace(requestsPerSecond: rate)
    var taken: [Int64] = []
    for now in Int64(0)..<20_000 { if pace.take(atMilliseconds: now) { taken.append(now) } }
    #expect(abs(Double(taken.count) - rate * 20) <= 2)
    for (index, start) in taken.enumerated() {
      // But for what is rounded to milliseconds.
      let inSecond = taken[index...].prefix { $0 < start + 998 }.count
      #expect(Double(inSecond) <= max(rate.rounded(.up), 1))
    }
    // A pause saves nothing up, and a clock that is set back stops nothing for long.
    let later = [40_000, 40_001].map { pace.take(atMilliseconds: $0) }
    #expect(later == [true, false])
    #expect(pace.wait(atMilliseconds: 5) <= Int64((1_000 / rate).rounded(.up)))
  }

  @Test("purchases and looks take turns at the tokens, and neither starves")
  func sharing() {
    var gate = AccountGate(AccountLimits(maximumRequestsPerSecond: 10))
    let isFirst = gate.passAtOnce("first", atMilliseconds: 0)
    #expect(isFirst)
    for number in 0..<10 {
      gate.joinLine("p\(number)", of: "a")
      let isAtOnce = gate.lookAtOnce("l\(number)", atMilliseconds: 0)
      #expect(!isAtOnce)
    }
    var kinds = ""
    var now: Int64 = 0
    while let wait = gate.waitForToken(atMilliseconds: now) {
      now += max(wait, 1)
      switch gate.next(atMilliseconds: now) {
      case .purchase: kinds += "p"
      case .look: kinds += "l"
      case nil: break
      }
    }
    #expect(kinds == String(repeating: "pl", count: 10))
    #expect(now >= 1_900 && now <= 2_100)
  }

  @Test("a look waits for tokens only, not for slots")
  func lookWithoutSlot() {
    var gate = AccountGate(AccountLimits(maximumInFlight: 1, maximumRequestsPerSecond: 1_000))
    gate.occupy("1")
    gate.joinLine("2", of: "a")
    let isAtOnce = gate.lookAtOnce("1", atMilliseconds: 0)
    #expect(isAtOnce)
  }
}
