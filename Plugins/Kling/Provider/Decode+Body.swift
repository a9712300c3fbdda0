// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

/// Reads one of Kling's create bodies as a canonical request, taking members out one by one; what is left over goes to
/// the model as options.
struct Reading {
  private var body: JSONObject
  private let kind: Kind
  private var request: VideoRequest
  private var ledger: [LedgerEntry]

  init(_ body: JSONObject, _ kind: Kind?, _ ledger: [LedgerEntry]) {
    self.body = body
    self.ledger = ledger
    let model = (body["model_name"]?.nonNull ?? body["model"]?.nonNull)?.string
    self.kind = kind ?? Self.kind(of: body, model: model)
    request = VideoRequest(model: model ?? self.kind.defaultModel)
    if let model, let other = body["model"]?.string, other != model {
      self.ledger.append(LedgerEntry("options.model", .unsupported, note: "model_name \(model) counts"))
    }
    self.body["model_name"] = nil
    self.body["model"] = nil
    guard let model, !self.kind.namesModel, Self.isGeneration(model) else { return }
    // The vendor's newer bodies name the generation; what makes such clips has one model here.
    request.model = self.kind.defaultModel
    self.ledger.append(
      LedgerEntry("options.model_name", .translated, to: "model", value: .string(request.model)))
  }

  /// Whether a name is one of the vendor's generations, such as `kling-v2-6`.
  private static func isGeneration(_ model: String) -> Bool {
    Kind.allCases.allSatisfy { $0.namesModel || $0.defaultModel != model } && model.hasPrefix("kling-v")
  }

  /// The kind of a body that came without its path.
  private static func kind(of body: JSONObject, model: String?) -> Kind {
    if let model, ["kling-video-o1", "kling-v3-omni"].contains(model) { return .omniVideo }
    let signs: [(member: String, kind: Kind)] = [
      ("effect_scene", .effects), ("video_id", .videoExtend), ("session_id", .lipSync),
      ("character_orientation", .motionControl), ("sound_file", .avatar), ("audio_id", .avatar),
      ("video_list", .omniVideo), ("image_list", .multiImage2video), ("image", .image2video),
      ("image_tail", .image2video),
    ]
    return signs.first { body[$0.member]?.nonNull != nil }?.kind ?? .text2video
  }

  mutating func intent() throws(Failure) -> Intent {
    try texts()
    try media()
    try shots()
    try responseFormat()
    for (name, value) in body where !value.isNull { request.options[name] = value }
    return .create(request, ledger: ledger)
  }

  // MARK: Members

  private mutating func take(_ name: String) -> JSON? {
    let value = body[name]?.nonNull
    body[name] = nil
    return value
  }

  private func wrong(_ name: String, _ expected: String) -> Failure {
    Failure(.invalid, "\(name) is not \(expected).", field: name, vendorCode: "1201")
  }

