// SPDX-License-Identifier: Apache-2.0

import Dialects
import Jobs
import OrderedJSON
import Testing
import VideoDocuments

/// Every body that providers and resellers publish, field by field: what becomes of what is asked, and that nothing is
/// missing from what is answered.
@Suite("Published bodies")
struct PublishedBodiesTests {
  /// File, format, path; and for each field of the ledger what becomes of it, in the request's order.
  static let requests: [(file: String, format: String, path: String, outcomes: [(String, LedgerEntry.Outcome)])] = [
    (
      "seedance-reference", "unified", "",
      [
        ("prompt", .sent), ("inputs[0]", .sent), ("inputs[1]", .sent), ("inputs[2]", .sent), ("inputs[3]", .sent),
        ("duration_seconds", .sent), ("aspect_ratio", .sent), ("resolution", .sent), ("audio", .sent),
        ("watermark", .sent),
      ]
    ),
    (
      "video-request", "unified", "",
      [
        ("prompt", .sent), ("inputs[0]", .sent), ("duration_seconds", .sent), ("seed", .sent), ("user", .sent),
        ("width", .translated), ("height", .translated), ("resolution", .defaulted), ("aspect_ratio", .defaulted),
        ("fps", .translated), ("count", .translated), ("response_format", .translated),
        ("negative_prompt", .unsupported), ("options.style", .unsupported), ("options.quality_level", .unsupported),
      ]
    ),
    (
      "relay-text", "unified", "",
      [
        ("prompt", .sent), ("negative_prompt", .sent), ("duration_seconds", .translated), ("aspect_ratio", .sent),
        ("options.cfg_scale", .sent), ("options.shot_type", .sent), ("options.mode", .defaulted), ("audio", .defaulted),
      ]
    ),
    (
      "relay-image", "unified", "",
      [
        ("prompt", .sent), ("negative_prompt", .sent), ("inputs[0]", .sent), ("duration_seconds", .translated),
        ("aspect_ratio", .sent), ("options.cfg_scale", .sent), ("options.shot_type", .translated),
        ("options.mode", .defaulted), ("audio", .defaulted),
      ]
    ),
    (
      "relay-first-last", "unified", "",
      [
        ("prompt", .sent), ("inputs[0]", .sent), ("inputs[1]", .sent), ("duration_seconds", .translated),
        ("options.cfg_scale", .sent), ("options.shot_type", .sent), ("options.mode", .defaulted), ("audio", .defaulted),
      ]
    ),
    (
      "relay-shots", "unified", "",
      [
        ("inputs[0]", .sent), ("duration_seconds", .translated), ("shots", .translated), ("options.shot_type", .sent),
        ("options.mode", .defaulted), ("audio", .defaulted),
      ]
    ),
    (
      "openai-create", "openai", "",
      [("prompt", .sent), ("inputs[0]", .sent), ("duration_seconds", .translated)]
    ),
    (
      "kling-text2video", "kling", "/v1/videos/text2video",
      [
        ("prompt", .sent), ("negative_prompt", .sent), ("duration_seconds", .translated), ("aspect_ratio", .sent),
        ("audio", .translated), ("options.cfg_scale", .sent), ("options.mode", .sent),
      ]
    ),
    (
      "kling-image2video", "kling", "/v1/videos/image2video",
      [
        ("prompt", .sent), ("negative_prompt", .sent), ("inputs[0]", .sent), ("inputs[1]", .sent),
        ("duration_seconds", .translated), ("audio", .translated), ("options.cfg_scale", .sent),
        ("options.mode", .sent),
      ]
    ),
    (
      "video-request", "kling", "/v1/videos/image2video",
      [
        ("prompt", .sent), ("inputs[0]", .sent), ("duration_seconds", .sent), ("seed", .sent), ("user", .sent),
        ("width", .translated), ("height", .translated), ("resolution", .defaulted), ("aspect_ratio", .defaulted),
        ("fps", .translated), ("count", .translated), ("options.response_format", .translated),
        ("negative_prompt", .unsupported), ("options.style", .unsupported), ("options.quality_level", .unsupported),
      ]
    ),
    (
      "jimeng-submit", "jimeng", "/",
      [("prompt", .sent), ("inputs[0]", .sent), ("resolution", .defaulted), ("options.form", .defaulted)]
    ),
    (
      "ark-first-frame", "volc", "",
      [
        ("prompt", .sent), ("inputs[0]", .sent), ("duration_seconds", .sent), ("aspect_ratio", .sent),
        ("watermark", .sent),
      ]
    ),
  ]

