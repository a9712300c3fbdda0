// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// Messages as operators read them.
///
/// JSON: `{"id", "state", "event", "job", "key", "url", "host", "created_at_ms", "expires_at_ms",
/// "next_attempt_at_ms"?, "failures", "attempts"}`.
extension WebhookMessage: JSONDocument {
  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    self.init(
      id: try reader.text("id"), jobID: try reader.text("job"), event: try reader.word("event"),
      url: try reader.text("url"),
      lane: WebhookLane(keyID: try reader.text("key"), host: try reader.optionalText("host") ?? ""),
      state: try reader.word("state"), createdAtMilliseconds: try reader.optionalInteger64("created_at_ms") ?? 0,
      expiresAtMilliseconds: try reader.optionalInteger64("expires_at_ms") ?? 0,
      nextAttemptAtMilliseconds: try reader.optionalInteger64("next_attempt_at_ms"),
      failures: try reader.optionalInteger("failures") ?? 0, attempts: try reader.documents("attempts"))
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("id", id)
    object.add("state", state.rawValue)
    object.add("event", event.rawValue)
    object.add("job", jobID)
    object.add("key", keyID)
    object.add("url", url)
    object.add("host", lane.host)
    object.add("created_at_ms", createdAtMilliseconds)
    object.add("expires_at_ms", expiresAtMilliseconds)
    object.add("next_attempt_at_ms", nextAttemptAtMilliseconds)
    object.add("failures", failures)
    object["attempts"] = .array(attempts.map { $0.json })
    return .object(object)
  }
}
