// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

extension Creation {
  /// Camera moves with a configuration: exactly one axis, -10 to 10.
  static var cameraAxes: [String] { ["horizontal", "vertical", "pan", "tilt", "roll", "zoom"] }
  static var cameraScenes: [String] { ["down_back", "forward_up", "right_turn_forward", "left_turn_forward"] }
  static var maximumDynamicMasks: Int { 6 }

  mutating func sendCamera() throws(Failure) {
    guard let control = request.options["camera_control"]?.nonNull else { return }
    if let problem = Self.problem(camera: control) {
      throw Failure(.invalid, problem, field: "options.camera_control")
    }
    mapper.send("camera_control", to: place("camera_control"))
  }

  static func problem(camera control: JSON) -> String? {
    let type = control["type"]?.nonNull?.string ?? "simple"
    guard type == "simple" else {
      if !cameraScenes.contains(type) {
        return "camera_control.type is one of simple, \(cameraScenes.joined(separator: ", ")), not \(type)."
      }
      return control["config"]?.nonNull == nil ? nil : "camera_control.config goes with type simple only."
    }
    guard let config = control["config"]?.object else { return "camera_control of type simple needs a config." }
    var moved = 0
    for (axis, value) in config {
      guard cameraAxes.contains(axis), let amount = value.double, (-10...10).contains(amount) else {
        return "camera_control.config has six axes from -10 to 10: \(cameraAxes.joined(separator: ", "))."
      }
      if amount != 0 { moved += 1 }
    }
    return moved == 1 ? nil : "camera_control.config moves exactly one axis, not \(moved)."
  }

  /// Masks with paths: `dynamic_masks` holds the paths, and the masks themselves or, as inputs, images beside it.
  mutating func sendDynamicMasks() throws(Failure) {
    guard let value = request.options["dynamic_masks"]?.nonNull else { return }
    guard let entries = value.array, entries.count <= Self.maximumDynamicMasks else {
      throw Failure(
        .invalid, "dynamic_masks is a list of at most \(Self.maximumDynamicMasks) entries.",
        field: "options.dynamic_masks")
    }
    var images = request.inputs.enumerated().filter { $0.element.role == "dynamic_mask" }[...]
    for entry in entries {
      var object = BodyObject()
      if let mask = entry["mask"]?.nonNull {
        object.set("mask", mask)
      } else if let image = images.popFirst() {
        object.set("mask", mapper.template(for: image.element, encoding: .base64))
        mapper.recordInput(image.offset, to: place("dynamic_masks.mask"))
      } else {
        throw Failure(.invalid, "A dynamic mask has no image.", field: "options.dynamic_masks")
      }
      if let path = entry["trajectories"]?.nonNull { object.set("trajectories", path) }
      mapper.body.append(.object(object), to: place("dynamic_masks"))
    }
    mapper.record(LedgerEntry("options.dynamic_masks", .sent, to: place("dynamic_masks")))
  }

  /// The input of that kind, with its place in the request.
  func firstInput(_ kind: MediaKind) -> (index: Int, input: MediaInput)? {
    request.inputs.enumerated().first { $0.element.kind == kind }.map { ($0.offset, $0.element) }
  }

  /// omni-video: images and a video in lists, each with what it is for.
  mutating func omni() throws(Failure) {
    mapper.send("prompt", to: place("prompt"))
    for (index, input) in request.inputs.enumerated() {
      var entry = BodyObject()
      switch input.kind {
      case .image:
        entry.set("image_url", mapper.template(for: input, encoding: .base64))
        if input.role == MediaInput.Role.firstFrame { entry.set("type", "first_frame") }
        if input.role == MediaInput.Role.lastFrame { entry.set("type", "end_frame") }
        mapper.body.append(.object(entry), to: place("image_list"))
        mapper.recordInput(index, to: place("image_list"))
      case .video:
        entry.set("video_url", mapper.template(for: input, encoding: .base64))
        entry.set("refer_type", input.role == MediaInput.Role.reference ? "feature" : "base")
        if let keep = request.options["keep_original_sound"]?.nonNull {
          entry.set("keep_original_sound", keep)
          mapper.record(
            LedgerEntry("options.keep_original_sound", .sent, to: place("video_list.keep_original_sound")))
        }
        mapper.body.append(.object(entry), to: place("video_list"))
        mapper.recordInput(index, to: place("video_list"))
      case .audio: continue
      }
    }
    try sendList("element_list", atMost: 7)
    sendMode()
    sendSound()
    mapper.send("aspect_ratio", to: place("aspect_ratio"))
    sendDuration()
    try sendShots()
  }

  /// One image has its duration beside it; two are a list with model and mode.
  mutating func effects() {
    mapper.send("effect_scene", to: place("effect_scene"))
    let images = request.inputs.enumerated().filter { $0.element.kind == .image }
    mapper.send("effect_model", to: place("input.model_name"))
    mapper.send("mode", to: place("input.mode"))
    for (index, input) in images {
      let template = mapper.template(for: input, encoding: .base64)
      if images.count == 1 {
        mapper.body.set(place("input.image"), template)
        mapper.recordInput(index, to: place("input.image"))
      } else {
        mapper.body.append(template, to: place("input.images"))
        mapper.recordInput(index, to: place("input.images"))
      }
    }
    mapper.send("duration_seconds", to: place("input.duration")) { .string($0.lenientString ?? "") }
  }

  mutating func motion() {
    for (kind, name) in [(MediaKind.image, "image_url"), (.video, "video_url")] {
      guard let (index, input) = firstInput(kind) else { continue }
      mapper.body.set(place(name), mapper.template(for: input, encoding: .base64))
      mapper.recordInput(index, to: place(name))
    }
    mapper.send("prompt", to: place("prompt"))
    mapper.send("character_orientation", to: place("character_orientation"))
    sendMode()
    mapper.send("keep_original_sound", to: place("keep_original_sound"))
  }

  mutating func avatar() {
    sendImage(MediaInput.Role.firstFrame, to: "image")
    if let (index, input) = firstInput(.audio) {
      mapper.body.set(place("sound_file"), mapper.template(for: input, encoding: .base64))
      mapper.recordInput(index, to: place("sound_file"))
    }
    mapper.send("audio_id", to: place("audio_id"))
    mapper.send("prompt", to: place("prompt"))
    sendMode()
  }

  /// The face to move, with a sound that may come as an input.
  mutating func lipSync() throws(Failure) {
    mapper.send("session_id", to: place("session_id"))
    guard let faces = request.options["face_choose"]?.array, faces.count == 1, let face = faces[0].object else {
      throw Failure(.invalid, "face_choose is a list of one entry.", field: "options.face_choose")
    }
    var object = BodyObject()
    for (name, value) in face { object.set(name, value) }
    if face["sound_file"] == nil, face["audio_id"] == nil {
      guard let (index, input) = firstInput(.audio) else {
        throw Failure(.invalid, "There is no sound for the lips to follow.", field: "inputs")
      }
      object.set("sound_file", mapper.template(for: input, encoding: .base64))
      mapper.recordInput(index, to: place("face_choose.sound_file"))
    }
    mapper.body.append(.object(object), to: place("face_choose"))
    mapper.record(LedgerEntry("options.face_choose", .sent, to: place("face_choose")))
  }
}
