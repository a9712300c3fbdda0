// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What a caller asks for, in canonical words: what every dialect decodes to and every plugin's `create` gets.
///
/// The member names of the JSON form are the *field names* of the ledger, of model facts and of error messages.
public struct VideoRequest: JSONDocument {
  /// `durationSeconds` when the model is to choose.
  public static let automaticDuration = -1

  /// The model's id (after planning: as the manifest writes it).
  public var model: String
  public var prompt: String?
  public var negativePrompt: String?
  /// Images, videos and sounds in the caller's order.
  public var inputs: [MediaInput]
  /// Whole seconds, or `automaticDuration`.
  public var durationSeconds: Int?
  /// An exact number of frames, for models that count so; wins over the duration.
  public var frames: Int?
  /// Such as `16:9`, or `adaptive` (follow the input).
  public var aspectRatio: String?
  /// Such as `720p` or `4k`.
  public var resolution: String?
  /// Exact pixel size, for callers who say `1280x720`.
  public var widthPixels: Int?
  public var heightPixels: Int?
  public var framesPerSecond: Int?
  public var seed: Int64?
  /// Whether the clip has sound.
  public var audio: Bool?
  public var watermark: Bool?
  /// How many clips.
  public var count: Int?
  /// Several shots in one clip, in order.
  public var shots: [Shot]
  /// The end user on whose behalf the caller acts.
  public var user: String?
  /// Whatever else the caller gave, by the vendor's own names.
  public var options: JSONObject
  /// Filmgate's own id of the task, unique for ever; plugins may hand it to vendors that take an external id.
  public var externalID: String?

  public init(model: String, prompt: String? = nil) {
    self.model = model
    self.prompt = prompt
    inputs = []
    shots = []
    options = JSONObject()
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    model = try reader.optionalText("model") ?? ""
    prompt = try reader.optionalText("prompt")
    negativePrompt = try reader.optionalText("negative_prompt")
    inputs = try reader.documents("inputs")
    durationSeconds = try reader.optionalInteger("duration_seconds")
    frames = try reader.optionalInteger("frames")
    aspectRatio = try reader.optionalText("aspect_ratio")
    resolution = try reader.optionalText("resolution")
    widthPixels = try reader.optionalInteger("width")
    heightPixels = try reader.optionalInteger("height")
    framesPerSecond = try reader.optionalInteger("fps")
    seed = try reader.optionalInteger64("seed")
    audio = try reader.optionalFlag("audio")
    watermark = try reader.optionalFlag("watermark")
    count = try reader.optionalInteger("count")
    shots = try reader.documents("shots")
    user = try reader.optionalText("user")
    options = try reader.optionalObject("options") ?? JSONObject()
    externalID = try reader.optionalText("external_id")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("model", model)
    object.add("prompt", prompt)
    object.add("negative_prompt", negativePrompt)
    object.add("inputs", inputs)
    object.add("duration_seconds", durationSeconds)
    object.add("frames", frames)
    object.add("aspect_ratio", aspectRatio)
    object.add("resolution", resolution)
    object.add("width", widthPixels)
    object.add("height", heightPixels)
    object.add("fps", framesPerSecond)
    object.add("seed", seed)
    object.add("audio", audio)
    object.add("watermark", watermark)
    object.add("count", count)
    object.add("shots", shots)
    object.add("user", user)
    if !options.isEmpty { object["options"] = .object(options) }
    object.add("external_id", externalID)
    return .object(object)
  }
}

/// One shot of a clip with several.
public struct Shot: JSONDocument {
  public var prompt: String
  /// Whole seconds; nil: share the clip's duration out.
  public var durationSeconds: Int?

  public init(prompt: String, durationSeconds: Int? = nil) {
    self.prompt = prompt
    self.durationSeconds = durationSeconds
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    prompt = try reader.text("prompt")
    durationSeconds = try reader.optionalInteger("duration_seconds")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("prompt", prompt)
    object.add("duration_seconds", durationSeconds)
    return .object(object)
  }
}
