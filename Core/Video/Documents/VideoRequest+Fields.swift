// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

extension VideoRequest {
  /// The scalar fields that model facts can limit, in the order in which people think of them. `inputs`, `shots` and
  /// options have facts of their own.
  public static let scalarFieldNames = [
    "prompt", "negative_prompt", "duration_seconds", "frames", "aspect_ratio", "resolution", "width", "height", "fps",
    "seed", "audio", "watermark", "count", "user",
  ]

  /// Every field that was given, by its ledger name, in document order: scalars, `inputs[i]` (as an object),
  /// `shots`, and each option as `options.NAME`. Not `model` and not `external_id`, which are not the caller's wishes.
  public var givenFields: [(name: String, value: JSON)] {
    guard let object = json.object else { return [] }
    var fields: [(name: String, value: JSON)] = []
    for (key, value) in object {
      switch key {
      case "model", "external_id": continue
      case "inputs":
        for (index, input) in (value.array ?? []).enumerated() { fields.append(("inputs[\(index)]", input)) }
      case "options":
        if let options = value.object { for (name, option) in options { fields.append(("options.\(name)", option)) } }
      default: fields.append((key, value))
      }
    }
    return fields
  }

  /// The value of a scalar field or of an option, by its name in model facts (`duration_seconds`, `mode`): a field
  /// wins over an option of the same name.
  public func value(of name: String) -> JSON? {
    // Most names differ in their length, which costs no look at them.
    switch (name.utf8.count, name) {
    case (6, "prompt"): return prompt.map { .string($0) }
    case (15, "negative_prompt"): return negativePrompt.map { .string($0) }
    case (16, "duration_seconds"): return number(durationSeconds)
    case (6, "frames"): return number(frames)
    case (12, "aspect_ratio"): return aspectRatio.map { .string($0) }
    case (10, "resolution"): return resolution.map { .string($0) }
    case (5, "width"): return number(widthPixels)
    case (6, "height"): return number(heightPixels)
    case (3, "fps"): return number(framesPerSecond)
    case (4, "seed"): return seed.map { .number(JSONNumber($0)) }
    case (5, "audio"): return audio.map { .bool($0) }
    case (9, "watermark"): return watermark.map { .bool($0) }
    case (5, "count"): return number(count)
    case (4, "user"): return user.map { .string($0) }
    case (5, "shots"): return shots.isEmpty ? nil : .array(shots.map { $0.json })
    default:
      guard let value = options[name], !value.isNull else { return nil }
      return value
    }
  }

  private func number(_ value: Int?) -> JSON? { value.map { .number(JSONNumber($0)) } }

  /// Sets a scalar field or an option by its name in model facts; nil removes it.
  public mutating func setValue(_ value: JSON?, of name: String) throws(DocumentFailure) {
    guard Self.scalarFieldNames.contains(name) || name == "shots" else {
      options[name] = value
      return
    }
    let reader = try DocumentReader(.object(value.map { [name: $0] } ?? JSONObject()), at: "")
    switch name {
    case "prompt": prompt = try reader.optionalText(name)
    case "negative_prompt": negativePrompt = try reader.optionalText(name)
    case "duration_seconds": durationSeconds = try reader.optionalInteger(name)
    case "frames": frames = try reader.optionalInteger(name)
    case "aspect_ratio": aspectRatio = try reader.optionalText(name)
    case "resolution": resolution = try reader.optionalText(name)
    case "width": widthPixels = try reader.optionalInteger(name)
    case "height": heightPixels = try reader.optionalInteger(name)
    case "fps": framesPerSecond = try reader.optionalInteger(name)
    case "seed": seed = try reader.optionalInteger64(name)
    case "audio": audio = try reader.optionalFlag(name)
    case "watermark": watermark = try reader.optionalFlag(name)
    case "count": count = try reader.optionalInteger(name)
    case "user": user = try reader.optionalText(name)
    default: shots = try reader.documents(name)
    }
  }

  /// What kind of job the inputs make it: `text`, `first_frame`, `last_frame`, `first_last_frame`, `reference`, or
  /// the role of the source video (`source`, …). Rules in model facts test it as `scenario`.
  public var scenario: String {
    let roles = Set(inputs.compactMap { $0.role })
    if inputs.isEmpty { return "text" }
    if roles.contains(MediaInput.Role.source) { return "source" }
    if roles.contains(MediaInput.Role.reference) { return "reference" }
    switch (roles.contains(MediaInput.Role.firstFrame), roles.contains(MediaInput.Role.lastFrame)) {
    case (true, true): return "first_last_frame"
    case (true, false): return "first_frame"
    case (false, true): return "last_frame"
    case (false, false): return inputs.first?.role ?? "text"
    }
  }

  /// The inputs of one kind and role, in order.
  public func inputs(_ kind: MediaKind, role: String) -> [MediaInput] {
    inputs.filter { $0.kind == kind && $0.role == role }
  }
}