  private mutating func takeText(_ name: String) throws(Failure) -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value.string else { throw wrong(name, "text") }
    return text.isEmpty ? nil : text
  }

  /// A text, or a number that serves as one.
  private mutating func takeIdentifier(_ name: String) throws(Failure) -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value.lenientString else { throw wrong(name, "text") }
    return text.isEmpty ? nil : text
  }

  /// A member of resellers' bodies; clips are always given by link.
  private mutating func responseFormat() throws(Failure) {
    guard let format = try takeText("response_format") else { return }
    if format == "url" {
      ledger.append(LedgerEntry("options.response_format", .translated, note: "answers always link to the clip"))
      return
    }
    throw Failure(
      .unsupported, "response_format can be url alone: clips are too large for a JSON answer.",
      field: "response_format", advice: "Leave it out; the answer links to the clip.", vendorCode: "1201")
  }

  private mutating func takeInteger(_ name: String) throws(Failure) -> Int? {
    guard let value = take(name) else { return nil }
    if value.string?.isEmpty == true { return nil }
    guard let number = value.lenientInt else { throw wrong(name, "a whole number") }
    return number
  }

  private mutating func takeList(_ name: String) throws(Failure) -> [JSON] {
    guard let value = take(name) else { return [] }
    guard let list = value.array else { throw wrong(name, "a list") }
    return list
  }

  private mutating func texts() throws(Failure) {
    request.prompt = try takeText("prompt")
    request.negativePrompt = try takeText("negative_prompt")
    request.aspectRatio = try takeText("aspect_ratio")
    request.resolution = try takeText("resolution")
    request.durationSeconds = try takeInteger("duration")
    request.widthPixels = try takeInteger("width")
    request.heightPixels = try takeInteger("height")
    request.framesPerSecond = try takeInteger("fps")
    request.seed = try takeInteger("seed").map { Int64($0) }
    request.count = try takeInteger("n")
    request.user = try takeIdentifier("user")
    if let sound = take("sound") {
      guard let flag = sound.lenientBool else { throw wrong("sound", "on or off") }
      request.audio = flag
    }
    if let mark = take("watermark_info") {
      guard mark.object != nil, mark["enabled"]?.nonNull == nil || mark["enabled"]?.lenientBool != nil else {
        throw wrong("watermark_info", "an object with a flag named enabled")
      }
      request.watermark = mark["enabled"]?.lenientBool
    }
    if let external = try takeIdentifier("external_task_id") { request.externalID = external }
  }

  private mutating func shots() throws(Failure) {
    guard let entries = take("multi_prompt"), entries.array?.isEmpty != true else { return }
    request.shots = try Creation.shots(vendor: entries)
    // Said by the shots themselves.
    if body["multi_shot"]?.lenientBool == true { body["multi_shot"] = nil }
  }

  // MARK: Media

  private mutating func add(_ kind: MediaKind, _ role: String, _ value: JSON?, _ name: String) throws(Failure) {
    guard let value else { return }
    guard let url = value.string else { throw wrong(name, "a link or base64 text") }
    if !url.isEmpty { request.inputs.append(MediaInput(kind: kind, role: role, url: url)) }
  }

  private mutating func media() throws(Failure) {
    switch kind {
    case .effects: try effects()
    case .motionControl:
      try add(.image, MediaInput.Role.reference, take("image_url"), "image_url")
      try add(.video, MediaInput.Role.reference, take("video_url"), "video_url")
    case .avatar:
      try add(.image, MediaInput.Role.firstFrame, take("image"), "image")
      try add(.audio, MediaInput.Role.reference, take("sound_file"), "sound_file")
    case .lipSync: try face()
    case .multiImage2video:
      for entry in try takeList("image_list") {
        try add(.image, MediaInput.Role.reference, entry["image"] ?? entry, "image_list.image")
      }
    case .omniVideo: try omni()
    case .text2video, .image2video, .videoExtend:
      try add(.image, MediaInput.Role.firstFrame, take("image"), "image")
      try add(.image, MediaInput.Role.lastFrame, take("image_tail"), "image_tail")
      try add(.image, MediaInput.Role.mask, take("static_mask"), "static_mask")
      try dynamicMasks()
    }
  }

  private mutating func omni() throws(Failure) {
    for entry in try takeList("image_list") {
      let role: String
      switch entry["type"]?.string {
      case "first_frame": role = MediaInput.Role.firstFrame
      case "end_frame": role = MediaInput.Role.lastFrame
      case nil, "": role = MediaInput.Role.reference
      default: throw wrong("image_list.type", "first_frame or end_frame")
      }
      try add(.image, role, entry["image_url"], "image_list.image_url")
    }
    for entry in try takeList("video_list") {
      let isFeature = entry["refer_type"]?.string == "feature"
      let role = isFeature ? MediaInput.Role.reference : MediaInput.Role.source
      try add(.video, role, entry["video_url"], "video_list.video_url")
      if let keep = entry["keep_original_sound"]?.nonNull { request.options["keep_original_sound"] = keep }
    }
  }

  private mutating func effects() throws(Failure) {
    guard let input = take("input") else { return }
    guard input.object != nil else { throw wrong("input", "an object") }
    try add(.image, MediaInput.Role.reference, input["image"]?.nonNull, "input.image")
    for image in input["images"]?.array ?? [] { try add(.image, MediaInput.Role.reference, image, "input.images") }
    if let model = input["model_name"]?.nonNull { request.options["effect_model"] = model }
    if let mode = input["mode"]?.nonNull { request.options["mode"] = mode }
    if let duration = input["duration"]?.nonNull {
      guard let seconds = duration.lenientInt else { throw wrong("input.duration", "a whole number") }
      request.durationSeconds = seconds
    }
  }

  /// A sound given inline or by link becomes an input; the rest of the entry stays an option.
  private mutating func face() throws(Failure) {
    let faces = try takeList("face_choose")
    var kept: [JSON] = []
    for face in faces {
      guard var object = face.object else { throw wrong("face_choose", "a list of objects") }
      try add(.audio, MediaInput.Role.reference, object["sound_file"]?.nonNull, "face_choose.sound_file")
      object["sound_file"] = nil
      kept.append(.object(object))
    }
    if !kept.isEmpty { request.options["face_choose"] = .array(kept) }
  }

  private mutating func dynamicMasks() throws(Failure) {
    let masks = try takeList("dynamic_masks")
    var kept: [JSON] = []
    for mask in masks {
      guard var object = mask.object else { throw wrong("dynamic_masks", "a list of objects") }
      try add(.image, "dynamic_mask", object["mask"]?.nonNull, "dynamic_masks.mask")
      object["mask"] = nil
      kept.append(.object(object))
    }
    if !kept.isEmpty { request.options["dynamic_masks"] = .array(kept) }
  }
}
