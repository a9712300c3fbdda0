// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Store
import Testing
import VideoDocuments

@Suite("A server that asks for purchases whose answer was lost") @LoopActor struct LookingUpTests {
  private let bench = SupervisorBench()
  private let day: Int64 = 86_400_000

  private func server(looksUp: Bool = true) async throws -> JobSupervisor {
    bench.looksUp = looksUp
    bench.vendor.creates = [.acceptsInSilence]
    var settings = SupervisorSettings()
    settings.glanceMilliseconds = 10 * day
    return try await bench.server(settings: settings)
  }

  @Test("asks with growing waits for a day, settles nothing by itself, and asks once more at the next start")
  func bounds() async throws {
    let first = try await server()
    bench.vendor.known = []
    let id = try await first.submit(bench.draft("fox"), waitMilliseconds: 1_000).job.id
    await bench.clock.pass(14_000)
    #expect(bench.vendor.looksReceived == 3)
    await bench.clock.pass(day)
    #expect(bench.vendor.looksReceived == 33)
    await bench.clock.pass(day)
    #expect(bench.vendor.looksReceived == 33)
    #expect(try await bench.job(id).state == .unknown)
    await first.stop()
    let second = try await server()
    await bench.clock.pass(day)
    #expect(bench.vendor.looksReceived == 34)
    await second.stop()
    bench.vendor.known = [id]
    let third = try await server()
    await bench.clock.pass(60_000)
    #expect(try await bench.job(id).state == .done)
    #expect(bench.vendor.createsReceived == 1)
    await third.stop()
  }

  @Test("stops asking as soon as a person has settled it, and never asks a vendor that takes no id of ours")
  func others() async throws {
    let server = try await server()
    bench.vendor.known = []
    let id = try await server.submit(bench.draft("fox"), waitMilliseconds: 1_000).job.id
    await bench.clock.pass(3_000)
    _ = try await bench.runner(process: 2).settleAsNotBought(id)
    await bench.clock.pass(day)
    #expect(bench.vendor.looksReceived == 1)
    await server.stop()
    let plain = try await self.server(looksUp: false)
    _ = try await plain.submit(bench.draft("owl"), waitMilliseconds: 1_000)
    await bench.clock.pass(day)
    #expect(bench.vendor.looksReceived == 1)
    await plain.stop()
  }
}
