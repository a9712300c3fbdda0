// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import ProviderKit
import VideoDocuments

/// Writes the create body of the Ark API.
public enum ArkContent {
  /// Fills the mapper's body: `model`, `content`, and every parameter under the vendor's name.
  ///
  /// - Parameters:
  ///   - upstreamModel: the model id or endpoint id as the vendor knows it.
  ///   - callbackURL: where the vendor is to report changes; the request's own address wins.
  ///   - passesUnknown: whether options that the API is not known to have go out under their own names.
  public static func write(
    _ mapper: inout FieldMapper, upstreamModel: String, callbackURL: String? = nil, passesUnknown: Bool
  ) {
    mapper.set("model", .string(upstreamModel))
    mapper.set("content", [])
    writeText(&mapper)
    for (index, input) in mapper.request.inputs.enumerated() { write(input, index, &mapper) }
    writeDraft(&mapper)
    writeParameters(&mapper)
    if let callbackURL, mapper.request.options["callback_url"]?.nonNull == nil {
      mapper.set("callback_url", .string(callbackURL))
    }
    guard passesUnknown else { return }
    for name in mapper.request.options.keys where reserved.contains(name) {
      mapper.record(LedgerEntry("options.\(name)", .unsupported, note: "it would replace the whole request"))
    }
    mapper.sendRemainingOptions()
  }

  private static let reserved: Set<String> = ["model", "content"]

  private static func writeText(_ mapper: inout FieldMapper) {
    guard let prompt = mapper.request.prompt else { return }
    mapper.body.append(.value(["type": "text", "text": .string(prompt)]), to: "content")
    mapper.record(LedgerEntry("prompt", .sent, to: "content[].text"))
  }

  private static func write(_ input: MediaInput, _ index: Int, _ mapper: inout FieldMapper) {
    let type = "\(input.kind.rawValue)_url"
    guard let role = role(of: input) else {
      mapper.record(
        LedgerEntry("inputs[\(index)]", .unsupported, note: "there is no place for \(input.role ?? "it") here"))
      return
    }
    var item = BodyObject()
    item.set("type", .string(type))
    item.set("\(type).url", mapper.template(for: input, encoding: .dataURL))
    item.set("role", .string(role))
    mapper.body.append(.object(item), to: "content")
    mapper.recordInput(index, to: "content[].\(type)", note: role)
  }

  /// The vendor's word for what an input is for.
  static func role(of input: MediaInput) -> String? {
    switch (input.kind, input.role) {
    case (.image, MediaInput.Role.firstFrame?): "first_frame"
    case (.image, MediaInput.Role.lastFrame?): "last_frame"
    case (_, MediaInput.Role.reference?): "reference_\(input.kind.rawValue)"
    default: nil
    }
  }

  private static func writeDraft(_ mapper: inout FieldMapper) {
    guard let draft = mapper.request.options["draft_task"]?.string else { return }
    mapper.body.append(.value(["type": "draft_task", "draft_task": ["id": .string(draft)]]), to: "content")
    mapper.record(LedgerEntry("options.draft_task", .sent, to: "content[].draft_task.id"))
  }

  private static func writeParameters(_ mapper: inout FieldMapper) {
    for field in ArkField.all {
      // The same wish by its canonical name and by the vendor's.
      if field.canonical == "user" { mapper.send(field.name, to: field.name) }
      mapper.send(field.canonical ?? field.name, to: field.name)
    }
  }
}
