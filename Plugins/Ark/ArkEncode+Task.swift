// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension ArkEncode {
  /// The task object. What the vendor's own task says stands as it is; ids, links and times are ours.
  func object(_ task: VideoTask, _ outcome: Outcome) -> JSON {
    let vendor = Self.vendorTask(of: task)
    let request = task.request
    var object = JSONObject()
    object.add("id", task.id)
    object.add("model", modelName(task.model))
    object.add("status", Self.status(of: task.phase))
    if task.phase == .failed { object["error"] = Self.error(task.failure, requestID: outcome.requestID) }
    object.add("created_at", task.createdAtMilliseconds / 1_000)
    object.add("updated_at", task.updatedAtMilliseconds / 1_000)
    if task.phase == .succeeded { addResult(to: &object, task, vendor) }
    if task.phase == .succeeded {
      object.add("tools", vendor["tools"]?.nonNull ?? request.options["tools"])
      object.add("safety_identifier", request.user ?? request.options["safety_identifier"]?.string)
      object.add("priority", vendor["priority"]?.nonNull ?? request.options["priority"])
      object.add("output_format", vendor["output_format"]?.nonNull ?? request.options["output_format"])
    }
    object.add("service_tier", request.options["service_tier"]?.string ?? vendor["service_tier"]?.string ?? "default")
    object.add(
      "execution_expires_after",
      request.options["execution_expires_after"]?.lenientInt ?? Ark.executionExpiresAfterSeconds)
    if task.phase == .succeeded { object.add("usage", usage(task)) }
    return .object(object)
  }

  private func modelName(_ model: String) -> String {
    guard !modelPrefix.isEmpty, model.hasPrefix(modelPrefix) else { return model }
    return String(model.dropFirst(modelPrefix.count))
  }

  /// The vendor's task object, also where a reseller wrapped it; empty when another vendor made the clip.
  private static func vendorTask(of task: VideoTask) -> JSON {
    guard let json = task.vendorTask else { return [:] }
    for path in ["data.data.result", "data", ""] {
      guard let found = json.value(at: path), found["content"]?.object != nil else { continue }
      return found
    }
    return [:]
  }

  private static func status(of phase: TaskPhase) -> String { phase == .unknown ? "queued" : phase.rawValue }

  private static func error(_ failure: Failure?, requestID: String) -> JSON {
    let failure = failure ?? Failure(.upstream, "The task failed for an unknown reason.")
    return [
      "code": .string(code(failure, route: "get").code), "message": .string(message(failure, requestID: requestID)),
    ]
  }

  private func addResult(to object: inout JSONObject, _ task: VideoTask, _ vendor: JSON) {
    let request = task.request
    var content = JSONObject()
    content.add("video_url", task.outputs.first { $0.kind == "video" }?.url)
    content.add("last_frame_url", task.outputs.first { $0.kind == "last_frame" }?.url)
    object["content"] = .object(content)
    let seed = request.seed.flatMap { $0 >= 0 ? $0 : nil }
    object.add("seed", vendor["seed"]?.nonNull ?? seed.map { .number(JSONNumber($0)) })
    object.add("resolution", vendor["resolution"]?.string ?? request.resolution)
    object.add("ratio", vendor["ratio"]?.string ?? Self.ratio(task))
    if let frames = vendor["frames"]?.lenientInt ?? request.frames, frames > 0 {
      object.add("frames", frames)
    } else {
      object.add("duration", vendor["duration"]?.nonNull ?? Self.seconds(task).map { .number(JSONNumber($0)) })
    }
    // What other vendors' models make is theirs to say.
    let usual = Ark.isOwn(task.request.model) ? Ark.framesPerSecond : request.framesPerSecond
    object.add("framespersecond", vendor["framespersecond"]?.nonNull ?? usual.map { .number(JSONNumber($0)) })
    if Ark.hasSound(task.request.model) {
      object.add("generate_audio", vendor["generate_audio"]?.bool ?? request.audio)
      object.add("draft", vendor["draft"]?.bool ?? request.options["draft"]?.bool ?? false)
      object.add("draft_task_id", request.options["draft_task"]?.string)
    }
  }

  /// The ratio that came out: that of the clip where the model chose it.
  private static func ratio(_ task: VideoTask) -> String? {
    let asked = task.request.aspectRatio
    guard asked == nil || asked == Ark.adaptiveRatio else { return asked }
    guard let clip = task.outputs.first, let width = clip.widthPixels, let height = clip.heightPixels, height > 0 else {
      return asked
    }
    return ArkTokens.nearestRatio(width: width, height: height)
  }

  private static func seconds(_ task: VideoTask) -> Int? {
    if let seconds = task.request.durationSeconds, seconds > 0 { return seconds }
    guard let seconds = task.outputs.first?.durationSeconds, (0...3_600).contains(seconds) else { return nil }
    return Int(seconds.rounded())
  }

  private func usage(_ task: VideoTask) -> JSON? {
    if !task.usage.isEmpty { return .object(task.usage) }
    // A task that a vendor made is not reckoned after the fact.
    guard task.vendorTask == nil, let tokens = tokens(task.request) else { return Optional.none }
    return ["completion_tokens": .number(JSONNumber(tokens)), "total_tokens": .number(JSONNumber(tokens))]
  }
}
