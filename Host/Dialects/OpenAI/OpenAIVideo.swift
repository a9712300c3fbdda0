// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// One task as OpenAI's clients know it.
struct OpenAIVideo {
  private let task: VideoTask
  private let facts: TaskFacts
  private let reply: OpenAIDialect.Reply

  init(_ task: VideoTask, _ reply: OpenAIDialect.Reply) {
    self.task = task
    self.facts = TaskFacts(task)
    self.reply = reply
  }

  var json: JSON {
    var object: JSONObject = [
      "id": .string(task.id), "object": "video", "model": .string(task.model), "status": .string(word),
      "progress": .number(JSONNumber(facts.progressPercent)), "created_at": seconds(task.createdAtMilliseconds),
      "completed_at": task.phase.isTerminal
        ? seconds(task.finishedAtMilliseconds ?? task.updatedAtMilliseconds) : .null,
      "expires_at": task.phase == .succeeded ? task.expiresAt.map { .number(JSONNumber($0)) } ?? .null : .null,
      "seconds": duration, "size": size, "prompt": task.request.prompt.map { .string($0) } ?? .null, "error": error,
      "remixed_from_video_id": reply.remixedFrom(task.id).map { .string($0) } ?? .null,
      "usage": task.usage.isEmpty ? .null : .object(task.usage), "url": link, "metadata": ["url": link],
    ]
    if !reply.warnings.isEmpty { object["warnings"] = .array(reply.warnings.map { .string($0) }) }
    return .object(object)
  }

  /// Clients go on looking at the first two alone, and take any other word for the end.
  private var word: String {
    switch task.phase {
    case .queued, .unknown: "queued"
    case .running: "in_progress"
    case .succeeded: "completed"
    case .failed, .cancelled, .expired: "failed"
    }
  }

  /// A text, as it is in OpenAI's replies.
  private var duration: JSON {
    if let asked = task.request.durationSeconds, asked > 0 { return .string(String(asked)) }
    guard let seconds = facts.durationSeconds, seconds.magnitude < 1e9 else { return .null }
    return .string(seconds == seconds.rounded() ? String(Int(seconds)) : seconds.description)
  }

  private var size: JSON {
    if let width = facts.clip?.widthPixels, let height = facts.clip?.heightPixels {
      return .string("\(width)x\(height)")
    }
    if let width = task.request.widthPixels, let height = task.request.heightPixels {
      return .string("\(width)x\(height)")
    }
    return (reply.size(task.request) ?? nominalSize).map { .string($0) } ?? .null
  }

  /// What people call 16:9 at 720p.
  private var nominalSize: String? {
    guard let resolution = task.request.resolution?.lowercased(), let ratio = task.request.aspectRatio else {
      return nil
    }
    let short = resolution == "4k" ? 2160 : resolution.hasSuffix("p") ? Int(resolution.dropLast()) ?? 0 : 0
    let sides = ratio.split(separator: ":").compactMap { Int($0) }
    guard (1...8192).contains(short), sides.count == 2, let across = sides.first, let down = sides.last,
      (1...64).contains(across), (1...64).contains(down)
    else { return nil }
    // Codecs want even numbers.
    let long = (short * max(across, down) / min(across, down) + 1) / 2 * 2
    return across >= down ? "\(long)x\(short)" : "\(short)x\(long)"
  }

  private var error: JSON {
    guard let problem = facts.problem else { return .null }
    var object = problem.json
    let told = problem.failure.map { CallerFailure($0, side: .provider, names: OpenAIDialect.names).json }
    for name in ["type", "param"] { object[name] = told?[name] ?? .null }
    return .object(object)
  }

  private var link: JSON { task.phase == .succeeded ? .string(reply.contentURL(task.id)) : .null }

  private func seconds(_ milliseconds: Int64) -> JSON { .number(JSONNumber(milliseconds / 1000)) }
}
