// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import Store
import VideoDocuments

/// What a message says: an event in OpenAI's shape, with more about the video than its id.
public enum WebhookPayload {
  /// `link` is where the clip can be fetched.
  public static func json(_ message: WebhookMessage, job: JobRecord, link: String?) -> JSON {
    var data = JSONObject()
    data.add("id", job.id)
    data.add("object", "video")
    data.add("status", message.event == .completed ? "completed" : "failed")
    data.add("model", job.caller?.model ?? job.task.model)
    data.add("created_at", job.task.createdAtMilliseconds / 1_000)
    data.add("completed_at", job.task.finishedAtMilliseconds.map { $0 / 1_000 })
    data.add("external_id", job.caller?.externalID)
    if message.event == .completed { data.add("url", link) }
    if message.event == .failed, let failure = job.task.failure { data["error"] = error(failure) }
    var event = JSONObject()
    event.add("id", message.id)
    event.add("object", "event")
    event.add("type", message.event.rawValue)
    event.add("created_at", message.createdAtMilliseconds / 1_000)
    event["data"] = .object(data)
    return .object(event)
  }

  private static func error(_ failure: Failure) -> JSON {
    switch failure.kind {
    case .authentication, .permission:
      // The gateway's own account is nothing that a caller could put right.
      return ["code": "upstream", "message": "The gateway's own account cannot be used for this."]
    case .internal:
      return [
        "code": .string(failure.kind.rawValue), "message": .string(ProviderSide.hidingInternal(failure).message),
      ]
    default: return ["code": .string(failure.kind.rawValue), "message": .string(failure.message)]
    }
  }
}
