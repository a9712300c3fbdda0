// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// That a task can be found when the answer to its purchase was lost: `poll` of a task without `upstream_id` asks by what
/// `create` sent along, such as `request.external_id`, and the update that follows names the vendor's id.
///
/// JSON: `{"profiles"?: [ids]}`. A host that does not know it leaves such tasks to a person.
public struct LookupFacts: JSONDocument {
  /// Of the profiles that it holds for; empty: all.
  public var profiles: [String]

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    profiles = try reader.texts("profiles")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("profiles", profiles)
    return .object(object)
  }

  public func holds(for profile: String) -> Bool { profiles.isEmpty || profiles.contains(profile) }
}
