// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// The shape options of `generate`, laid over a request: what was typed wins over what a request file says.
enum ShapeArguments {
  static func apply(_ command: ParsedCommand, to request: inout VideoRequest) throws(UsageFailure) {
    if let model = command.value("model") { request.model = model }
    if let seconds = command.value("seconds") {
      request.durationSeconds = try self.seconds(seconds)
      request.frames = nil
    }
    if let ratio = command.value("ratio") { request.aspectRatio = ratio }
    if let resolution = command.value("resolution") { request.resolution = resolution }
    if let size = command.value("size") { (request.widthPixels, request.heightPixels) = try self.size(size) }
    if let rate = try command.integer("fps", in: 1...240) { request.framesPerSecond = rate }
    if let seed = command.value("seed") {
      guard let number = Int64(seed) else {
        throw .invalidValue(option: "--seed", value: seed, expected: "a whole number")
      }
      request.seed = number
    }
    if let audio = command.flag("audio") { request.audio = audio }
    if let watermark = command.flag("watermark") { request.watermark = watermark }
    if let negative = command.value("negative") { request.negativePrompt = negative }
    let shots = try command.values("shot").map(shot)
    if !shots.isEmpty { request.shots = shots }
    for text in command.values("option") {
      let option = try OutputArgument.option(text)
      try set(option.name, option.value, in: &request)
    }
    for text in command.values("out") {
      guard case .option(let name, let value) = OutputArgument(text) else { continue }
      try set(name, value, in: &request)
    }
  }

  /// An option by name; a canonical field may be set this way too (`-o seed=7`).
  private static func set(_ name: String, _ value: String, in request: inout VideoRequest) throws(UsageFailure) {
    let json = OutputArgument.json(value)
    do {
      try request.setValue(json, of: name)
    } catch {
      throw .invalidValue(option: "-o \(name)", value: value, expected: "a value of that field (\(error))")
    }
  }

  private static func seconds(_ text: String) throws(UsageFailure) -> Int {
    if text == "auto" { return VideoRequest.automaticDuration }
    let digits = text.hasSuffix("s") ? String(text.dropLast()) : text
    guard let seconds = Int(digits), (0...86_400).contains(seconds) else {
      throw .invalidValue(option: "--seconds", value: text, expected: "a whole number of seconds, or auto")
    }
    return seconds
  }

  private static func size(_ text: String) throws(UsageFailure) -> (Int, Int) {
    let parts = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard parts.count == 2, let width = parts[0], let height = parts[1], (1...16_384).contains(width),
      (1...16_384).contains(height)
    else { throw .invalidValue(option: "--size", value: text, expected: "WxH in pixels, such as 1280x720") }
    return (width, height)
  }

  /// `TEXT` or `3:TEXT`.
  private static func shot(_ text: String) throws(UsageFailure) -> Shot {
    let parts = text.split(separator: ":", maxSplits: 1)
    if parts.count == 2, let seconds = Int(parts[0]), (1...600).contains(seconds) {
      return Shot(prompt: String(parts[1]), durationSeconds: seconds)
    }
    guard !text.isEmpty else { throw .invalidValue(option: "--shot", value: text, expected: "a prompt") }
    return Shot(prompt: text)
  }
}
