// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Jobs

@Suite("The line of an account") struct FairLineTests {
  private func line(_ places: [(String, String)]) -> FairLine {
    var line = FairLine()
    for (id, caller) in places { line.append(id, of: caller) }
    return line
  }

  private func order(_ line: FairLine) -> [String] {
    var line = line
    return line.takeAll().map { $0.id }
  }

  @Test("callers take turns, and each caller's jobs keep their order")
  func turns() {
    let line = line([("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b"), ("c1", "c"), ("c2", "c")])
    #expect(order(line) == ["a1", "b1", "c1", "a2", "c2", "a3"])
  }

  @Test("who has just had a turn comes after who has not, also when it comes again")
  func returning() {
    var line = line([("a1", "a"), ("a2", "a"), ("b1", "b")])
    #expect(line.takeFirst() == "a1")
    line.append("a3", of: "a")
    line.append("c1", of: "c")
    #expect(order(line) == ["b1", "a2", "c1", "a3"])
  }

  @Test("a job stands in line once, and can leave from anywhere")
  func leaving() {
    var line = line([("a1", "a"), ("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b")])
    #expect(line.count == 4)
    let hasLeft = [line.remove("a2"), line.remove("a2"), line.remove("b1")]
    #expect(hasLeft == [true, false, true])
    #expect(order(line) == ["a1", "a3"] && line.position(of: "a2") == nil)
  }

  @Test("a position is the number of turns until then, in random lines")
  func positions() {
    var chance = SeededGenerator(seed: 7)
    for _ in 0..<200 {
      var line = FairLine()
      for number in 0..<Int.random(in: 1..<30, using: &chance) {
        line.append("j\(number)", of: "c\(Int.random(in: 0..<5, using: &chance))")
        if Int.random(in: 0..<4, using: &chance) == 0 { _ = line.takeFirst() }
        if Int.random(in: 0..<6, using: &chance) == 0 { line.remove("j\(Int.random(in: 0...number, using: &chance))") }
      }
      for (index, id) in order(line).enumerated() { #expect(line.position(of: id) == index + 1) }
    }
  }
}
