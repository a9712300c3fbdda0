// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

extension Route {
  /// The account option that says a reseller speaks `/v1/video/generations`: `routes: unified`.
  static var accountOption: String { "routes" }

  init(_ call: CreateCall, _ kind: Kind) {
    guard call.connection.profile == "relay" else {
      self = .official
      return
    }
    let prefersUnified = call.connection.options[Self.accountOption]?.string == Route.unified.rawValue
    self = prefersUnified && UnifiedName.of(call.request, kind) != nil ? .unified : .prefixed
  }
}

/// The names under which the unified route knows a model: mode and sound stand in the name.
enum UnifiedName {
  /// Nil when the request's mode cannot be said so.
  static func of(_ request: VideoRequest, _ kind: Kind) -> String? {
    guard request.model == "kling-v3", kind == .text2video || kind == .image2video else { return nil }
    let implied = request.resolution.flatMap { Creation.modes[$0] }
    let mode = request.options["mode"]?.string ?? implied ?? "std"
    guard mode == "std" || mode == "pro" else { return nil }
    let isSounding = request.audio ?? (request.options["sound"]?.lenientBool ?? false)
    return "kling-v3-\(mode)-\(isSounding ? "audio" : "silent")"
  }
}

extension Creation {
  /// The unified body: frames, ratio and whole seconds on top, the vendor's own fields in `extra_body`.
  mutating func unifiedStep(_ state: TaskState) throws(Failure) -> Step {
    let name = UnifiedName.of(request, kind) ?? request.model
    mapper.set("model", .string(name))
    for field in ["resolution", "audio"] where request.value(of: field) != nil {
      mapper.record(LedgerEntry(field, .translated, to: "model", value: .string(name)))
    }
    for option in ["mode", "sound"] where request.options[option]?.nonNull != nil {
      mapper.record(LedgerEntry("options.\(option)", .translated, to: "model", value: .string(name)))
    }
    mapper.send("prompt", to: "prompt")
    sendImage("first_frame", to: "image")
    sendImage("last_frame", to: "last_image")
    mapper.send("aspect_ratio", to: "aspect_ratio")
    let shots = try shots()
    try checkShots(shots)
    if request.durationSeconds != nil {
      mapper.send("duration_seconds", to: "duration")
    } else if !shots.isEmpty {
      let total = Self.totalSeconds(shots, durationSeconds: nil)
      mapper.set("duration", .number(JSONNumber(total)))
    }
    mapper.send("cfg_scale", to: "extra_body.cfg_scale")
    sendShotType(to: "extra_body.shot_type")
    mapper.send("negative_prompt", to: "extra_body.negative_prompt")
    mapper.send("multi_shot", to: "extra_body.multi_shot")
    if !shots.isEmpty { try sendUnifiedShots(shots) }
    for name in ["element_list", "voice_list"] { mapper.send(name, to: "extra_body.\(name)") }
    mapper.send("watermark", to: "extra_body.watermark_info.enabled")
    mapper.send("callback_url", to: "extra_body.callback_url")
    return UnifiedRelay.create(mapper, state: state.json)
  }

  /// As the route's page has them: prompts alone unless the caller gave durations.
  private mutating func sendUnifiedShots(_ shots: [Shot]) throws(Failure) {
    let total = Self.totalSeconds(shots, durationSeconds: request.durationSeconds)
    let seconds = try Self.share(shots, total: total)
    let isTimed = shots.contains { $0.durationSeconds != nil }
    let entries = zip(shots, seconds).enumerated().map { index, entry -> JSON in
      guard isTimed else { return ["prompt": .string(entry.0.prompt)] }
      return [
        "index": .number(JSONNumber(index + 1)), "prompt": .string(entry.0.prompt),
        "duration": .string(String(entry.1)),
      ]
    }
    mapper.set("extra_body.multi_prompt", .array(entries))
    if request.options["shot_type"]?.nonNull == nil { mapper.set("extra_body.shot_type", "customize") }
    recordShots(to: "extra_body.multi_prompt")
  }
}
