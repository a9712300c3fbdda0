// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct PriceTests {
  struct Source: QuoteSource {
    func quote(_ request: VideoRequest, prices: PriceTable?) async throws(Failure) -> Quote {
      Quote(exactly: Price(currency: "USD", amountMicros: 1), basis: "the plugin says so")
    }
  }

  /// Request, low, high, basis.
  static let quotes: [(JSON, String?, String?, String)] = [
    (["model": "acme-2", "prompt": "a"], "0.35", "0.35", "5 s at 0.07 USD a second"),
    (
      ["model": "acme-2", "prompt": "a", "resolution": "1080p", "duration_seconds": 10], "1.4", "1.4",
      "10 s at 0.14 USD a second"
    ),
    (["model": "acme-2", "prompt": "a", "duration_seconds": -1], "0.28", "1.05", "4 to 15 s at 0.07 USD a second"),
    (["model": "acme-2", "prompt": "a", "frames": 49], "0.21", "0.21", "3 s at 0.07 USD a second"),
    (["model": "acme-text", "prompt": "a"], "2.5", "2.5", "2.5 units a clip"),
    (
      ["model": "acme-1", "prompt": "a"], nil, nil,
      "15 CNY a million tokens, whose number is not known beforehand"
    ),
    (
      [
        "model": "acme-motion", "prompt": "a",
        "inputs": [
          ["kind": "image", "url": "https://a.example/1"], ["kind": "video", "url": "https://a.example/1"],
        ],
      ], nil, nil, "the price of acme-motion is not known"
    ),
  ]

  @Test(arguments: quotes.indices)
  func `Prices by the second and by the clip are reckoned from the table`(index: Int) async throws {
    let (request, low, high, basis) = Self.quotes[index]
    let quote = try await PriceEstimate.quote(try Acme.plan(request))
    #expect(quote.low?.decimal == low)
    #expect(quote.high?.decimal == high)
    #expect(quote.basis == basis)
  }

  @Test func `A plugin that declares quote is asked`() async throws {
    var plan = try Acme.plan(["model": "acme-2", "prompt": "a"])
    #expect(try await PriceEstimate.quote(plan, asking: Source()).basis == "5 s at 0.07 USD a second")
    plan.manifest.operations = [OperationDeclaration(name: "quote", symbol: "filmgate_quote", parameters: [])]
    #expect(try await PriceEstimate.quote(plan, asking: Source()).basis == "the plugin says so")
  }

  @Test func `A price too large to reckon is not known`() throws {
    var model = try Acme.plan(["model": "acme-2", "prompt": "a"]).model
    model.price?.rows[1].amountMicros = .max
    var request = VideoRequest(model: "acme-2", prompt: "a")
    request.durationSeconds = 5
    #expect(PriceEstimate.reckon(request, model: model, profile: nil).high == nil)
  }

  @Test(
    arguments: [
      ("1.50", 1_500_000, nil), ("1.5 USD", 1_500_000, "USD"), ("CNY 3", 3_000_000, "CNY"), ("0", 0, nil),
    ] as [(String, Int64, String?)])
  func `A maximum cost is an amount with or without a currency`(text: String, micros: Int64, currency: String?) throws {
    #expect(try MaximumCost(text) == MaximumCost(amountMicros: micros, currency: currency))
  }

  @Test(arguments: ["", "free", "-1", "1.5 U$D", "1 2", "1 USD now", "1,50", "USD"])
  func `Anything else is refused`(text: String) {
    let failure = #expect(throws: Failure.self) { try MaximumCost(text) }
    #expect(failure?.field == "max_cost")
  }

  @Test func `The highest price counts, and an unknown one is refused`() throws {
    let usd = { Price(currency: "USD", amountMicros: $0) }
    let range = Quote(low: usd(1_000_000), expected: usd(2_000_000), high: usd(3_000_000), basis: "4 to 12 s")
    try MaximumCost("3").check(range)
    try MaximumCost("3 usd").check(range)
    let tooMuch = #expect(throws: Failure.self) { try MaximumCost("2.99").check(range) }
    #expect(tooMuch?.kind == .balance)
    #expect(
      tooMuch?.message
        == "This can cost up to 3 USD (4 to 12 s), more than the limit of 2.99. Nothing was bought.")
    #expect(throws: Failure.self) { try MaximumCost("9 CNY").check(range) }
    let unknown = #expect(throws: Failure.self) { try MaximumCost("9").check(Quote(basis: "no table")) }
    #expect(unknown?.kind == .balance)
    #expect(unknown?.charged == .no)
  }
}
