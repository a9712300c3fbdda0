// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

/// Turns one request into the body of one submit call, and accounts for every field on the way.
struct Creation {
  /// Clips have 24 frames a second and one more.
  static var framesPerSecond: Int { 24 }
  /// The longest clip that is reckoned with, far beyond any that is made.
  static var maximumSeconds: Int { 86_400 }

  /// The frames of so many seconds; nil when that is no length of a clip.
  static func frames(_ seconds: Int) -> Int? {
    (0...maximumSeconds).contains(seconds) ? seconds * framesPerSecond + 1 : nil
  }

  let request: VideoRequest
  let key: RequestKey
  var state: TaskState
  var mapper: FieldMapper

  init(_ call: CreateCall) throws(Failure) {
    request = call.request
    key = try RequestKey(call.request)
    state = TaskState(
      key: key, path: TaskState.path(call.connection), submittedAtMilliseconds: call.nowMilliseconds, resultJSON: nil)
    mapper = FieldMapper(call.request)
  }

  mutating func step() throws(Failure) -> Step {
    mapper.set("req_key", .string(key.text))
    // The key says so already.
    mapper.note("resolution", saidBy: key)
    mapper.note("form", saidBy: key)
    mapper.send("prompt", to: "prompt")
    if key.takesLinks { sendLinks() } else { try sendImages() }
    mapper.send("seed", to: "seed")
    sendLength()
    sendRatio()
    mapper.send("template_id", to: "template_id")
    mapper.send("camera_strength", to: "camera_strength")
    sendMark()
    let action = key.isHuman ? Action.submitHuman : .submit
    let http = HTTPStep("POST", path: state.path, query: action.query, body: mapper.body.requestBody, retry: .never)
    return Step(.http(http), state: state.json, ledger: mapper.ledger)
  }

  /// Frames as bare base64 or as links: the vendor takes the one list or the other.
  private mutating func sendImages() throws(Failure) {
    let images = frames()
    guard let first = images.first else { return }
    let isFile = first.input.asset != nil
    guard images.allSatisfy({ ($0.input.asset != nil) == isFile }) else {
      throw Failure(
        .invalid, "Jimeng takes images as files or as links, not both in one request.", field: "inputs",
        advice: "Give both as files, or both as links.")
    }
    let name = isFile ? "binary_data_base64" : "image_urls"
    for image in images {
      mapper.body.append(mapper.template(for: image.input, encoding: .base64), to: name)
      mapper.recordInput(image.index, to: name)
    }
  }

  /// First frame, then last: the order says which is which.
  private func frames() -> [(index: Int, input: MediaInput)] {
    let images = request.inputs.enumerated().filter { $0.element.kind == .image }
    let order = [MediaInput.Role.firstFrame, MediaInput.Role.lastFrame]
    return order.flatMap { role in
      images.filter { $0.element.role == role }.map { (index: $0.offset, input: $0.element) }
    }
  }

  private mutating func sendLinks() {
    for (index, input) in request.inputs.enumerated() {
      let template = mapper.template(for: input, encoding: .base64)
      if input.kind == .image, input.role == MediaInput.Role.mask {
        mapper.body.append(template, to: "mask_url")
        mapper.recordInput(index, to: "mask_url")
      } else {
        let name = "\(input.kind.rawValue)_url"
        guard mapper.body.value(at: name) == nil else { continue }
        mapper.body.set(name, template)
        mapper.recordInput(index, to: name)
      }
    }
  }

  /// The vendor counts frames: 121 for 5 s, 241 for 10 s.
  private mutating func sendLength() {
    guard !key.takesLinks else { return }
    if request.frames != nil {
      mapper.send("frames", to: "frames")
    } else {
      mapper.send("duration_seconds", to: "frames") { value in
        value.int.flatMap { Self.frames($0) }.map { .number(JSONNumber($0)) }
      }
    }
  }

  private mutating func sendRatio() {
    guard request.inputs.isEmpty else {
      guard request.aspectRatio != nil else { return }
      mapper.record(
        LedgerEntry("aspect_ratio", .unsupported, note: "with an image, Jimeng takes the ratio nearest to the image's"))
      return
    }
    mapper.send("aspect_ratio", to: "aspect_ratio")
  }

  /// The hidden mark of origin is asked for with the result.
  private mutating func sendMark() {
    guard let mark = request.options["aigc_meta"]?.nonNull, mark.object != nil else { return }
    state.resultJSON = JSON.object(["aigc_meta": mark]).text
    mapper.record(LedgerEntry("options.aigc_meta", .translated, to: "req_json", note: "sent with every look"))
  }
}

extension FieldMapper {
  /// Accounts for a field that only helped to choose the key.
  fileprivate mutating func note(_ field: String, saidBy key: RequestKey) {
    guard request.value(of: field) != nil, !key.takesLinks else { return }
    let name = VideoRequest.scalarFieldNames.contains(field) ? field : "options.\(field)"
    record(LedgerEntry(name, .translated, to: "req_key", value: .string(key.text)))
  }
}
