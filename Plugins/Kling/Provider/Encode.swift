// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

extension KlingProvider {
  /// What the host did, in Kling's envelope.
  static func reply(_ outcome: Outcome) -> HTTPReply {
    let data: JSON
    switch outcome.result {
    case .created(let task), .task(let task), .cancelled(let task): data = taskObject(task)
    case .page(let tasks, _): data = .array(tasks.map { taskObject($0) })
    case .removed(let id): data = ["task_id": .string(id)]
    case .failure(let failure): return refusal(failure, requestID: outcome.requestID)
    }
    return HTTPReply(body: envelope(data, requestID: outcome.requestID))
  }

  static func envelope(_ data: JSON, requestID: String) -> JSON {
    ["code": 0, "message": "SUCCEED", "request_id": .string(requestID), "data": data]
  }

  static func word(_ phase: TaskPhase) -> String {
    switch phase {
    case .queued, .unknown: return "submitted"
    case .running: return "processing"
    case .succeeded: return "succeed"
    case .failed, .cancelled, .expired: return "failed"
    }
  }

  /// A failed task is an answer with code 0 too.
  static func taskObject(_ task: VideoTask) -> JSON {
    var information = JSONObject()
    let externalID = task.request.options["external_task_id"]?.string ?? task.request.externalID
    if externalID != task.id { information.add("external_task_id", externalID) }
    var object: JSONObject = [
      "task_id": .string(task.id), "task_status": .string(word(task.phase)), "task_status_msg": "",
      "task_info": .object(information),
    ]
    if word(task.phase) == "failed" {
      let reason = task.failure.map { $0.vendorMessage ?? $0.message } ?? "the task was \(task.phase.rawValue)"
      object["task_status_msg"] = .string(reason)
    }
    object.add("created_at", task.createdAtMilliseconds)
    object.add("updated_at", task.updatedAtMilliseconds)
    guard task.phase == .succeeded else { return .object(object) }
    let videos = task.outputs.filter { $0.kind == "video" }.map { output -> JSON in
      let seconds = output.durationSeconds ?? Double(max(task.request.durationSeconds ?? 0, 0))
      return [
        "id": .string(output.id ?? task.id), "url": .string(output.url), "duration": .string(decimals(seconds)),
      ]
    }
    object["task_result"] = ["videos": .array(videos)]
    if let mark = task.request.watermark { object["watermark_info"] = ["enabled": .bool(mark)] }
    object["final_unit_deduction"] = task.usage["final_unit_deduction"] ?? .string(units(task))
    object.add("final_balance_deduction", task.usage["final_balance_deduction"])
    return .object(object)
  }

  private static func units(_ task: VideoTask) -> String {
    guard let cost = task.cost, cost.currency == "units" else { return "0" }
    return cost.decimal
  }

  /// As Kling writes durations: "5", or three decimals, cut and not rounded.
  static func decimals(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1_000_000 else { return "0" }
    let thousandths = Int((seconds * 1_000).rounded(.down))
    guard thousandths % 1_000 != 0 else { return String(thousandths / 1_000) }
    let fraction = String(thousandths % 1_000)
    return "\(thousandths / 1_000).\(String(repeating: "0", count: 3 - fraction.count))\(fraction)"
  }

  /// A failure with the vendor's own code where it came with one, else with the code for its kind.
  static func refusal(_ failure: Failure, requestID: String) -> HTTPReply {
    let own = failure.vendorCode.flatMap { Int($0) }.flatMap { Errors.row($0) }
    let row = own?.kind == failure.kind ? own : nil
    let code = row?.code ?? authenticationCode(failure) ?? missingCode(failure) ?? code(for: failure.kind)
    let status = Errors.row(code)?.status ?? 500
    var headers: [NameValuePair] = []
    if let milliseconds = failure.retryAfterMilliseconds {
      headers.append(NameValuePair("Retry-After", String(milliseconds / 1_000 + (milliseconds % 1_000 > 0 ? 1 : 0))))
    }
    return HTTPReply(
      status: status, headers: headers,
      body: [
        "code": .number(JSONNumber(code)), "message": .string(CallerWords.sentence(failure, names: names)),
        "request_id": .string(requestID),
      ])
  }

  /// Kling has a code for each way in which a caller's proof can be wrong; the field says which one it is.
  private static func authenticationCode(_ failure: Failure) -> Int? {
    guard failure.kind == .authentication else { return nil }
    switch failure.field {
    case "Authorization": return 1001
    case "nbf": return 1003
    case "exp": return 1004
    default: return nil
    }
  }

  /// Kling tells a call that is not there from a model or a task that is not.
  private static func missingCode(_ failure: Failure) -> Int? {
    failure.kind == .notFound && failure.field == "path" ? 1202 : nil
  }

  /// What callers call the canonical fields.
  private static let names = [
    "duration_seconds": "duration", "audio": "sound", "shots": "multi_prompt", "count": "n",
    "watermark": "watermark_info",
  ]

  static func code(for kind: FailureKind) -> Int {
    switch kind {
    case .invalid, .unsupported, .limit, .cancelled: return 1201
    case .refusedPrompt, .refusedInput, .refusedOutput: return 1301
    case .authentication: return 1002
    case .permission: return 1103
    case .balance: return 1102
    case .rateLimited: return 1302
    case .notFound, .expired: return 1203
    case .unreachable, .plugin: return 5001
    case .unknownOutcome: return 5002
    case .upstream, .drift, .internal: return 5000
    }
  }
}
