// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

extension JimengProvider {
  /// What the host did, in the service's envelope.
  static func reply(_ outcome: Outcome, _ route: String) -> HTTPReply {
    let isResult = Action(route: route) == .result || Action(route: route) == .resultHuman
    switch outcome.result {
    case .created(let task), .cancelled(let task): return success(["task_id": .string(task.id)], outcome)
    case .task(let task): return reply(task, outcome)
    case .page(let tasks, _): return success(.array(tasks.map { ["task_id": .string($0.id)] }), outcome)
    case .removed(let id): return success(["task_id": .string(id)], outcome)
    case .failure(let failure) where isResult && failure.kind == .notFound:
      return success(["status": "not_found"], outcome)
    case .failure(let failure): return refusal(failure, outcome, route)
    }
  }

  private static func success(_ data: JSON, _ outcome: Outcome) -> HTTPReply {
    HTTPReply(body: envelope(Errors.success, data, "Success", outcome))
  }

  private static func envelope(_ code: Int, _ data: JSON, _ message: String, _ outcome: Outcome) -> JSON {
    [
      "code": .number(JSONNumber(code)), "data": data, "message": .string(message),
      "request_id": .string(outcome.requestID), "status": .number(JSONNumber(code)),
      "time_elapsed": .string(elapsed(outcome.elapsedMilliseconds)),
    ]
  }

  /// As the vendor writes times: `104.85ms`.
  static func elapsed(_ milliseconds: Double) -> String {
    guard milliseconds.isFinite, milliseconds >= 0, milliseconds < 1e12 else { return "0ms" }
    let hundredths = Int((milliseconds * 100).rounded())
    let fraction = hundredths % 100
    if fraction == 0 { return "\(hundredths / 100)ms" }
    let digits = fraction < 10 ? "0\(fraction)" : String(fraction)
    return "\(hundredths / 100).\(digits.hasSuffix("0") ? String(digits.dropLast()) : digits)ms"
  }

  /// A task that failed is answered with its code; `done` beside it says that the code is the task's and no mishap of
  /// the look.
  private static func reply(_ task: VideoTask, _ outcome: Outcome) -> HTTPReply {
    switch task.phase {
    case .queued, .unknown: return success(["status": "in_queue"], outcome)
    case .running: return success(["status": "generating"], outcome)
    case .expired: return success(["status": "expired"], outcome)
    case .succeeded:
      var data: JSONObject = ["status": "done"]
      data.add("video_url", task.outputs.first { $0.kind == "video" }?.url)
      let isTagged = outcome.options["req_json"]?["aigc_meta"]?.object != nil
      data["aigc_meta_tagged"] = .bool(isTagged)
      return success(.object(data), outcome)
    case .failed, .cancelled:
      let failure = task.failure ?? Failure(.upstream, "The task was \(task.phase.rawValue).")
      let row = own(failure, in: Errors.service) ?? Errors.row(verdictCode(failure.kind))
      return HTTPReply(
        status: row?.status ?? 500,
        body: envelope(
          row?.code ?? 50500, ["status": "done"], failure.vendorMessage ?? failure.message, outcome))
    }
  }

  /// A task's failure is a verdict: codes that say "look again" do not serve.
  private static func verdictCode(_ kind: FailureKind) -> Int {
    switch kind {
    case .invalid, .unsupported, .limit: return 50200
    case .refusedPrompt: return 50412
    case .refusedInput: return 50411
    case .refusedOutput: return 50511
    default: return 50500
    }
  }

  /// The row of the vendor's own code, where the failure came with one that fits its kind.
  private static func own(_ failure: Failure, in table: [ErrorRow]) -> ErrorRow? {
    guard let code = failure.vendorCode.flatMap({ Int($0) }) else { return nil }
    return table.first { $0.code == code && $0.kind == failure.kind }
  }

  static func refusal(_ failure: Failure, _ outcome: Outcome, _ route: String) -> HTTPReply {
    var headers: [NameValuePair] = []
    if let milliseconds = failure.retryAfterMilliseconds {
      headers.append(NameValuePair("Retry-After", String(milliseconds / 1_000 + (milliseconds % 1_000 > 0 ? 1 : 0))))
    }
    let message = CallerWords.sentence(failure, names: ["duration_seconds": "duration", "inputs": "image_urls"])
    let isMissing = failure.kind == .authentication && failure.field == "Authorization"
    let row =
      own(failure, in: Errors.service + Errors.gateway) ?? Errors.row(isMissing ? 100024 : code(for: failure.kind))
    let code = row?.code ?? 50500
    guard Errors.isGateway(code) else {
      return HTTPReply(
        status: row?.status ?? 500, headers: headers, body: envelope(code, JSON.null, message, outcome))
    }
    let action = Action(route: route)
    return HTTPReply(
      status: row?.status ?? 500, headers: headers,
      body: [
        "ResponseMetadata": [
          "RequestId": .string(outcome.requestID), "Action": .string(action?.rawValue ?? ""),
          "Version": .string(action?.version ?? ""), "Service": "cv", "Region": "cn-north-1",
          "Error": [
            "CodeN": .number(JSONNumber(code)), "Code": .string(row?.word ?? "InternalError"),
            "Message": .string(message),
          ],
        ]
      ])
  }

  /// The vendor has no code for money: that access is denied comes nearest.
  static func code(for kind: FailureKind) -> Int {
    switch kind {
    case .invalid, .unsupported, .limit, .notFound, .cancelled, .expired: return 50200
    case .refusedPrompt: return 50412
    case .refusedInput: return 50411
    case .refusedOutput: return 50511
    case .authentication: return 100010
    case .permission, .balance: return 100013
    case .rateLimited: return 50429
    case .unreachable, .plugin: return 50501
    case .upstream, .unknownOutcome, .drift, .internal: return 50500
    }
  }
}
