// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Store
import Testing
import VideoDocuments

/// Jobs that have to wait for room at their account.
@Suite("Admission in a server") @LoopActor struct AdmissionTests {
  private let bench = SupervisorBench()
  private var vendor: FakeVendor { bench.vendor }

  @Test("with one slot, callers take turns, and everybody sees the own position")
  func fairness() async throws {
    let server = try await bench.server([SupervisorBench.account(inFlight: 1)])
    vendor.looks = [.says(.running)]
    var ids: [String] = []
    for (prompt, caller) in [("a1", "a"), ("a2", "a"), ("a3", "a"), ("b1", "b")] {
      ids.append(try await server.submit(bench.draft(prompt, by: caller), waitMilliseconds: 0).job.id)
      await bench.clock.pass(1)
    }
    #expect(try await bench.states() == [.watching, .planned, .planned, .planned])
    #expect(ids.map { server.position(of: $0) } == [nil, 1, 3, 2])
    #expect(server.busyAccounts == ["default"])
    vendor.looks = [.says(.succeeded)]
    await bench.clock.pass(60_000)
    #expect(bench.bought == ["a1", "a2", "b1", "a3"])
    #expect(try await bench.states() == Array(repeating: .done, count: 4) && server.busyAccounts.isEmpty)
    await server.stop()
  }

  @Test("a job that waits can be cancelled, and buys nothing")
  func cancelling() async throws {
    let server = try await bench.server([SupervisorBench.account(inFlight: 1)])
    vendor.looks = [.says(.running)]
    _ = try await server.submit(bench.draft("one"), waitMilliseconds: 0)
    await bench.clock.pass(1)
    let second = try await server.submit(bench.draft("two"), waitMilliseconds: 0).job
    await bench.clock.pass(1)
    let third = try await server.submit(bench.draft("three"), waitMilliseconds: 0).job
    #expect(try await server.cancel(second.id).outcome == .cancelled)
    #expect(server.position(of: second.id) == nil && server.position(of: third.id) == 1)
    vendor.looks = [.says(.succeeded)]
    await bench.clock.pass(60_000)
    #expect(bench.bought == ["one", "three"])
    await server.stop()
  }

  @Test("the line outlives the process, and jobs at the vendor keep their slots")
  func restart() async throws {
    let accounts = [SupervisorBench.account(inFlight: 1)]
    vendor.looks = [.says(.running)]
    let first = try await bench.server(accounts)
    for prompt in ["one", "two", "three"] {
      _ = try await first.submit(bench.draft(prompt), waitMilliseconds: 0)
      await bench.clock.pass(1)
    }
    // Killed: nothing is given back.
    bench.alive = [2]
    let second = try await bench.server(accounts, process: 2)
    await bench.clock.pass(30_000)
    #expect(bench.bought == ["one"])
    vendor.looks = [.says(.succeeded)]
    await bench.clock.pass(60_000)
    #expect(bench.bought == ["one", "two", "three"])
    await first.stop()
    await second.stop()
  }

  @Test("a job whose account is gone says so and waits, and goes on when it is back")
  func missingAccount() async throws {
    let one = SupervisorBench.account("one", inFlight: 1)
    let server = try await bench.server([one])
    vendor.looks = [.says(.running)]
    _ = try await server.submit(bench.draft("first", account: "one"), waitMilliseconds: 0)
    await bench.clock.settle()
    let waiting = try await server.submit(bench.draft("second", account: "one"), waitMilliseconds: 0).job
    let stray = try await server.submit(bench.draft("third", account: "two"), waitMilliseconds: 0).job
    server.updateAccounts([SupervisorBench.account("other")])
    vendor.looks = [.says(.succeeded)]
    await bench.clock.pass(600_000)
    // What was bought is brought home; nothing else is bought.
    #expect(bench.bought == ["first"])
    for id in [waiting.id, stray.id] {
      let job = try await bench.job(id)
      #expect(job.state == .planned && job.trouble?.kind == .authentication)
      #expect(job.trouble?.message.contains("is not configured") == true)
    }
    server.updateAccounts([one, SupervisorBench.account("two")])
    await bench.clock.pass(60_000)
    #expect(try await bench.states() == [.done, .done, .done])
    #expect(try await bench.job(waiting.id).trouble == nil)
    await server.stop()
  }

  @Test("purchases keep the pace of their account")
  func pace() async throws {
    let server = try await bench.server([SupervisorBench.account(perSecond: 2)])
    vendor.looks = [.says(.running)]
    for number in 0..<6 {
      var draft = bench.draft("\(number)")
      draft.polling.firstMilliseconds = 600_000
      _ = try await server.submit(draft, waitMilliseconds: 0)
    }
    await bench.clock.settle()
    #expect(bench.bought.count == 1)
    for count in 2...6 {
      await bench.clock.pass(500)
      #expect(abs(bench.bought.count - count) <= 1)
    }
    await bench.clock.pass(600)
    #expect(bench.bought == (0..<6).map { "\($0)" })
    await server.stop()
  }
}
