// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// Prices of a model: the first row whose condition holds.
///
/// JSON: `{"currency", "unit": "second" | "million_tokens" | "video", "as_of", "rows": [{"when"?, "amount"}], "note"?}`.
public struct PriceTable: JSONDocument {
  public enum Unit: String, Sendable, Hashable, CaseIterable {
    case second
    case millionTokens = "million_tokens"
    case video
  }

  public struct Row: JSONDocument {
    public var condition: Condition?
    public var amountMicros: Int64

    public init(_ json: JSON, at path: String) throws(DocumentFailure) {
      let reader = try DocumentReader(json, at: path)
      condition = try reader.optionalDocument("when")
      let amount = try reader.text("amount")
      guard let micros = Price.micros(decimal: amount) else {
        throw DocumentFailure(path: reader.path(of: "amount"), reason: .wrongType(expected: "a decimal amount"))
      }
      amountMicros = micros
    }

    public var json: JSON {
      var object = JSONObject()
      object.add("when", condition)
      object.add("amount", Price(currency: "", amountMicros: amountMicros).decimal)
      return .object(object)
    }
  }

  public var currency: String
  public var unit: Unit
  public var asOf: String?
  public var rows: [Row]
  public var note: String?

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    currency = try reader.text("currency")
    unit = try reader.word("unit")
    asOf = try reader.optionalText("as_of")
    rows = try reader.documents("rows")
    note = try reader.optionalText("note")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("currency", currency)
    object.add("unit", unit.rawValue)
    object.add("as_of", asOf)
    object.add("rows", rows)
    object.add("note", note)
    return .object(object)
  }

  /// The price of one unit for this request, or nil when no row matches.
  public func unitPrice(for request: VideoRequest, profile: String?) -> Price? {
    for row in rows where row.condition?.holds(for: request, profile: profile) ?? true {
      return Price(currency: currency, amountMicros: row.amountMicros)
    }
    return nil
  }
}
