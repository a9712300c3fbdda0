// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What a plugin wants next: exactly one of an HTTP request, an update, a wait or a failure; and its new state.
///
/// JSON: `{"http": …}`, `{"update": …}`, `{"wait_ms": n}` or `{"fail": Failure}`, each with `"state"?` (opaque, at most
/// 64 KiB, given back with the next call for this task) and, from `create`, `"ledger": […]`.
public struct Step: JSONDocument {
  public enum Action: Sendable, Hashable {
    case http(HTTPStep)
    case update(TaskUpdate)
    /// Milliseconds until the host calls the same operation again.
    case wait(Int64)
    case fail(Failure)
  }

  public var action: Action
  public var state: JSON?
  public var ledger: [LedgerEntry]

  public init(_ action: Action, state: JSON? = nil, ledger: [LedgerEntry] = []) {
    self.action = action
    self.state = state
    self.ledger = ledger
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    state = reader.value("state")
    ledger = try reader.documents("ledger")
    let given = ["http", "update", "wait_ms", "fail"].filter { reader.value($0) != nil }
    guard given.count == 1 else {
      throw DocumentFailure(
        path: path, reason: .wrongType(expected: "a step: exactly one of http, update, wait_ms and fail"))
    }
    switch given[0] {
    case "http": action = .http(try reader.document("http"))
    case "update": action = .update(try reader.document("update"))
    case "fail": action = .fail(try reader.document("fail"))
    default: action = .wait(try reader.optionalInteger64("wait_ms") ?? 0)
    }
  }

  public var json: JSON {
    var object = JSONObject()
    switch action {
    case .http(let http): object["http"] = http.json
    case .update(let update): object["update"] = update.json
    case .wait(let milliseconds): object.add("wait_ms", milliseconds)
    case .fail(let failure): object["fail"] = failure.json
    }
    object.add("state", state)
    object.add("ledger", ledger)
    return .object(object)
  }
}
