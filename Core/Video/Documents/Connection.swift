// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// The account that a call is for, as far as a plugin may know it: no secret.
///
/// JSON: `{"profile", "base_url", "options"?, "callback_url"?}`.
public struct Connection: JSONDocument {
  /// The id of one of the manifest's profiles.
  public var profile: String
  public var baseURL: String
  /// Whatever the operator configured for the account beyond the base URL, such as model name → endpoint id.
  public var options: JSONObject
  /// Where the vendor may announce news of this very task, if it can; only `create` has a use for it.
  public var callbackURL: String?

  public init(profile: String, baseURL: String, options: JSONObject = JSONObject()) {
    self.profile = profile
    self.baseURL = baseURL
    self.options = options
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    profile = try reader.text("profile")
    baseURL = try reader.optionalText("base_url") ?? ""
    options = try reader.optionalObject("options") ?? JSONObject()
    callbackURL = try reader.optionalText("callback_url")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("profile", profile)
    object.add("base_url", baseURL)
    if !options.isEmpty { object["options"] = .object(options) }
    object.add("callback_url", callbackURL)
    return .object(object)
  }
}
