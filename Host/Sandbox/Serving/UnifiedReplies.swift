// SPDX-License-Identifier: Apache-2.0
import Glibc
import OrderedJSON
import VideoDocuments

/// What resellers answer on the routes that they share. There are two families of readers, one of an envelope and one
/// of flat members; the reply serves both.
enum UnifiedReplies {
  /// `vendorTask` is the task in the words of the provider behind the reseller.
  static func make(_ outcome: Outcome, vendorTask: JSON?) -> HTTPReply {
    switch outcome.result {
    case .created(let task): HTTPReply(body: created(task))
    case .task(let task), .cancelled(let task): HTTPReply(body: status(task, vendorTask))
    case .page(let tasks, _): HTTPReply(body: ["object": "list", "data": .array(tasks.map { status($0, nil) })])
    case .removed(let id): HTTPReply(body: ["id": .string(id), "deleted": true])
    case .failure(let failure): refusal(failure)
    }
  }

  private static func created(_ task: VideoTask) -> JSON {
    [
      "id": .string(task.id), "task_id": .string(task.id), "object": "video", "model": .string(task.model),
      "status": "queued", "created_at": .number(JSONNumber(task.createdAtMilliseconds / 1_000)), "warnings": [],
    ]
  }

  // MARK: Status

  private static func status(_ task: VideoTask, _ vendorTask: JSON?) -> JSON {
    let words = words(task.phase)
    let link = task.outputs.first { $0.kind == "video" }?.url ?? ""
    let failure = task.failure
    var flat: JSONObject = [
      "code": "success", "message": "", "data": envelope(task, words, link, vendorTask),
      "task_id": .string(task.id), "status": .string(words.flat), "url": .string(link), "format": "mp4",
    ]
    flat["metadata"] = metadata(task)
    flat["error"] = failure.map { ["code": .string(code($0)), "message": .string($0.message)] } ?? JSON.null
    flat["warnings"] = []
    return .object(flat)
  }

  private static func envelope(_ task: VideoTask, _ words: Words, _ link: String, _ vendorTask: JSON?) -> JSON {
    [
      "task_id": .string(task.id),
      "action": .string(action(task.request)),
      "status": .string(words.envelope),
      "fail_reason": .string(task.failure?.message ?? ""),
      "result_url": .string(link),
      "submit_time": seconds(task.createdAtMilliseconds),
      "start_time": seconds(task.startedAtMilliseconds),
      "finish_time": seconds(task.finishedAtMilliseconds),
      "progress": .string("\(task.phase == .succeeded ? 100 : task.progressPercent ?? 0)%"),
      "data": middle(task, words.inner, link, vendorTask),
    ]
  }

  private static func middle(_ task: VideoTask, _ word: String, _ link: String, _ vendorTask: JSON?) -> JSON {
    let request = task.request
    var object = JSONObject()
    object.add("id", task.id)
    object.add("model", task.model)
    object.add("ratio", request.aspectRatio)
    object.add("resolution", request.resolution)
    object.add("duration", request.durationSeconds)
    object.add("frames", request.frames)
    object.add("draft", request.options["draft"])
    object.add("status", word)
    object.add("created_at", InternetTime.text(milliseconds: task.createdAtMilliseconds))
    object.add("updated_at", InternetTime.text(milliseconds: task.updatedAtMilliseconds))
    if !link.isEmpty { object["content"] = ["video_url": .string(link)] }
    object["result"] = vendorTask ?? innermost(task, link)
    return .object(object)
  }

  /// What stands where a reseller shows the vendor's own task, when nothing better is known.
  private static func innermost(_ task: VideoTask, _ link: String) -> JSON {
    var object = JSONObject()
    object.add("id", task.id)
    object.add("status", task.phase.rawValue)
    if !link.isEmpty { object["content"] = ["video_url": .string(link)] }
    object.add("duration", task.outputs.first?.durationSeconds)
    object.add("seed", task.request.seed)
    if !task.usage.isEmpty { object["usage"] = .object(task.usage) }
    if let failure = task.failure {
      object["error"] = ["code": .string(code(failure)), "message": .string(failure.message)]
    }
    return .object(object)
  }

  private static func metadata(_ task: VideoTask) -> JSON {
    let output = task.outputs.first
    var object = JSONObject()
    object.add("duration", output?.durationSeconds ?? task.request.durationSeconds.map { Double($0) })
    object.add("fps", task.request.framesPerSecond)
    object.add("width", output?.widthPixels)
    object.add("height", output?.heightPixels)
    object.add("seed", task.request.seed)
    return .object(object)
  }

  /// The words for a task's phase, from the outside in.
  private struct Words {
    let envelope: String
    let flat: String
    let inner: String
  }

  private static func words(_ phase: TaskPhase) -> Words {
    switch phase {
    case .queued, .unknown: Words(envelope: "QUEUED", flat: "queued", inner: "queued")
    case .running: Words(envelope: "IN_PROGRESS", flat: "in_progress", inner: "processing")
    case .succeeded: Words(envelope: "SUCCESS", flat: "completed", inner: "succeed")
    case .failed, .cancelled, .expired: Words(envelope: "FAILURE", flat: "failed", inner: "failed")
    }
  }

  private static func action(_ request: VideoRequest) -> String {
    switch request.scenario {
    case "text": "textGenerate"
    case "first_last_frame": "firstTailGenerate"
    case "reference": "referenceGenerate"
    default: "generate"
    }
  }

  private static func seconds(_ milliseconds: Int64?) -> JSON { .number(JSONNumber((milliseconds ?? 0) / 1_000)) }

  // MARK: Failures

  private static func refusal(_ failure: Failure) -> HTTPReply {
    var headers: [NameValuePair] = []
    if let wait = failure.retryAfterMilliseconds {
      headers.append(NameValuePair("Retry-After", String((wait + 999) / 1_000)))
    }
    let code = code(failure)
    return HTTPReply(
      status: status(failure.kind), headers: headers,
      body: [
        "code": .string(code), "message": .string(failure.message), "data": .null,
        "error": [
          "code": .string(code), "message": .string(failure.message), "type": .string(failure.kind.rawValue),
          "param": failure.field.map { .string($0) } ?? .null,
        ],
      ])
  }

  private static func code(_ failure: Failure) -> String { failure.vendorCode ?? failure.kind.rawValue }

  private static func status(_ kind: FailureKind) -> Int {
    switch kind {
    case .invalid, .unsupported, .refusedPrompt, .refusedInput, .refusedOutput: 400
    case .authentication: 401
    case .balance: 402
    case .permission: 403
    case .notFound: 404
    case .cancelled: 409
    case .expired: 410
    case .limit: 413
    case .rateLimited: 429
    case .upstream, .plugin, .internal: 500
    case .unreachable, .drift, .unknownOutcome: 502
    }
  }
}

/// Points in time as RFC 3339 writes them, in UTC.
enum InternetTime {
  static func text(milliseconds: Int64) -> String {
    var seconds = time_t(milliseconds / 1_000)
    var parts = tm()
    guard gmtime_r(&seconds, &parts) != nil else { return "1970-01-01T00:00:00Z" }
    func padded(_ number: Int32, _ width: Int = 2) -> String {
      let digits = String(number)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
    return "\(padded(parts.tm_year + 1_900, 4))-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
      + "T\(padded(parts.tm_hour)):\(padded(parts.tm_min)):\(padded(parts.tm_sec))Z"
  }
}
