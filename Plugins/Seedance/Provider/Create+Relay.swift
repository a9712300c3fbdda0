// SPDX-License-Identifier: Apache-2.0

import ArkProtocol
import OrderedJSON
import ProviderKit
import VideoDocuments

extension SeedanceProvider {
  /// The body that resellers document for Seedance: links in lists of their own by kind, parameters in `metadata`.
  func createOverRelay(_ call: CreateCall) -> Step {
    var mapper = FieldMapper(call.request)
    mapper.set("model", .string(ArkModelNames.configured(call.request.model, call.connection)))
    mapper.send("prompt", to: "prompt")
    for (index, input) in call.request.inputs.enumerated() { write(input, index, to: &mapper) }
    for (field, name) in Self.metadata { mapper.send(field, to: "metadata.\(name)") }
    mapper.sendRemainingOptions(under: "metadata")
    return UnifiedRelay.create(mapper, state: ArkState(.unified).json)
  }

  /// Canonical fields and their names in `metadata`, in the order of the documented example.
  private static let metadata = [
    ("audio", "generate_audio"), ("resolution", "resolution"), ("aspect_ratio", "ratio"),
    ("duration_seconds", "duration"),
    ("watermark", "watermark"), ("frames", "frames"), ("seed", "seed"), ("user", "safety_identifier"),
  ]

  private func write(_ input: MediaInput, _ index: Int, to mapper: inout FieldMapper) {
    let media = mapper.template(for: input, encoding: .dataURL)
    switch (input.kind, input.role) {
    case (.image, MediaInput.Role.firstFrame?):
      mapper.body.set("image", media)
      mapper.recordInput(index, to: "image")
    case (.image, MediaInput.Role.lastFrame?):
      mapper.body.set("last_image", media)
      mapper.recordInput(index, to: "last_image")
    case (_, MediaInput.Role.reference?):
      let name = "\(input.kind.rawValue)s"
      mapper.body.append(media, to: name)
      mapper.recordInput(index, to: "\(name)[]")
    default:
      mapper.record(
        LedgerEntry("inputs[\(index)]", .unsupported, note: "there is no place for \(input.role ?? "it") here"))
    }
  }
}
