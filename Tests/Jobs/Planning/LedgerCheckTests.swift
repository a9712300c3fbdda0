// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct LedgerCheckTests {
  @Test func `Both ledgers become one, in the request's order`() throws {
    let plan = try Acme.plan([
      "model": "acme-2", "prompt": "a", "seed": 7, "options": ["mode": "std"],
      "inputs": [["kind": "image", "url": "https://a.example/1.png"]],
    ])
    let answers = [
      LedgerEntry("prompt", .sent, to: "content[0].text"), LedgerEntry("inputs[0]", .sent, to: "content[1]"),
      LedgerEntry("seed", .sent, to: "seed"), LedgerEntry("duration_seconds", .translated, to: "duration"),
      LedgerEntry("options.mode", .translated, to: "model", value: "acme-2-std"),
      LedgerEntry("callback", .defaulted, note: "none"),
    ]
    let check = LedgerCheck.merge(planned: plan.ledger, fromPlugin: answers, request: plan.request)
    #expect(check.unsupported.isEmpty)
    #expect(check.refusal == nil)
    #expect(
      check.ledger.map { "\($0.field) \($0.outcome.rawValue)" } == [
        "prompt sent", "inputs[0] sent", "duration_seconds defaulted", "aspect_ratio defaulted", "resolution defaulted",
        "seed sent", "audio defaulted", "options.mode translated", "inputs[0].role defaulted", "callback defaulted",
      ])
    #expect(check.ledger.first { $0.field == "duration_seconds" }?.to == "duration")
  }

  @Test func `A field that nobody accounts for is a defect and unsupported`() throws {
    let plan = try Acme.plan(["model": "acme-2-pro-silent", "prompt": "a", "seed": 7])
    let check = LedgerCheck.merge(
      planned: plan.ledger, fromPlugin: [LedgerEntry("prompt", .sent), LedgerEntry("options.mode", .sent)],
      request: plan.request)
    #expect(check.unsupported.map { $0.field } == ["seed", "audio"])
    #expect(check.warnings.first == "seed may have no effect: the plugin did not account for it.")
    #expect(check.refusal?.kind == .unsupported)
    #expect(
      check.refusal?.message
        == "seed would have no effect: the plugin did not account for it. Neither would audio.")
  }

  @Test func `What the plugin calls unsupported is refused for strict callers`() throws {
    let plan = try Acme.plan(["model": "acme-2", "prompt": "a", "seed": 7])
    let check = LedgerCheck.merge(
      planned: plan.ledger,
      fromPlugin: [
        LedgerEntry("prompt", .sent), LedgerEntry("seed", .unsupported, note: "this reseller ignores it"),
        LedgerEntry("resolution", .unsupported, note: "fixed"),
      ], request: plan.request)
    #expect(check.refusal?.message == "seed would have no effect: this reseller ignores it.")
    // Nobody asked for the default.
    #expect(check.ledger.first { $0.field == "resolution" }?.outcome == .defaulted)
    #expect(check.warnings == ["seed has no effect: this reseller ignores it."])
  }
}
