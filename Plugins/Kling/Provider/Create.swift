// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

/// Turns one request into the body of one create call, and accounts for every field on the way.
struct Creation {
  let request: VideoRequest
  let kind: Kind
  let route: Route
  let callbackURL: String?
  var mapper: FieldMapper

  init(_ call: CreateCall) {
    request = call.request
    kind = Kind(call.request)
    route = Route(call, kind)
    callbackURL = call.connection.callbackURL
    mapper = FieldMapper(call.request)
  }

  mutating func step() throws(Failure) -> Step {
    let externalID = route == .official ? request.externalID ?? request.options["external_task_id"]?.string : nil
    let state = TaskState(kind: kind, route: route, externalID: externalID)
    if route == .unified { return try unifiedStep(state) }
    if kind.namesModel { mapper.set(place("model_name"), .string(request.model)) }
    switch kind {
    case .text2video, .image2video: try clip()
    case .omniVideo: try omni()
    case .multiImage2video: multipleImages()
    case .videoExtend: extend()
    case .effects: effects()
    case .motionControl: motion()
    case .avatar: avatar()
    case .lipSync: try lipSync()
    }
    mapper.send("watermark", to: place("watermark_info.enabled"))
    sendCallback()
    identify(externalID)
    let http = HTTPStep("POST", path: state.path, body: mapper.body.requestBody, retry: .never)
    return Step(.http(http), state: state.json, ledger: mapper.ledger)
  }

  /// The member of the body for a vendor's name: resellers take what their page lists, and the rest in `metadata`.
  func place(_ name: String) -> String {
    guard route == .prefixed else { return name }
    if name == "model_name" { return "model" }
    let listed: Set = [
      "prompt", "negative_prompt", "image", "image_tail", "cfg_scale", "mode", "aspect_ratio", "duration",
    ]
    return listed.contains(name) ? name : "metadata.\(name)"
  }

  /// text2video and image2video: one body with and without frames.
  private mutating func clip() throws(Failure) {
    sendImage("first_frame", to: "image")
    sendImage("last_frame", to: "image_tail")
    mapper.send("prompt", to: place("prompt"))
    mapper.send("negative_prompt", to: place("negative_prompt"))
    mapper.send("cfg_scale", to: place("cfg_scale"))
    sendMode()
    sendSound()
    try sendCamera()
    sendImage("mask", to: "static_mask")
    try sendDynamicMasks()
    mapper.send("aspect_ratio", to: place("aspect_ratio"))
    sendDuration()
    try sendShots()
    try sendList("element_list", atMost: 3)
    try sendList("voice_list", atMost: 2)
  }

  private mutating func multipleImages() {
    for (index, input) in request.inputs.enumerated() where input.kind == .image && input.role == "reference" {
      var entry = BodyObject()
      entry.set("image", mapper.template(for: input, encoding: .base64))
      mapper.body.append(.object(entry), to: place("image_list"))
      mapper.recordInput(index, to: "\(place("image_list")).image")
    }
    mapper.send("prompt", to: place("prompt"))
    mapper.send("negative_prompt", to: place("negative_prompt"))
    sendMode()
    sendSound()
    mapper.send("aspect_ratio", to: place("aspect_ratio"))
    sendDuration()
  }

  private mutating func extend() {
    mapper.send("video_id", to: place("video_id"))
    mapper.send("prompt", to: place("prompt"))
    mapper.send("negative_prompt", to: place("negative_prompt"))
    mapper.send("cfg_scale", to: place("cfg_scale"))
  }

  // MARK: Fields that several kinds share

  /// `resolution` and `mode` say one thing twice: 720p is std, 1080p is pro.
  mutating func sendMode() {
    if let fixed = Self.fixedResolutions[request.model] {
      if request.resolution == fixed {
        mapper.record(
          LedgerEntry("resolution", .translated, to: place("model_name"), note: "this model always makes \(fixed)"))
      }
      if request.model == "kling-v1" { mapper.send("mode", to: place("mode")) }
      return
    }
    let implied = request.resolution.flatMap { Self.modes[$0] }
    if request.options["mode"]?.nonNull != nil {
      mapper.send("mode", to: place("mode"))
    } else if let implied {
      mapper.set(place("mode"), .string(implied))
    }
    // A mode that says otherwise wins, and the resolution is reported as not used.
    guard let implied, request.options["mode"]?.string ?? implied == implied else { return }
    mapper.record(LedgerEntry("resolution", .translated, to: place("mode"), value: .string(implied)))
  }

  /// `audio` is the canonical field, `sound` the vendor's own word for it.
  mutating func sendSound() {
    guard Self.sounding.contains(request.model) else {
      if request.audio == false {
        mapper.record(LedgerEntry("audio", .translated, to: place("model_name"), note: "this model is always silent"))
      }
      return
    }
    if request.audio != nil {
      mapper.send("audio", to: place("sound")) { .string($0.bool == true ? "on" : "off") }
    } else {
      mapper.send("sound", to: place("sound"))
    }
  }

  /// Kling writes durations as text.
  mutating func sendDuration() {
    if request.durationSeconds != nil {
      mapper.send("duration_seconds", to: place("duration")) { .string($0.lenientString ?? "") }
    }
  }

  mutating func sendImage(_ role: String, to name: String) {
    for (index, input) in request.inputs.enumerated() where input.kind == .image && input.role == role {
      mapper.body.set(place(name), mapper.template(for: input, encoding: .base64))
      mapper.recordInput(index, to: place(name))
      return
    }
  }

  mutating func sendList(_ name: String, atMost limit: Int) throws(Failure) {
    guard let value = request.options[name]?.nonNull else { return }
    guard let list = value.array, list.count <= limit else {
      throw Failure(.invalid, "\(name) is a list of at most \(limit) entries.", field: "options.\(name)")
    }
    mapper.send(name, to: place(name))
  }

  /// Where the vendor reports changes: the request's own address wins over the host's.
  private mutating func sendCallback() {
    mapper.send("callback_url", to: place("callback_url"))
    guard route == .official, request.options["callback_url"]?.nonNull == nil, let url = callbackURL else { return }
    mapper.set("callback_url", .string(url))
  }

  /// The id by which the task can be found again if the answer is lost.
  private mutating func identify(_ externalID: String?) {
    let given = request.options["external_task_id"]?.string
    guard let externalID else { return }
    mapper.set("external_task_id", .string(externalID))
    guard let given else { return }
    let isSame = given == externalID
    mapper.record(
      LedgerEntry(
        "options.external_task_id", isSame ? .sent : .translated, to: "external_task_id",
        value: isSame ? nil : .string(externalID), note: isSame ? nil : "one id for ever, kept beside the caller's"))
  }

  static let modes = ["720p": "std", "1080p": "pro", "4k": "4k"]
  /// Models that make one size whatever the mode. A test compares this with the manifest.
  static let fixedResolutions = ["kling-v1": "720p", "kling-v2-master": "720p", "kling-v2-1-master": "1080p"]
  /// Models that know `sound`.
  static let sounding: Set = ["kling-v2-6", "kling-v3", "kling-v3-omni"]
}
