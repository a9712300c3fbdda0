// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// One task in the unified format's words, of which there are three vocabularies.
struct UnifiedTask {
  let task: VideoTask
  let reply: UnifiedDialect.Reply

  init(_ task: VideoTask, _ reply: UnifiedDialect.Reply) {
    self.task = task
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
        "duration": duration, "fps": number(request.framesPerSecond), "width": number(clip?.widthPixels),
        "height": number(clip?.heightPixels), "seed": request.seed.map { .number(JSONNumber($0)) } ?? .null,
      ], "error": error, "warnings": warnings,
    ]
  }

  private var envelope: JSON {
    [
      "task_id": .string(task.id), "action": .string(action), "status": .string(words.outer),
      "fail_reason": .string(failureMessage ?? ""), "result_url": contentLink,
      "submit_time": seconds(task.createdAtMilliseconds), "start_time": seconds(task.startedAtMilliseconds),
      "finish_time": seconds(task.finishedAtMilliseconds), "progress": .string("\(progress)%"), "data": inner,
    ]
  }

  private var inner: JSON {
    [
      "id": .string(task.id), "model": .string(task.model), "ratio": .string(request.aspectRatio ?? ""),
      "resolution": .string(request.resolution ?? ""), "duration": duration,
      "frames": .number(JSONNumber(request.frames ?? 0)), "draft": .bool(request.options["draft"]?.bool ?? false),
      "status": .string(words.middle), "created_at": .string(Timestamp.text(milliseconds: task.createdAtMilliseconds)),
      "updated_at": .string(Timestamp.text(milliseconds: task.updatedAtMilliseconds)),
      "content": ["video_url": contentLink], "result": task.vendorTask.map(cleaned) ?? .null,
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

  private var clip: VideoOutput? { task.outputs.first { $0.kind == "video" } }

  private var action: String {
    switch request.scenario {
    case "text": "textGenerate"
    case "first_last_frame": "firstTailGenerate"
    case "reference": "referenceGenerate"
    default: "generate"
    }
  }

  private var progress: Int {
    switch task.phase {
    case .succeeded: 100
    case .queued, .unknown: 0
    default: min(max(task.progressPercent ?? 0, 0), 99)
    }
  }

  private var contentLink: JSON { .string(task.phase == .succeeded ? reply.contentURL(task.id) : "") }

  private var duration: JSON {
    if let seconds = clip?.durationSeconds {
      let rounded = seconds.rounded()
      if rounded == seconds, rounded.magnitude < 1e9 { return .number(JSONNumber(Int(rounded))) }
      if let number = JSONNumber(seconds) { return .number(number) }
    }
    return number(request.durationSeconds)
  }

  private var failureMessage: String? {
    switch task.phase {
    case .failed, .cancelled, .expired:
      task.failure.map { $0.vendorMessage ?? $0.message } ?? "The task ended as \(task.phase.rawValue)."
    default: nil
    }
  }

  private var error: JSON {
    guard let message = failureMessage else { return .null }
    let code: String
    switch task.phase {
    case .cancelled: code = "cancelled"
    case .expired: code = "expired"
    default: code = task.failure?.vendorCode ?? task.failure?.kind.rawValue ?? "failed"
    }
    return ["code": .string(code), "message": .string(message)]
  }

  private var warnings: JSON {
    var sentences = reply.warnings
    if task.phase == .unknown { sentences.append("It is not known yet whether the provider took the task.") }
    return .array(sentences.map { .string($0) })
  }

  /// The vendor's task with our id for its id and our link for its links, which carry credentials.
  private func cleaned(_ json: JSON) -> JSON {
    switch json {
    case .string(let text):
      if let upstreamID = task.upstreamID, text == upstreamID { return .string(task.id) }
      if task.outputs.contains(where: { $0.url == text }) { return contentLink }
      return json
    case .array(let elements): return .array(elements.map(cleaned))
    case .object(let object): return .object(JSONObject(object.map { ($0.key, cleaned($0.value)) }))
    default: return json
    }
  }

  private func number(_ value: Int?) -> JSON { value.map { .number(JSONNumber($0)) } ?? .null }

  /// Unix seconds, 0 for what has not happened.
  private func seconds(_ milliseconds: Int64?) -> JSON { .number(JSONNumber((milliseconds ?? 0) / 1000)) }
}
