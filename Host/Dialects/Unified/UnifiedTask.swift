// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// One task in the unified format's words, of which there are three vocabularies.
struct UnifiedTask {
  private let task: VideoTask
  private let facts: TaskFacts
  private let reply: UnifiedDialect.Reply

  init(_ task: VideoTask, _ reply: UnifiedDialect.Reply) {
    self.task = task
    self.facts = TaskFacts(task)
    self.reply = reply
  }

  var created: JSON {
    [
      "id": .string(task.id), "task_id": .string(task.id), "object": "video", "model": .string(task.model),
      "status": .string(words.flat), "created_at": seconds(task.createdAtMilliseconds), "warnings": warnings,
    ]
  }

  var status: JSON {
    [
      "code": "success", "message": "", "data": envelope, "task_id": .string(task.id), "status": .string(words.flat),
      "url": contentLink, "format": "mp4",
      "metadata": [
        "duration": duration, "fps": number(request.framesPerSecond),
        "width": number(facts.clip?.widthPixels ?? request.widthPixels),
        "height": number(facts.clip?.heightPixels ?? request.heightPixels),
        "seed": number(facts.seed),
      ], "error": error, "warnings": warnings,
    ]
  }

  private var envelope: JSON {
    [
      "task_id": .string(task.id), "action": .string(action), "status": .string(words.outer),
      "fail_reason": .string(facts.problem?.message ?? ""), "result_url": contentLink,
      "submit_time": seconds(task.createdAtMilliseconds), "start_time": seconds(task.startedAtMilliseconds),
      "finish_time": seconds(task.finishedAtMilliseconds), "progress": .string("\(facts.progressPercent)%"),
      "data": inner,
    ]
  }

  private var inner: JSON {
    [
      "id": .string(task.id), "model": .string(task.model), "ratio": .string(request.aspectRatio ?? ""),
      "resolution": .string(request.resolution ?? ""), "duration": wholeDuration,
      "frames": .number(JSONNumber(request.frames ?? 0)), "draft": .bool(request.options["draft"]?.bool ?? false),
      "status": .string(words.middle), "created_at": .string(Timestamp.text(milliseconds: task.createdAtMilliseconds)),
      "updated_at": .string(Timestamp.text(milliseconds: task.updatedAtMilliseconds)),
      "content": ["video_url": contentLink], "result": reply.vendorTask ?? task.vendorTask ?? substitute,
    ]
  }

  /// The words for one phase: of the envelope, of the middle and of the flat body.
  private var words: (outer: String, middle: String, flat: String) {
    switch task.phase {
    // What may have been bought is being looked into: for the caller it is still on its way.
    case .queued, .unknown: ("QUEUED", "queued", "queued")
    case .running: ("IN_PROGRESS", "processing", "in_progress")
    case .succeeded: ("SUCCESS", "succeed", "completed")
    case .failed, .cancelled, .expired: ("FAILURE", "failed", "failed")
    }
  }

  private var request: VideoRequest { task.request }

  private var action: String {
    switch request.scenario {
    case "text": "textGenerate"
    case "first_last_frame": "firstTailGenerate"
    case "reference": "referenceGenerate"
    default: "generate"
    }
  }

  private var contentLink: JSON { .string(task.phase == .succeeded ? reply.contentURL(task.id) : "") }

  private var duration: JSON {
    guard let seconds = facts.durationSeconds, seconds.magnitude < 1e9 else { return .null }
    if seconds == seconds.rounded() { return .number(JSONNumber(Int(seconds))) }
    return JSONNumber(seconds).map { .number($0) } ?? .null
  }

  /// As asked for, which is a whole number; a clip is often a few frames longer.
  private var wholeDuration: JSON {
    if let asked = request.durationSeconds, asked > 0 { return .number(JSONNumber(asked)) }
    guard let seconds = facts.durationSeconds, seconds.magnitude < 1e9 else { return .null }
    return .number(JSONNumber(Int(seconds.rounded())))
  }

  private var error: JSON {
    guard let problem = facts.problem else { return .null }
    return .object(problem.json)
  }

  private var warnings: JSON {
    var sentences = reply.warnings
    if task.phase == .unknown { sentences.append("It is not known yet whether the provider took the task.") }
    return .array(sentences.map { .string($0) })
  }

  /// What stands where the vendor's own task is shown, as long as there is none.
  private var substitute: JSON {
    var object: JSONObject = ["id": .string(task.id), "model": .string(task.model), "status": .string(words.middle)]
    if task.phase == .succeeded { object["content"] = ["video_url": contentLink] }
    object["duration"] = wholeDuration
    object.add("seed", request.seed)
    if !task.usage.isEmpty { object["usage"] = .object(task.usage) }
    if let problem = facts.problem { object["error"] = .object(problem.json) }
    return .object(object)
  }

  private func number(_ value: Int?) -> JSON { value.map { .number(JSONNumber($0)) } ?? .null }

  /// Unix seconds, 0 for what has not happened.
  private func seconds(_ milliseconds: Int64?) -> JSON { .number(JSONNumber((milliseconds ?? 0) / 1000)) }
}