  @Test("Every field of a published request ends somewhere", arguments: requests.indices)
  func fields(index: Int) throws {
    let (file, format, path, outcomes) = Self.requests[index]
    let body = try JSON(parsing: ArkTests.file("Tests/Requests/\(file).json"))
    let route = format == "jimeng" ? "submit" : "create"
    let decoded = try Formats.decode(format, body, route: route, path: path)
    let hasLoss = outcomes.contains { $0.1 == .unsupported }
    let plan = try Formats.plan(decoded, hasLoss ? .lenient : .strict)
    let settled = try Formats.settle(plan)
    for (field, outcome) in outcomes {
      let entry = settled.ledger.first { $0.field == field }
      #expect(entry?.outcome == outcome, "\(format) \(file): \(field) \(entry?.json.text ?? "")")
      guard outcome == .unsupported else { continue }
      #expect(
        settled.warnings.contains { $0.hasPrefix("\(field) ") }, "\(format) \(file): \(field) \(settled.warnings)")
    }
    // What else stands in the ledger nobody asked for.
    let named = Set(outcomes.map { $0.0 })
    for entry in settled.ledger where !named.contains(entry.field) && !entry.field.hasSuffix(".role") {
      #expect(entry.outcome == .defaulted, "\(format) \(file): \(entry.json)")
    }
    #expect(hasLoss || settled.warnings.isEmpty, "\(format) \(file): \(settled.warnings)")
  }

  /// The task of a published reply.
  static func task(_ reply: JSON, _ request: VideoRequest, _ phase: TaskPhase) -> VideoTask {
    var task = VideoTask(id: "task_id", request: request, phase: phase, createdAtMilliseconds: 1_775_188_030_000)
    task.upstreamID = "cgt-20260403114650-qgcb2"
    guard phase == .succeeded else { return task }
    task.startedAtMilliseconds = 1_775_188_043_000
    task.finishedAtMilliseconds = 1_775_188_329_000
    task.updatedAtMilliseconds = 1_775_188_329_000
    task.outputs = [VideoOutput(url: "video download URL", id: "video_id")]
    task.vendorTask = reply.value(at: "data.data.result")
    return TaskMasking { _ in "video download URL" }.masked(task, id: "task_id")
  }

  /// File, format; the request; the phase; what is ours to say otherwise.
  static let replies: [(file: String, format: String, request: String, phase: TaskPhase, own: Set<String>)] = [
    ("unified-created", "unified", "seedance-reference", .queued, []),
    (
      "unified-status", "unified", "seedance-reference", .succeeded,
      ["data.action", "data.data.model", "data.data.updated_at", "data.data.result.id"]
    ),
    ("kling-created", "kling", "kling-text2video", .queued, ["request_id"]),
    ("kling-status", "kling", "kling-text2video", .succeeded, ["request_id"]),
    ("ark-created", "volc", "ark-first-frame", .queued, ["id"]),
  ]

  @Test("Every field of a published reply is there, with its value", arguments: replies.indices)
  func members(index: Int) throws {
    let (file, format, request, phase, own) = Self.replies[index]
    let published = try JSON(parsing: ArkTests.file("Tests/Replies/\(file).json"))
    let body = try JSON(parsing: ArkTests.file("Tests/Requests/\(request).json"))
    let decoded = try Formats.decode(format, body, route: "create", path: "/v1/videos/text2video")
    let task = Self.task(published, decoded.request, phase)
    let reply = try Formats.encode(
      format, phase == .queued ? .created(task) : .task(task), route: phase == .queued ? "create" : "get")
    #expect(reply.status == 200)
    let given = try #require(reply.body)
    Self.compare(published, given, at: "", own)
    #expect(!given.text.contains("cgt-"))
  }

  private static func compare(_ published: JSON, _ given: JSON?, at path: String, _ own: Set<String>) {
    switch published {
    case .object(let members):
      for (name, value) in members { compare(value, given?[name], at: path.isEmpty ? name : "\(path).\(name)", own) }
    case .array(let elements):
      #expect(given?.array?.count == elements.count, "\(path)")
      for (index, element) in elements.enumerated() { compare(element, given?[index], at: "\(path)[\(index)]", own) }
    case .string(let text):
      if own.contains(path) {
        #expect(given?.string?.isEmpty == false, "\(path)")
      } else if text == "video download URL" {
        #expect(given?.string?.isEmpty == false, "\(path)")
      } else {
        #expect(given?.string == text, "\(path)")
      }
    default: #expect(given?.isIdentical(to: published) == true, "\(path): \(given?.text ?? "missing")")
    }
  }
}
