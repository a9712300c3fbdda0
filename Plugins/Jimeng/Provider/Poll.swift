// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

extension JimengProvider {
  /// A link works for an hour, a task can be asked for during twelve.
  static var linkLifeSeconds: Int64 { 3_600 }
  static var taskLifeMilliseconds: Int64 { 12 * 3_600_000 }
  /// So long after it was submitted, a task may not be found yet.
  static var graceMilliseconds: Int64 { 60_000 }

  static var cannotCancel: Failure {
    Failure(
      .unsupported, "Jimeng has no documented call that cancels a task.",
      advice: "Let it run and ignore its result; it will be charged.")
  }

  /// One look at a task: it needs the key that it was submitted with.
  static func look(_ call: TaskCall) throws(Failure) -> Step {
    let state = try TaskState(call.state)
    guard let id = call.task.upstreamID else {
      throw Failure(.internal, "The task has no id of the vendor's to ask for.")
    }
    var body: JSONObject = ["req_key": .string(state.key.text), "task_id": .string(id)]
    body.add("req_json", state.resultJSON)
    let action = state.key.isHuman ? Action.resultHuman : .result
    let http = HTTPStep("POST", path: state.path, query: action.query, body: .json(.object(body)), retry: .safe)
    return Step(.http(http), state: call.state)
  }

  static func read(_ answer: Answer) throws(Failure) -> Step {
    let state = try TaskState(answer.state)
    let update =
      answer.head.operation == "create" ? try created(answer) : try status(answer, state)
    return Step(.update(update), state: answer.state)
  }

  /// Reading order: the gateway's errors, then the code; only with the code of success, the data.
  private static func parsed(_ answer: Answer, charged: Failure.Charged) throws(Failure) -> (json: JSON, code: Int?) {
    guard let json = answer.json, json.object != nil else {
      guard (200..<300).contains(answer.head.status) else { throw Errors.failure(answer, json: nil) }
      throw Failure(.drift, "Jimeng answered with something that is not JSON.", charged: charged)
    }
    if json.value(at: "ResponseMetadata.Error")?.nonNull != nil { throw Errors.failure(answer, json: json) }
    // Some replies wrap the service's answer beside the metadata.
    let inner = json["code"] == nil ? json["Result"]?.nonNull ?? json : json
    let code = (inner["code"] ?? inner["status"])?.lenientInt
    if code == nil, answer.head.status >= 400 { throw Errors.failure(answer, json: inner) }
    return (inner, code)
  }

  private static func created(_ answer: Answer) throws(Failure) -> TaskUpdate {
    let (json, code) = try parsed(answer, charged: .unknown)
    if let code, code != Errors.success { throw Errors.failure(answer, json: json) }
    if answer.head.status >= 400 { throw Errors.failure(answer, json: json) }
    guard let id = AnswerReader(json).text("data.task_id", "task_id") else {
      throw Failure(
        .drift, "Jimeng accepted the task without an id.", charged: .unknown,
        vendorRequestID: json["request_id"]?.string)
    }
    var update = TaskUpdate(.queued, upstreamID: id)
    update.vendorTask = json["data"]?.nonNull
    return update
  }

  private static func status(_ answer: Answer, _ state: TaskState) throws(Failure) -> TaskUpdate {
    let (json, code) = try parsed(answer, charged: .no)
    let data = json["data"]?.nonNull
    let word = data?["status"]?.string
    if let code, code != Errors.success {
      return try verdict(code, isDone: word == "done", answer, json)
    }
    if answer.head.status >= 400 { throw Errors.failure(answer, json: json) }
    guard let data, data.object != nil else {
      throw Failure(.drift, "Jimeng answered without a task.", vendorRequestID: json["request_id"]?.string)
    }
    var update = update(word, data, answer, state)
    update.rawStatus = update.rawStatus ?? word
    update.pollAfterMilliseconds = answer.retryAfterMilliseconds
    update.vendorTask = data
    return update
  }

  /// A code other than success: the task's verdict, or a look that failed and can be taken again.
  private static func verdict(
    _ code: Int, isDone: Bool, _ answer: Answer, _ json: JSON
  ) throws(Failure) -> TaskUpdate {
    let failure = Errors.failure(answer, json: json)
    switch failure.kind {
    case .rateLimited, .authentication, .permission, .balance, .notFound: throw failure
    case .upstream where !isDone: throw failure
    default: break
    }
    var update = TaskUpdate(.failed, rawStatus: json.value(at: "data.status")?.string ?? String(code))
    update.failure = failure
    update.vendorTask = json["data"]?.nonNull
    return update
  }

  private static func update(_ word: String?, _ data: JSON, _ answer: Answer, _ state: TaskState) -> TaskUpdate {
    switch word {
    case "not_found", "expired":
      let age = answer.nowMilliseconds - state.submittedAtMilliseconds
      // Where it is asked for in doubt, not known is an answer.
      if word == "not_found", age < graceMilliseconds, answer.head.operation != "lookup" { return TaskUpdate(.queued) }
      let isOld = word == "expired" || age >= taskLifeMilliseconds
      var update = TaskUpdate(isOld ? .expired : .failed)
      update.failure =
        isOld
        ? Failure(.expired, "Jimeng keeps tasks for 12 hours, and this one is older.", vendorCode: word)
        : Failure(.notFound, "Jimeng does not know the task.", vendorCode: word)
      return update
    case "done":
      guard let url = link(data) else {
        // Paid for, but not to be had yet: look again rather than lose it.
        return TaskUpdate(.running, rawStatus: "done without a link")
      }
      var update = TaskUpdate(.succeeded)
      update.outputs = [VideoOutput(url: url)]
      update.expiresAt = answer.nowMilliseconds / 1_000 + linkLifeSeconds
      return update
    case "in_queue": return TaskUpdate(.queued)
    case let word?:
      // A word that nobody has used before means: keep looking. A success without the vendor's own word is one too.
      let phase = StatusWords.phase(of: word) ?? .running
      guard phase == .succeeded else { return TaskUpdate(phase.isTerminal ? .running : phase) }
      return update("done", data, answer, state)
    case nil: return link(data) == nil ? TaskUpdate(.running) : update("done", data, answer, state)
    }
  }

  /// The clip's link; some results hold it in a text of JSON.
  private static func link(_ data: JSON) -> String? {
    let reader = AnswerReader(data)
    if let url = reader.text("video_url", "video_urls[0]", "url") { return url }
    guard let text = data["resp_data"]?.string, let inner = try? JSON(parsing: text, limits: .lenient) else {
      return nil
    }
    return AnswerReader(inner).text("video_url", "video_urls[0]", "urls[0]", "url")
  }
}
