// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// A key to be made, as it is sent to a gateway.
///
/// JSON: `{"name"?, "models"?, "budget"?, "parallel"?, "lifetime_seconds"?}`. A key that may administer is never made so:
/// whoever makes one has to be where the gateway runs.
extension CallerKeyDraft {
  private static let members: Set<String> = ["name", "models", "budget", "parallel", "lifetime_seconds"]

  /// Reads it; a member that is not known is refused, for it may be a limit.
  public init(_ json: JSON) throws(Failure) {
    guard let object = json.object else {
      throw Failure(
        .invalid, "A key is described by a JSON object.", field: "body", advice: "Send {} for one without limits.")
    }
    if let stranger = object.first(where: { !Self.members.contains($0.key) })?.key {
      let isAdministrator = stranger == "admin"
      throw Failure(
        .invalid,
        isAdministrator
          ? "A key that may administer is made where the gateway runs alone."
          : "A key has no member \(stranger.prefix(64)).", field: String(stranger.prefix(64)),
        advice: isAdministrator
          ? "Run `filmgate tokens create NAME --admin` there."
          : "It has \(Self.members.sorted().joined(separator: ", ")).")
    }
    do throws(DocumentFailure) {
      let reader = try DocumentReader(json, at: "")
      self.init(
        name: try reader.optionalText("name"), modelPatterns: try reader.texts("models"),
        budget: try reader.optionalDocument("budget"), parallelLimit: try reader.optionalInteger("parallel"),
        lifetimeSeconds: try reader.optionalInteger64("lifetime_seconds"))
    } catch {
      throw Failure(.invalid, "The key cannot be made: \(error).", field: "body", advice: "Correct it.")
    }
  }

  /// The same, to be sent.
  public var json: JSON {
    var object = JSONObject()
    object.add("name", name)
    object.add("models", modelPatterns)
    object.add("budget", budget)
    object.add("parallel", parallelLimit)
    object.add("lifetime_seconds", lifetimeSeconds)
    return .object(object)
  }
}
