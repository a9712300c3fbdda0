// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import ProviderKit
public import VideoDocuments

/// Reads what the Ark API answers.
public enum ArkAnswers {
  /// The answer to a create call: the task's id.
  ///
  /// Throws the vendor's refusal, or `drift` for a success that names no task: something may have been bought then.
  public static func created(_ answer: Answer) throws(Failure) -> TaskUpdate {
    let json = try success(answer)
    guard let id = AnswerReader(json).taskID else {
      // Some resellers say no with status 200.
      if json["error"]?.nonNull != nil { throw ArkErrors.failure(answer) }
      throw Failure(.drift, "The vendor accepted the task without naming it.", charged: .unknown)
    }
    // Whatever word stands beside the id, the task has just begun.
    var update = TaskUpdate(.queued, upstreamID: id, rawStatus: json["status"]?.string)
    update.vendorTask = json
    return update
  }

  /// The answer to a look at a task.
  public static func task(_ answer: Answer) throws(Failure) -> TaskUpdate {
    let json = try success(answer)
    guard json["status"]?.string != nil || json["id"] != nil || json["data"] != nil else {
      if json["error"]?.nonNull != nil { throw ArkErrors.failure(answer) }
      throw Failure(.drift, "The vendor's answer shows no task.", charged: .unknown)
    }
    var update = read(json, nowMilliseconds: answer.nowMilliseconds)
    update.pollAfterMilliseconds = answer.retryAfterMilliseconds
    return update
  }

  /// What a task object says.
  public static func read(_ json: JSON, nowMilliseconds: Int64) -> TaskUpdate {
    let reader = AnswerReader(json)
    let found = reader.phase
    var update = TaskUpdate(found?.phase ?? .running, rawStatus: found?.word ?? reader.statusWords.first)
    update.progressPercent = reader.progressPercent
    update.usage = json["usage"]?.object ?? JSONObject()
    update.vendorTask = json
    switch update.phase {
    case .succeeded: addOutputs(to: &update, json, reader, nowMilliseconds: nowMilliseconds)
    case .failed, .cancelled, .expired: update.failure = failure(of: json, update.phase)
    default: break
    }
    return update
  }

  private static func addOutputs(
    to update: inout TaskUpdate, _ json: JSON, _ reader: AnswerReader, nowMilliseconds: Int64
  ) {
    guard let url = reader.videoURL else {
      // Paid for, but not to be had yet: look again rather than lose it.
      update.phase = .running
      update.rawStatus = "\(update.rawStatus ?? "") without a link"
      return
    }
    update.outputs = [VideoOutput(url: url, durationSeconds: json["duration"]?.lenientDouble)]
    if let frame = reader.text("content.last_frame_url") {
      update.outputs.append(VideoOutput(kind: "last_frame", url: frame))
    }
    update.expiresAt = linksEnd(json, nowMilliseconds: nowMilliseconds)
  }

  /// Links work for a day from the moment at which the task ended, which is the last change of its record.
  static func linksEnd(_ json: JSON, nowMilliseconds: Int64) -> Int64 {
    let now = nowMilliseconds / 1_000
    guard let ended = json["updated_at"]?.lenientInt.map(Int64.init), ended > 0, ended <= now else {
      return now + Ark.linkLifetimeSeconds
    }
    return ended + Ark.linkLifetimeSeconds
  }

  /// Why a task ended without a result.
  public static func failure(of json: JSON, _ phase: TaskPhase) -> Failure {
    switch phase {
    case .cancelled: return Failure(.cancelled, "The task was cancelled.")
    case .expired:
      return Failure(.expired, "The task did not run within its time.", advice: "Submit it again, or allow more time.")
    default:
      let error = json["error"]
      var failure = ArkErrors.failure(
        code: error?["code"]?.lenientString, message: error?["message"]?.string ?? error?.string, status: 200)
      // The request was taken; whatever the vendor calls the reason, asking for the same task again helps nobody.
      if failure.kind == .rateLimited { failure.kind = .upstream }
      return failure
    }
  }

  /// The answer's body when it is a JSON object that came with success.
  private static func success(_ answer: Answer) throws(Failure) -> JSON {
    guard (200..<300).contains(answer.head.status) else { throw ArkErrors.failure(answer) }
    guard let json = answer.json, json.object != nil else {
      throw Failure(.drift, "The vendor answered with something that is not a JSON object.", charged: .unknown)
    }
    return json
  }
}
