// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Store
import Testing
import VideoDocuments

@testable import Gateway

@Suite("A key to be made") struct CallerKeyDraftTests {
  @Test("is sent and read without a loss") func roundTrip() throws {
    let draft = CallerKeyDraft(
      name: "alice", modelPatterns: ["acme-*"], budget: Price(currency: "USD", amountMicros: 2_500_000),
      parallelLimit: 3, lifetimeSeconds: 60)
    let read = try CallerKeyDraft(draft.json)
    #expect(try read.record(id: "k", nowSeconds: 7) == draft.record(id: "k", nowSeconds: 7))
    #expect(try CallerKeyDraft([:]).record(id: "k", nowSeconds: 7).name == "k")
  }

  @Test(
    "is refused where a limit could get lost, or could not hold",
    arguments: [
      (#"{"paralel": 1}"#, "paralel"), (#"{"admin": true}"#, "admin"), ("[]", "body"),
      (#"{"parallel": 0}"#, "parallel"), (#"{"lifetime_seconds": 9223372036854775807}"#, "expires"),
      (#"{"lifetime_seconds": 0}"#, "expires"), (#"{"budget": {"currency": "", "amount": "1"}}"#, "budget"),
      (#"{"budget": {"currency": "US$", "amount": "1"}}"#, "budget"), (#"{"models": [""]}"#, "models"),
      (#"{"name": ""}"#, "name"),
    ])
  func refusals(text: String, field: String) throws {
    let json = try JSON(parsing: text)
    let failure = #expect(throws: Failure.self) {
      try CallerKeyDraft(json).record(id: "k", nowSeconds: 1_800_000_000)
    }
    #expect(failure?.field == field)
    #expect(failure?.kind == .invalid)
  }

  @Test(
    "looks like nothing else, so that it can be taken out of logs",
    arguments: [
      ("/fg-0123456789abcdef-aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd/x", "/fg-***/x"),
      ("model=fg-0123456789abcdef-aaaaaaaaaabbbbbbbbbb&x", "model=fg-***&x"),
      ("fg-0123456789abcdef", "fg-0123456789abcdef"),
      ("/v1/videos/fg_01m8q4rnr98mhdakbdbw6zfdey", "/v1/videos/fg_01m8q4rnr98mhdakbdbw6zfdey"), ("fg-fg-", "fg-fg-"),
    ])
  func masks(text: String, masked: String) {
    #expect(CallerCredentials.masked(text) == masked)
  }
}
