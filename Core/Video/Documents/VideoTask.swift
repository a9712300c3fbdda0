// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// One task as callers and plugins see it.
///
/// JSON: `{"id", "model", "phase", "upstream_id"?, "progress_percent"?, "created_at_ms", "updated_at_ms",
/// "started_at_ms"?, "finished_at_ms"?, "request", "outputs"?, "usage"?, "cost"?, "raw_status"?, "failure"?,
/// "expires_at"?, "vendor_task"?}`.
public struct VideoTask: JSONDocument {
  /// Filmgate's own id: `[A-Za-z0-9_-]` only.
  public var id: String
  public var model: String
  public var phase: TaskPhase
  public var upstreamID: String?
  public var progressPercent: Int?
  /// Unix milliseconds, like the three below.
  public var createdAtMilliseconds: Int64
  public var updatedAtMilliseconds: Int64
  public var startedAtMilliseconds: Int64?
  public var finishedAtMilliseconds: Int64?
  public var request: VideoRequest
  public var outputs: [VideoOutput]
  public var usage: JSONObject
  public var cost: Price?
  public var rawStatus: String?
  public var failure: Failure?
  /// When the outputs' links stop working, unix seconds.
  public var expiresAt: Int64?
  public var vendorTask: JSON?

  public init(id: String, request: VideoRequest, phase: TaskPhase, createdAtMilliseconds: Int64) {
    self.id = id
    self.model = request.model
    self.phase = phase
    self.request = request
    self.createdAtMilliseconds = createdAtMilliseconds
    self.updatedAtMilliseconds = createdAtMilliseconds
    outputs = []
    usage = JSONObject()
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    id = try reader.text("id")
    model = try reader.text("model")
    phase = try reader.word("phase")
    upstreamID = try reader.optionalText("upstream_id")
    progressPercent = try reader.optionalInteger("progress_percent")
    createdAtMilliseconds = try reader.optionalInteger64("created_at_ms") ?? 0
    updatedAtMilliseconds = try reader.optionalInteger64("updated_at_ms") ?? createdAtMilliseconds
    startedAtMilliseconds = try reader.optionalInteger64("started_at_ms")
    finishedAtMilliseconds = try reader.optionalInteger64("finished_at_ms")
    request = try reader.optionalDocument("request") ?? VideoRequest(model: model)
    outputs = try reader.documents("outputs")
    usage = try reader.optionalObject("usage") ?? JSONObject()
    cost = try reader.optionalDocument("cost")
    rawStatus = try reader.optionalText("raw_status")
    failure = try reader.optionalDocument("failure")
    expiresAt = try reader.optionalInteger64("expires_at")
    vendorTask = reader.value("vendor_task")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("id", id)
    object.add("model", model)
    object.add("phase", phase.rawValue)
    object.add("upstream_id", upstreamID)
    object.add("progress_percent", progressPercent)
    object.add("created_at_ms", createdAtMilliseconds)
    object.add("updated_at_ms", updatedAtMilliseconds)
    object.add("started_at_ms", startedAtMilliseconds)
    object.add("finished_at_ms", finishedAtMilliseconds)
    object.add("request", request)
    object.add("outputs", outputs)
    if !usage.isEmpty { object["usage"] = .object(usage) }
    object.add("cost", cost)
    object.add("raw_status", rawStatus)
    object.add("failure", failure)
    object.add("expires_at", expiresAt)
    object.add("vendor_task", vendorTask)
    return .object(object)
  }

  /// Takes over what an update says; what it does not say stays.
  public mutating func apply(_ update: TaskUpdate, nowMilliseconds: Int64) {
    if update.phase == .running, startedAtMilliseconds == nil { startedAtMilliseconds = nowMilliseconds }
    if update.phase.isTerminal, !phase.isTerminal { finishedAtMilliseconds = nowMilliseconds }
    phase = update.phase
    updatedAtMilliseconds = nowMilliseconds
    upstreamID = update.upstreamID ?? upstreamID
    progressPercent = update.progressPercent ?? progressPercent
    if !update.outputs.isEmpty { outputs = update.outputs }
    if !update.usage.isEmpty { usage = update.usage }
    cost = update.cost ?? cost
    rawStatus = update.rawStatus ?? rawStatus
    failure = update.failure ?? failure
    expiresAt = update.expiresAt ?? expiresAt
    vendorTask = update.vendorTask ?? vendorTask
  }
}
