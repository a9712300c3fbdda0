// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What a request will cost, before it is bought.
///
/// JSON: `{"low"?, "expected"?, "high"?, "basis", "as_of"?}` with prices as decimal texts of one `currency`; without
/// amounts the price is not known and `basis` says why.
public struct Quote: JSONDocument {
  public var low: Price?
  public var expected: Price?
  public var high: Price?
  /// One line: how it was reckoned, such as "5 s at 0.07 USD a second".
  public var basis: String
  /// The date of the price table, `YYYY-MM-DD`.
  public var asOf: String?

  public init(low: Price? = nil, expected: Price? = nil, high: Price? = nil, basis: String, asOf: String? = nil) {
    self.low = low
    self.expected = expected
    self.high = high
    self.basis = basis
    self.asOf = asOf
  }

  /// A price that is certain.
  public init(exactly price: Price, basis: String, asOf: String? = nil) {
    self.init(low: price, expected: price, high: price, basis: basis, asOf: asOf)
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    low = try reader.optionalDocument("low")
    expected = try reader.optionalDocument("expected")
    high = try reader.optionalDocument("high")
    basis = try reader.optionalText("basis") ?? ""
    asOf = try reader.optionalText("as_of")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("low", low)
    object.add("expected", expected)
    object.add("high", high)
    object.add("basis", basis)
    object.add("as_of", asOf)
    return .object(object)
  }
}
