// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What the host did, for `encode` to write in a wire format.
///
/// JSON: `{"created": VideoTask}`, `{"task": VideoTask}`, `{"page": {"items": […], "total": n}}`,
/// `{"cancelled": VideoTask}`, `{"removed": {"id"}}` or `{"failure": Failure}`, each with `"request_id"`, `"now_ms"`,
/// `"elapsed_ms"` and, for get, `"options"`.
public struct Outcome: JSONDocument {
  public enum Result: Sendable, Hashable {
    case created(VideoTask)
    case task(VideoTask)
    case page([VideoTask], total: Int)
    case cancelled(VideoTask)
    case removed(id: String)
    case failure(Failure)
  }

  public var result: Result
  public var requestID: String
  /// Unix milliseconds: plugins read no clock.
  public var nowMilliseconds: Int64
  public var elapsedMilliseconds: Double
  public var options: JSONObject

  public init(
    _ result: Result, requestID: String, nowMilliseconds: Int64, elapsedMilliseconds: Double = 0,
    options: JSONObject = JSONObject()
  ) {
    self.result = result
    self.requestID = requestID
    self.nowMilliseconds = nowMilliseconds
    self.elapsedMilliseconds = elapsedMilliseconds
    self.options = options
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    requestID = try reader.optionalText("request_id") ?? ""
    nowMilliseconds = try reader.optionalInteger64("now_ms") ?? 0
    elapsedMilliseconds = try reader.optionalNumber("elapsed_ms") ?? 0
    options = try reader.optionalObject("options") ?? JSONObject()
    if reader.value("created") != nil {
      result = .created(try reader.document("created"))
    } else if reader.value("task") != nil {
      result = .task(try reader.document("task"))
    } else if let page = try reader.objectReader("page") {
      result = .page(try page.documents("items"), total: try page.optionalInteger("total") ?? 0)
    } else if reader.value("cancelled") != nil {
      result = .cancelled(try reader.document("cancelled"))
    } else if let removed = try reader.objectReader("removed") {
      result = .removed(id: try removed.text("id"))
    } else {
      result = .failure(try reader.document("failure"))
    }
  }

  public var json: JSON {
    var object = JSONObject()
    switch result {
    case .created(let task): object["created"] = task.json
    case .task(let task): object["task"] = task.json
    case .page(let tasks, let total):
      object["page"] = ["items": .array(tasks.map { $0.json }), "total": .number(JSONNumber(total))]
    case .cancelled(let task): object["cancelled"] = task.json
    case .removed(let id): object["removed"] = ["id": .string(id)]
    case .failure(let failure): object["failure"] = failure.json
    }
    object.add("request_id", requestID)
    object.add("now_ms", nowMilliseconds)
    object.add("elapsed_ms", elapsedMilliseconds)
    if !options.isEmpty { object["options"] = .object(options) }
    return .object(object)
  }
}
