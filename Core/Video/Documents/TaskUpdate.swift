// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What a plugin learned about a task from one answer.
///
/// JSON: `{"phase", "upstream_id"?, "progress_percent"?, "outputs"?, "usage"?, "cost"?, "raw_status"?, "failure"?,
/// "poll_after_ms"?, "expires_at"?, "vendor_task"?}`; `expires_at` in unix seconds.
public struct TaskUpdate: JSONDocument {
  public var phase: TaskPhase
  public var upstreamID: String?
  /// 0 to 100, the vendor's own number.
  public var progressPercent: Int?
  public var outputs: [VideoOutput]
  /// The vendor's own account of what was used, such as `{"total_tokens": 99111}`.
  public var usage: JSONObject
  /// What it cost, where the answer or the usage says so.
  public var cost: Price?
  /// The vendor's word for the phase.
  public var rawStatus: String?
  /// Why, when the phase is failed, cancelled or expired.
  public var failure: Failure?
  public var pollAfterMilliseconds: Int64?
  /// When the outputs' links stop working, unix seconds.
  public var expiresAt: Int64?
  /// The vendor's task object, for dialects that show it and for people who debug; never credentials.
  public var vendorTask: JSON?

  public init(_ phase: TaskPhase, upstreamID: String? = nil, rawStatus: String? = nil) {
    self.phase = phase
    self.upstreamID = upstreamID
    self.rawStatus = rawStatus
    outputs = []
    usage = JSONObject()
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    phase = try reader.word("phase")
    upstreamID = try reader.optionalText("upstream_id")
    progressPercent = try reader.optionalInteger("progress_percent")
    outputs = try reader.documents("outputs")
    usage = try reader.optionalObject("usage") ?? JSONObject()
    cost = try reader.optionalDocument("cost")
    rawStatus = try reader.optionalText("raw_status")
    failure = try reader.optionalDocument("failure")
    pollAfterMilliseconds = try reader.optionalInteger64("poll_after_ms")
    expiresAt = try reader.optionalInteger64("expires_at")
    vendorTask = reader.value("vendor_task")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("phase", phase.rawValue)
    object.add("upstream_id", upstreamID)
    object.add("progress_percent", progressPercent)
    object.add("outputs", outputs)
    if !usage.isEmpty { object["usage"] = .object(usage) }
    object.add("cost", cost)
    object.add("raw_status", rawStatus)
    object.add("failure", failure)
    object.add("poll_after_ms", pollAfterMilliseconds)
    object.add("expires_at", expiresAt)
    object.add("vendor_task", vendorTask)
    return .object(object)
  }
}
