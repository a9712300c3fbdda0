// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// That a vendor announces news of a task at an address, and how it proves to be the one who does.
///
/// JSON: `{"profiles"?: [ids], "signature"?: AuthenticationFacts}`. The plugin's `create` finds the address in its
/// connection and hands it to the vendor. `signature.scheme` is one of the host's: `standard-webhooks`, `hmac-sha256`.
/// Its one secret is optional: announcements are checked where the account has it.
public struct CallbackFacts: JSONDocument {
  /// Of the profiles that it holds for; empty: all.
  public var profiles: [String]
  /// Nil when the vendor signs nothing.
  public var signature: AuthenticationFacts?

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    profiles = try reader.texts("profiles")
    signature = try reader.optionalDocument("signature")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("profiles", profiles)
    object.add("signature", signature)
    return .object(object)
  }

  public func holds(for profile: String) -> Bool { profiles.isEmpty || profiles.contains(profile) }
}
