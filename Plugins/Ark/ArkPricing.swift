// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
public import VideoDocuments

/// Prices of a manifest's models by the vendor's tokens.
public struct ArkPricing: Sendable {
  private let models: [ModelFacts]

  /// Reads the sizes and limits out of the plugin's own manifest, so that they stand in one place.
  public init(manifest bytes: [UInt8]) {
    let manifest = (try? JSON(parsing: bytes)).flatMap { try? Manifest($0) }
    models = manifest?.models ?? []
  }

  /// What a million tokens of a request cost at the vendor's list price, which holds for the mainland service alone.
  public func listPrice(_ request: VideoRequest) -> Price? {
    guard let table = facts(request.model)?.price, table.unit == .millionTokens else { return nil }
    return table.unitPrice(for: request, profile: nil)
  }

  public func tokens(_ request: VideoRequest) -> ArkTokens? {
    guard let facts = facts(request.model) else { return nil }
    return ArkTokens(request, facts: facts)
  }

  private func facts(_ name: String) -> ModelFacts? {
    models.first { model in model.id == name || model.aliases.contains { $0.name == name } }
  }

  public func quote(_ request: VideoRequest, prices: PriceTable?) -> Quote {
    guard let prices, prices.unit == .millionTokens, let unit = prices.unitPrice(for: request, profile: nil) else {
      return PriceList.quote(request, prices: prices)
    }
    guard let tokens = tokens(request) else {
      return Quote(
        basis: "\(unit.decimal) \(unit.currency) a million tokens; the size of the result is not known",
        asOf: prices.asOf)
    }
    return PriceList.quote(tokens: tokens.low, tokens.expected, tokens.high, at: unit, asOf: prices.asOf)
  }
}
