// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

extension JimengProvider {
  static func intent(_ call: DecodeCall) throws(Failure) -> Intent {
    guard let action = Action(route: call.route) else { throw unknownAction(call) }
    guard let body = try? JSON(parsing: call.body, limits: .lenient), let object = body.object else {
      throw Failure(.invalid, "The body is not a JSON object.", vendorCode: "50204")
    }
    switch action {
    case .submit, .submitHuman:
      let (flat, ledger) = try CallerWords.flattened(object, vendorCode: "50200")
      var reading = Reading(flat)
      return .create(try reading.request(), ledger: ledger)
    case .result, .resultHuman:
      return .get(id: try taskID(object), options: try options(object))
    case .cancel: return .cancel(id: try taskID(object))
    }
  }

  /// Both parts of the query are required, and only known ones have routes.
  private static func unknownAction(_ call: DecodeCall) -> Failure {
    for name in ["Action", "Version"] where call.head.query.first(name)?.isEmpty ?? true {
      return Failure(.invalid, "\(name) is required in the query.", field: name, vendorCode: "100002")
    }
    let action = call.head.query.first("Action") ?? ""
    let version = call.head.query.first("Version") ?? ""
    return Failure(
      .notFound, "There is no action \(action) in version \(version).", field: "Action", vendorCode: "100008")
  }

  private static func taskID(_ object: JSONObject) throws(Failure) -> String {
    guard let id = object["task_id"]?.lenientString, !id.isEmpty else {
      throw Failure(.invalid, "task_id is required.", field: "task_id", vendorCode: "50201")
    }
    return id
  }

  /// `req_json` is a text that holds JSON.
  private static func options(_ object: JSONObject) throws(Failure) -> JSONObject {
    guard let value = object["req_json"]?.nonNull else { return JSONObject() }
    if let text = value.string, text.isEmpty { return JSONObject() }
    guard let text = value.string, let json = try? JSON(parsing: text, limits: .lenient), json.object != nil else {
      throw Failure(
        .invalid, "req_json is not a text that holds a JSON object.", field: "req_json", vendorCode: "50204")
    }
    return ["req_json": json]
  }
}

/// Reads one submit body as a canonical request, taking members out one by one; what is left over goes to the model as
/// options.
struct Reading {
  private var body: JSONObject

  init(_ body: JSONObject) { self.body = body }

  mutating func request() throws(Failure) -> VideoRequest {
    guard let name = try takeText("req_key") else {
      throw Failure(.invalid, "req_key is required.", field: "req_key", vendorCode: "50201")
    }
    let key = RequestKey(name)
    var request = VideoRequest(model: name)
    request.prompt = try takeText("prompt")
    request.seed = try takeInteger("seed").map { Int64($0) }
    request.aspectRatio = try takeText("aspect_ratio")
    request.resolution = try takeText("resolution")
    request.durationSeconds = try takeInteger("duration")
    if let frames = try takeInteger("frames") {
      // 121 and 241 are 5 and 10 s; a clip of whole seconds is so for any model, and the rest is for its facts to judge.
      let seconds = frames / Creation.framesPerSecond
      if seconds > 0, Creation.frames(seconds) == frames {
        request.durationSeconds = seconds
      } else {
        request.frames = frames
      }
    }
    request.widthPixels = try takeInteger("width")
    request.heightPixels = try takeInteger("height")
    request.framesPerSecond = try takeInteger("fps")
    request.count = try takeInteger("n")
    request.user = try takeText("user")
    request.inputs = try images(key) + links(key)
    for (name, value) in body where !value.isNull { request.options[name] = value }
    return request
  }

  private mutating func images(_ key: RequestKey) throws(Failure) -> [MediaInput] {
    let files = try takeTexts("binary_data_base64")
    let links = try takeTexts("image_urls")
    guard files.isEmpty || links.isEmpty else {
      throw Failure(
        .invalid, "binary_data_base64 and image_urls exclude each other.", field: "image_urls", vendorCode: "50200")
    }
    let roles = key.imageRoles
    return (files + links).enumerated().map { index, url in
      // An image too many has no role of its own, and is refused by the model's facts.
      let role = roles.map { index < $0.count ? $0[index] : MediaInput.Role.reference }
      return MediaInput(kind: .image, role: role, url: url)
    }
  }

  private mutating func links(_ key: RequestKey) throws(Failure) -> [MediaInput] {
    var inputs: [MediaInput] = []
    for (kind, name) in [(MediaKind.image, "image_url"), (.video, "video_url"), (.audio, "audio_url")] {
      guard let url = try takeText(name) else { continue }
      let isFace = key.isHuman && kind == .image
      inputs.append(
        MediaInput(
          kind: kind, role: isFace ? MediaInput.Role.firstFrame : MediaInput.Role.reference, url: url))
    }
    for url in try takeTexts("mask_url") {
      inputs.append(MediaInput(kind: .image, role: MediaInput.Role.mask, url: url))
    }
    return inputs
  }

  // MARK: Members

  private mutating func take(_ name: String) -> JSON? {
    let value = body[name]?.nonNull
    body[name] = Optional.none
    return value
  }

  private func wrong(_ name: String, _ expected: String) -> Failure {
    Failure(.invalid, "\(name) is not \(expected).", field: name, vendorCode: "50200")
  }

  private mutating func takeText(_ name: String) throws(Failure) -> String? {
    guard let value = take(name) else { return nil }
    guard let text = value.string else { throw wrong(name, "text") }
    return text.isEmpty ? nil : text
  }

  private mutating func takeInteger(_ name: String) throws(Failure) -> Int? {
    guard let value = take(name) else { return nil }
    guard let number = value.lenientInt else { throw wrong(name, "a whole number") }
    return number
  }

  /// A list of texts; a text alone counts as a list of one.
  private mutating func takeTexts(_ name: String) throws(Failure) -> [String] {
    guard let value = take(name) else { return [] }
    if let text = value.string { return text.isEmpty ? [] : [text] }
    guard let list = value.array else { throw wrong(name, "a list of texts") }
    let texts = list.compactMap { $0.string }
    guard texts.count == list.count else { throw wrong(name, "a list of texts") }
    return texts
  }
}
