// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// Turns one create body into a canonical request. Null means "not given": the vendor's clients write every
/// parameter that their caller left out as null.
struct ArkRequestReader {
  private let body: JSONObject
  private var request: VideoRequest
  private var ledger: [LedgerEntry]
  private var texts: [String] = []

  init(_ body: JSONObject, _ ledger: [LedgerEntry] = []) throws(Failure) {
    self.body = body
    self.ledger = ledger
    guard let model = body["model"]?.nonNull else { throw ArkDecode.missing("model") }
    guard let name = model.string, !name.isEmpty else { throw ArkDecode.invalid("model", "it must be a text") }
    request = VideoRequest(model: name)
  }

  func intent() throws(Failure) -> Intent {
    var reader = self
    try reader.readContent()
    try reader.readParameters()
    try reader.readTexts()
    reader.settleLength()
    return .create(reader.request, ledger: reader.ledger)
  }

  // MARK: Content

  private mutating func readContent() throws(Failure) {
    guard let content = body["content"]?.nonNull else { throw ArkDecode.missing("content") }
    guard let items = content.array, !items.isEmpty else {
      throw ArkDecode.invalid("content", "it must be a list with something in it")
    }
    for (index, item) in items.enumerated() { try read(item, "content[\(index)]") }
    if request.options["draft_task"] != nil, items.count > 1 {
      throw ArkDecode.invalid("content", "draft_task stands alone")
    }
  }

  private mutating func read(_ item: JSON, _ place: String) throws(Failure) {
    guard let type = item["type"]?.string else {
      throw ArkDecode.invalid(place, "an item is an object with a type")
    }
    switch type {
    case "text":
      guard let text = item["text"]?.string else { throw ArkDecode.missing("\(place).text") }
      texts.append(text)
    case "image_url": try readMedia(.image, item, place)
    case "video_url": try readMedia(.video, item, place)
    case "audio_url": try readMedia(.audio, item, place)
    case "draft_task":
      guard let id = item["draft_task"]?["id"]?.string, !id.isEmpty else {
        throw ArkDecode.missing("\(place).draft_task.id")
      }
      request.options["draft_task"] = .string(id)
    default: throw ArkDecode.invalid("\(place).type", "\"\(type)\" is none of the known types")
    }
  }

  private mutating func readMedia(_ kind: MediaKind, _ item: JSON, _ place: String) throws(Failure) {
    let member = "\(kind.rawValue)_url"
    guard let url = item[member]?["url"]?.string ?? item[member]?.string, !url.isEmpty else {
      throw ArkDecode.missing("\(place).\(member).url")
    }
    var input = MediaInput(kind: kind, url: url)
    switch item["role"]?.nonNull {
    case nil:
      // A single image without a role is the first frame; which role several get is for the planner to say.
      if kind != .image { input.role = MediaInput.Role.reference }
    case .string("first_frame")? where kind == .image: input.role = MediaInput.Role.firstFrame
    case .string("last_frame")? where kind == .image: input.role = MediaInput.Role.lastFrame
    case .string("reference_\(kind.rawValue)")?: input.role = MediaInput.Role.reference
    case let role?: throw ArkDecode.invalid("\(place).role", "\(role.text) is no role of \(kind.rawValue)s")
    }
    request.inputs.append(input)
  }

  // MARK: Parameters

  private mutating func readParameters() throws(Failure) {
    for (name, value) in body where name != "model" && name != "content" && !value.isNull {
      let field = ArkField.all.first { $0.name == name }
      guard let canonical = field?.canonical else {
        request.options[name] = value
        continue
      }
      try set(value, canonical, name)
    }
  }

  /// Sets a canonical field; numbers may come as digits in a text, and the reverse.
  private mutating func set(_ value: JSON, _ canonical: String, _ name: String) throws(Failure) {
    let settled: JSON?
    let expected: String
    switch canonical {
    case "audio", "watermark":
      settled = value.lenientBool.map { .bool($0) }
      expected = "true or false"
    case "seed", "duration_seconds", "frames":
      settled = value.lenientInt.map { .number(JSONNumber($0)) }
      expected = "a whole number"
    default:
      settled = value.string.map { .string($0) }
      expected = "a text"
    }
    guard let settled else { throw ArkDecode.invalid(name, "it must be \(expected)") }
    try put(settled, canonical, name)
  }

  private mutating func put(_ value: JSON, _ canonical: String, _ name: String) throws(Failure) {
    do throws(DocumentFailure) {
      try request.setValue(value, of: canonical)
    } catch {
      throw ArkDecode.invalid(name, "\(error)")
    }
  }

  // MARK: Text

  /// Takes the commands off the end of each text; a member of the body wins over a command.
  private mutating func readTexts() throws(Failure) {
    var prompts: [String] = []
    for text in texts {
      let (prompt, commands) = try ArkTextCommands.split(text)
      prompts.append(prompt)
      for command in commands {
        guard let given = request.value(of: command.field) else {
          try put(command.value, command.field, command.word)
          continue
        }
        guard given != command.value else { continue }
        ledger.append(LedgerEntry(command.word, .unsupported, note: "\(given.text) is given beside it, and counts"))
      }
    }
    let prompt = prompts.filter { !$0.isEmpty }.joined(separator: "\n")
    if !prompt.isEmpty { request.prompt = prompt }
  }

  /// Of both lengths the number of frames counts, as at the vendor's.
  private mutating func settleLength() {
    guard request.frames != nil, let seconds = request.durationSeconds else { return }
    request.durationSeconds = nil
    ledger.append(
      LedgerEntry(
        "duration_seconds", .translated, to: "frames", value: .number(JSONNumber(seconds)),
        note: "the number of frames wins over the duration"))
  }
}
