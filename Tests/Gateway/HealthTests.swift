// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Gateway
import HTTPServer
import OrderedJSON
import Store
import Testing

@Suite("Health") struct HealthTests {
  private static func json(_ response: HTTPResponse) throws -> JSON {
    guard case .bytes(let bytes) = response.body else { return .null }
    return try JSON(parsing: bytes)
  }

  @Test("ready is who has no reason not to be, and the reasons are told")
  func ready() async throws {
    // Patient, because all other tests run beside this one.
    let health = HealthChecks(version: "1.0.0", patienceMilliseconds: 60_000)
    let store = MemoryStore()
    await health.addStore(store)
    await health.add("plugins") { nil }
    let good = await health.ready()
    #expect(good.status == 200)
    #expect(
      try Self.json(good).text == #"{"status":"ready","checks":{"store":"ok","plugins":"ok"},"reasons":[]}"#)
    await health.add("moon") { "The moon is not full." }
    // A look is shared by those who ask at the same time.
    try await EventLoop.sleep(nanoseconds: 600_000_000)
    let bad = await health.ready()
    #expect(bad.status == 503)
    #expect(
      try Self.json(bad).text
        == #"{"status":"unavailable","checks":{"store":"ok","plugins":"ok","moon":"The moon is not full."},"#
        + #""reasons":["The moon is not full."]}"#)
    #expect(await health.live().status == 200)
  }

  @Test("whoever drains is alive and not ready")
  func draining() async throws {
    let health = HealthChecks(version: "1.0.0")
    await health.drain()
    #expect(await health.ready().status == 503)
    #expect(await health.live().status == 200)
  }

  @Test("a check that does not end is a reason, and holds nobody for ever")
  func hanging() async throws {
    let health = HealthChecks(version: "1.0.0", patienceMilliseconds: 20)
    await health.add("disk") {
      try? await EventLoop.sleep(nanoseconds: 60_000_000_000)
      return nil
    }
    let answer = await health.ready()
    #expect(answer.status == 503)
    #expect(try Self.json(answer)["reasons"]?.array?.first?.string == "The check disk did not end in time.")
  }
}

extension HealthChecks {
  fileprivate func drain() { isDraining = true }
}
