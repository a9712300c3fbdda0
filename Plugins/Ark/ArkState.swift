// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// What a task must remember between two calls: over which routes it was bought, and at what price.
///
/// JSON: `{"routes": "ark" | "unified" | "prefixed", "price"?: Price, "deleting"?: true}`.
public struct ArkState: Sendable, Hashable {
  public enum Routes: String, Sendable, Hashable, CaseIterable {
    /// The vendor's own.
    case ark
    /// A reseller's `/v1/video/generations`.
    case unified
    /// A reseller's copy of the vendor's, under a prefix.
    case prefixed
  }

  public var routes: Routes
  /// A million tokens, where the price is known.
  public var tokenPrice: Price?
  /// Whether the last step of a cancellation was the deletion itself, not the look before it.
  public var isDeleting: Bool

  public init(_ routes: Routes, tokenPrice: Price? = nil) {
    self.routes = routes
    self.tokenPrice = tokenPrice
    isDeleting = false
  }

  /// Reads a kept state. Throws `internal` for one that this plugin never wrote.
  public init(_ json: JSON) throws(Failure) {
    guard let routes = json["routes"]?.string.flatMap(Routes.init(rawValue:)) else {
      throw Failure(.internal, "The task's kept state is none of this plugin's.")
    }
    self.init(routes, tokenPrice: json["price"].flatMap { try? Price($0) })
    isDeleting = json["deleting"]?.bool ?? false
  }

  public var json: JSON {
    var object: JSONObject = ["routes": .string(routes.rawValue)]
    object.add("price", tokenPrice)
    if isDeleting { object["deleting"] = true }
    return .object(object)
  }
}
