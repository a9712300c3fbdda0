// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

extension KlingProvider {
  /// How long the vendor keeps what a task made.
  static var outputLifeSeconds: Int64 { 30 * 86_400 }

  static var cannotCancel: Failure {
    Failure(
      .unsupported, "Kling has no call that cancels a task.",
      advice: "Let it run and ignore its result; it will be charged.")
  }

  /// One look at a task, by its id or, where that never arrived, by the id that was sent along.
  static func look(_ call: TaskCall) throws(Failure) -> Step {
    let state = try TaskState(call.state)
    guard let id = call.task.upstreamID ?? state.externalID else {
      throw Failure(.internal, "The task has no id of the vendor's to ask for.")
    }
    if state.route == .unified { return UnifiedRelay.poll(upstreamID: id, state: call.state) }
    return Step(
      .http(HTTPStep("GET", path: "\(state.path)/\(PathSegment.encode(id))", retry: .safe)), state: call.state)
  }

  static func read(_ answer: Answer) throws(Failure) -> Step {
    let state = try TaskState(answer.state)
    let update: TaskUpdate
    if state.route == .unified {
      do {
        update = try UnifiedRelay.read(answer) { code, message, status in
          Errors.kind(code: code, message: message, status: status)
        }
      } catch {
        var failure = error
        if answer.head.operation == "create", failure.kind == .upstream { failure.charged = .unknown }
        throw failure
      }
    } else {
      update = try taskUpdate(answer)
    }
    return Step(.update(update), state: answer.state)
  }

  private static func taskUpdate(_ answer: Answer) throws(Failure) -> TaskUpdate {
    let isCreate = answer.head.operation == "create"
    guard let json = answer.json, json.object != nil else {
      guard (200..<300).contains(answer.head.status) else { throw Errors.failure(answer, json: nil) }
      throw Failure(.drift, "Kling answered with something that is not JSON.", charged: isCreate ? .unknown : .no)
    }
    if let code = json["code"]?.lenientInt, code != 0 { throw Errors.failure(answer, json: json) }
    if answer.head.status >= 400 { throw Errors.failure(answer, json: json) }
    let reader = AnswerReader(json)
    if isCreate {
      guard let id = reader.taskID else {
        throw Failure(.drift, "Kling accepted the task without an id.", charged: .unknown)
      }
      var update = TaskUpdate(reader.phase?.phase == .running ? .running : .queued, upstreamID: id)
      update.rawStatus = reader.statusWords.first
      update.vendorTask = json["data"]?.nonNull ?? json
      return update
    }
    guard json["data"]?.object != nil || reader.phase != nil else {
      throw Failure(.drift, "Kling answered without a task.", vendorRequestID: reader.text("request_id"))
    }
    return status(reader, answer)
  }

  /// What an answer says of a task. A word that nobody has used before means: keep looking.
  private static func status(_ reader: AnswerReader, _ answer: Answer) -> TaskUpdate {
    let found = reader.phase
    var update = TaskUpdate(found?.phase ?? .running, upstreamID: reader.taskID)
    update.rawStatus = found?.word ?? reader.statusWords.first
    update.progressPercent = reader.progressPercent
    update.pollAfterMilliseconds = answer.retryAfterMilliseconds
    let data = reader.json["data"]?.nonNull ?? reader.json
    update.vendorTask = data
    switch update.phase {
    case .succeeded:
      update.outputs = outputs(data, reader)
      guard !update.outputs.isEmpty else {
        // Paid for, but not to be had yet: look again rather than lose it.
        update.phase = .running
        update.rawStatus = "\(update.rawStatus ?? "") without a link"
        break
      }
      account(for: data, in: &update)
      if let made = (data["updated_at"] ?? data["created_at"])?.lenientInt {
        update.expiresAt = Int64(made) / 1_000 + outputLifeSeconds
      }
    case .failed, .cancelled, .expired:
      let message = reader.text("data.task_status_msg", "data.fail_reason", "data.error.message") ?? "no reason given"
      var kind = Errors.kind(ofFailedTask: message)
      if update.phase == .cancelled { kind = .cancelled }
      if update.phase == .expired { kind = .expired }
      update.failure = Failure(
        kind, "Kling says that the task failed: \(message)", isRetryable: false, vendorMessage: message,
        vendorRequestID: reader.text("request_id"))
    case .queued, .running, .unknown: break
    }
    return update
  }

  private static func outputs(_ data: JSON, _ reader: AnswerReader) -> [VideoOutput] {
    var outputs: [VideoOutput] = []
    for video in data.value(at: "task_result.videos")?.array ?? [] {
      guard let url = video["url"]?.string, !url.isEmpty else { continue }
      // Durations are texts with decimals, such as "5.041".
      outputs.append(
        VideoOutput(url: url, id: video["id"]?.lenientString, durationSeconds: video["duration"]?.lenientDouble))
    }
    if outputs.isEmpty, let url = reader.videoURL { outputs = [VideoOutput(url: url)] }
    return outputs
  }

  /// What was deducted: units of a package, or money with its list price.
  private static func account(for data: JSON, in update: inout TaskUpdate) {
    if let units = data["final_unit_deduction"]?.nonNull {
      update.usage["final_unit_deduction"] = units
      update.cost = units.lenientString.flatMap { Price(currency: "units", decimal: $0) }
    }
    if let balance = data["final_balance_deduction"]?.nonNull { update.usage["final_balance_deduction"] = balance }
  }
}
