// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import VideoDocuments

/// Reads the fields of one body.
struct UnifiedDecoder {
  var fields: UnifiedFields
  var request = VideoRequest(model: "")
  private var ledger: [LedgerEntry] = []

  init(fields: UnifiedFields) { self.fields = fields }

  mutating func decode() throws(Failure) -> DecodedRequest {
    request.model = try model()
    request.prompt = try fields.take(["prompt"], Self.text)
    request.negativePrompt = try fields.take(["negative_prompt"], Self.text)
    try readShape()
    request.seed = try fields.take(["seed"], Self.wholeNumber)
    request.count = try fields.take(["n", "count"], Self.count)
    request.user = try fields.take(["user"], Self.identifier)
    request.watermark = try fields.take(["watermark"], Self.flag)
    try readInputs()
    request.audio = try fields.take(["audio", "generate_audio", "sound"], Self.flag)
    request.shots = try fields.take(["multi_prompt", "shots"], Self.shots) ?? []
    try checkResponseFormat()
    try readOptions()
    return DecodedRequest(request: request, ledger: ledger, warnings: fields.warnings)
  }

  private mutating func model() throws(Failure) -> String {
    guard let value = fields.takeTop("model") else { return "" }
    return try Self.text(value, "model")
  }

  private mutating func readShape() throws(Failure) {
    request.durationSeconds = try fields.take(["duration", "seconds", "duration_seconds"], Self.seconds)
    request.frames = try fields.take(["frames"], Self.positive)
    request.aspectRatio = try fields.take(["aspect_ratio", "ratio"], Self.text)
    request.resolution = try fields.take(["resolution"], Self.text)
    request.framesPerSecond = try fields.take(["fps", "framespersecond"], Self.positive)
    request.widthPixels = try fields.take(["width"], Self.positive)
    request.heightPixels = try fields.take(["height"], Self.positive)
    guard let size = try fields.take(["size"], Self.size) else { return }
    for (name, present, value) in [
      ("width", request.widthPixels, size.width), ("height", request.heightPixels, size.height),
    ] where present != nil && present != value {
      throw Failure(
        .invalid, "size \(size.text) and \(name) \(present ?? 0) contradict each other.", field: "size",
        advice: "Give either the size or width and height.")
    }
    (request.widthPixels, request.heightPixels) = (size.width, size.height)
  }

  private mutating func checkResponseFormat() throws(Failure) {
    guard let format = try fields.take(["response_format"], Self.text) else { return }
    if format == "url" {
      ledger.append(LedgerEntry("response_format", .translated, note: "answers always link to the clip"))
      return
    }
    throw Failure(
      .unsupported,
      "response_format \(Self.shown(.string(format))) is not available: clips are too large for a JSON answer.",
      field: "response_format", advice: "Use \"url\" or leave it out; the answer links to the clip.")
  }

  private mutating func readOptions() throws(Failure) {
    for (path, name, value) in fields.takeRest() {
      if name == "model", value.string == request.model { continue }
      if Planner.refusedOptions.contains(name) {
        throw Failure(
          .invalid, "\(path) may not change the model that is asked for.", field: path,
          advice: "Name the model in the member model.")
      }
      request.options[name] = value
    }
  }
}
