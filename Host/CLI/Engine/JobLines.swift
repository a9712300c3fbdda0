// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Store
import VideoDocuments

/// A job in words.
enum JobLines {
  /// The caller's word for where a job stands.
  static func state(_ job: JobRecord) -> String {
    switch job.state {
    case .planned: return "queued"
    case .submitting: return "submitting"
    case .watching: return job.task.phase == .running ? "running" : "queued"
    case .collecting: return "saving"
    case .done: return "succeeded"
    case .failed: return "failed"
    case .cancelled: return "cancelled"
    case .expired: return "expired"
    case .unknown: return "unknown"
    }
  }

  /// The sentence for the live line.
  static func progress(_ job: JobRecord) -> String {
    switch job.state {
    case .planned: return "preparing"
    case .submitting: return "submitting"
    case .watching: return job.task.phase == .running ? "generating" : "queued at the provider"
    case .collecting: return "saving"
    case .done, .failed, .cancelled, .expired, .unknown: return state(job)
    }
  }

  /// What went wrong, with what to do next.
  static func failure(_ job: JobRecord) -> Failure? {
    guard var failure = job.task.failure ?? job.trouble else { return nil }
    if job.state == .unknown { failure.advice = adviceForUnknown(job) }
    return failure
  }

  /// What to do about a job of which nobody knows whether it was bought.
  static func adviceForUnknown(_ job: JobRecord) -> String {
    let rest = "do not submit it again before"
    // A gateway's jobs do not tell their account: only who may administer it can settle them.
    guard !job.account.isEmpty else {
      return "let the gateway's operator settle it: `filmgate settle \(job.id)` with a key that may administer it; "
        + rest
    }
    return "look for it in the provider's console: `filmgate settle \(job.id) --upstream-id ID` goes on with it, "
      + "`filmgate settle \(job.id) --not-bought` closes it; \(rest)"
  }

  /// One line of `filmgate jobs`.
  static func line(_ job: JobRecord, nowMilliseconds: Int64, style: TextStyle) -> String {
    let age = DurationText.text(milliseconds: nowMilliseconds - job.task.createdAtMilliseconds)
    let word = state(job)
    let padded = word + String(repeating: " ", count: max(0, 10 - word.count))
    let shown =
      switch job.state {
      case .done: style.good(padded)
      case .failed, .expired, .cancelled: style.error(padded)
      case .unknown: style.warning(padded)
      default: style.accent(padded)
      }
    let prompt = Sanitized.line(String((job.request.prompt ?? job.request.shots.first?.prompt ?? "").prefix(40)))
    return "\(job.id)  \(shown)  \(job.task.model)  \(age) ago  \(style.dim(prompt))"
  }

  /// The page of `filmgate show`.
  static func page(_ job: JobRecord, _ events: [JobLogEntry], style: TextStyle) -> String {
    var heads: [(String, String)] = [
      ("state", state(job)), ("model", job.task.model), ("plugin", "\(job.pluginID) \(job.pluginVersion)"),
      // A gateway does not tell which of its accounts it was.
      job.account.isEmpty
        ? ("gateway", job.connection.baseURL) : ("account", "\(job.account), \(job.connection.baseURL)"),
      ("price", QuoteText.render(job.quote)),
    ]
    if let cost = job.task.cost { heads.append(("cost", "\(cost.decimal) \(cost.currency)")) }
    if let id = job.task.upstreamID { heads.append(("provider's id", Sanitized.line(id))) }
    if let word = job.task.rawStatus { heads.append(("provider says", Sanitized.line(word))) }
    if let percent = job.task.progressPercent, job.state.isLive { heads.append(("progress", "\(percent)%")) }
    for file in job.archived { heads.append((file.kind, archived(file))) }
    if !job.task.usage.isEmpty { heads.append(("usage", scalars(job.task.usage))) }
    var sections = [style.bold(job.id), HelpPage.table(heads)]
    if let prompt = job.request.prompt { sections.append(HelpPage.wrapParagraphs(Sanitized.line(prompt), indent: 0)) }
    if !job.ledger.isEmpty { sections.append("Fields:\n" + LedgerText.render(job.ledger, style: style)) }
    for warning in job.warnings { sections.append("\(style.warning("warning:")) \(warning)") }
    if let failure = failure(job) { sections.append(FailureText.render(failure, style: style)) }
    if !events.isEmpty {
      let start = events[0].atMilliseconds
      sections.append(
        "History:\n"
          + HelpPage.table(
            events.map { event in
              let seconds = Double((event.atMilliseconds - start) / 100) / 10
              let detail = scalars(event.detail)
              return ("+\(seconds) s", detail.isEmpty ? event.kind : "\(event.kind): \(detail)")
            }))
    }
    return sections.joined(separator: "\n\n")
  }

  private static func archived(_ file: ArchivedFile) -> String {
    let size = ByteText.text(file.byteCount)
    return file.path.isEmpty ? size : "\(file.path) (\(size))"
  }

  /// The members that fit on a line, as `name value, …`; what is larger is for `--json`.
  private static func scalars(_ object: JSONObject) -> String {
    object.compactMap { name, value in
      if let price = try? Price(value, at: "") { return "\(name) \(price.decimal) \(price.currency)" }
      guard value.object == nil, value.array == nil, name != "sha256" else { return nil }
      return "\(name) \(value.string ?? value.text)"
    }.map(Sanitized.line).joined(separator: ", ")
  }

  /// The same with its history.
  static func json(_ job: JobRecord, _ events: [JobLogEntry]) -> JSON {
    var object = json(job).object ?? JSONObject()
    object["events"] = .array(
      events.map { event in
        [
          "at_ms": .number(JSONNumber(event.atMilliseconds)), "kind": .string(event.kind),
          "detail": .object(event.detail),
        ]
      })
    return .object(object)
  }

  /// The job as `--json` shows it: no paths of inputs, no plugin state.
  static func json(_ job: JobRecord) -> JSON {
    var object: JSONObject = [
      "id": .string(job.id), "state": .string(state(job)), "model": .string(job.task.model),
      "plugin": .string(job.pluginID), "account": .string(job.account),
      "created_at_ms": .number(JSONNumber(job.task.createdAtMilliseconds)),
      "updated_at_ms": .number(JSONNumber(job.task.updatedAtMilliseconds)), "request": job.request.json,
    ]
    object.add("upstream_id", job.task.upstreamID)
    object.add("raw_status", job.task.rawStatus)
    object.add("progress_percent", job.task.progressPercent)
    object.add("quote", job.quote)
    object.add("cost", job.task.cost)
    object.add("ledger", job.ledger)
    object.add("warnings", job.warnings)
    object.add("failure", failure(job))
    object.add("files", job.archived)
    if !job.task.usage.isEmpty { object["usage"] = .object(job.task.usage) }
    return .object(object)
  }
}
