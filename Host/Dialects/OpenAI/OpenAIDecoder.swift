// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// Takes OpenAI's own members out of a body; the unified decoder reads the rest.
struct OpenAIDecoder {
  private var fields: UnifiedFields

  init(_ body: JSON) throws(Failure) {
    guard let object = body.object else {
      throw Failure(.invalid, "The request is not a JSON object.", advice: "Send an object with a prompt at least.")
    }
    fields = try UnifiedFields(object)
  }

  /// What `input_reference` brings, in its order.
  mutating func references(_ kindOfAsset: (String) -> MediaKind?) throws(Failure) -> [MediaInput] {
    let links = try fields.take(["input_reference"]) { value, path throws(Failure) in
      var links: [String] = []
      if let elements = value.array {
        for (index, element) in elements.enumerated() {
          if let link = try Self.reference(element, "\(path)[\(index)]") { links.append(link) }
        }
      } else if let link = try Self.reference(value, path) {
        links.append(link)
      }
      return links
    }
    return (links ?? []).map { MediaInput(kind: Self.kind(of: $0, kindOfAsset), url: $0) }
  }

  private static func reference(_ value: JSON, _ path: String) throws(Failure) -> String? {
    if value.isNull { return nil }
    if let text = value.string { return text.isEmpty ? nil : try MediaLink.url(text, field: path) }
    guard let object = value.object else {
      throw UnifiedDecoder.wrong(value, path, "a file, a link, or an object with an image_url")
    }
    for name in ["image_url", "url"] {
      guard let link = object[name]?.string ?? object[name]?["url"]?.string, !link.isEmpty else { continue }
      return try MediaLink.url(link, field: "\(path).\(name)")
    }
    if let file = object["file_id"], !file.isNull {
      throw Failure(
        .unsupported, "\(path).file_id names an uploaded file, and none are kept here.", field: "\(path).file_id",
        advice: "Send the file itself, or its link as \(path).image_url.")
    }
    throw UnifiedDecoder.wrong(value, path, "a file, a link, or an object with an image_url")
  }

  /// A reference is a picture unless its bytes, its type or its name say otherwise.
  private static func kind(of link: String, _ kindOfAsset: (String) -> MediaKind?) -> MediaKind {
    if let name = InlineMedia.name(of: link) { return kindOfAsset(name) ?? .image }
    let link = link.lowercased()
    if link.hasPrefix("data:") {
      return MediaKind.allCases.first { link.hasPrefix("data:\($0.rawValue)/") } ?? .image
    }
    let path = link.prefix { $0 != "?" && $0 != "#" }
    if [".mp4", ".mov", ".webm"].contains(where: { path.hasSuffix($0) }) { return .video }
    return .image
  }

  /// The `video` that is to be changed or continued.
  mutating func source() throws(Failure) -> FollowUp.Source {
    let source = try fields.take(["video"]) { value, path throws(Failure) in try Self.source(value, path) }
    guard let source else {
      throw Failure(
        .invalid, "The video is missing.", field: "video",
        advice: "Send the file, or the id of a finished task as video.id.")
    }
    return source
  }

  /// The longest text that is taken for an id rather than for base64.
  private static let longestIDCharacters = 128

  private static func source(_ value: JSON, _ path: String) throws(Failure) -> FollowUp.Source {
    if let text = value.string { return try source(text, path) }
    for name in ["id", "url", "video_url"] {
      guard let text = value[name]?.string ?? value[name]?["url"]?.string else { continue }
      return try source(text, "\(path).\(name)")
    }
    throw UnifiedDecoder.wrong(value, path, "a file, an object with the id of a task, or a link")
  }

  private static func source(_ text: String, _ path: String) throws(Failure) -> FollowUp.Source {
    let isID =
      !text.isEmpty && text.utf8.count <= longestIDCharacters
      && text.unicodeScalars.allSatisfy {
        ("a"..."z").contains($0) || ("A"..."Z").contains($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
      }
    return isID ? .task(id: text) : .link(try MediaLink.url(text, field: path))
  }

  /// Everything that was not taken before.
  mutating func rest() throws(Failure) -> DecodedRequest {
    var decoder = UnifiedDecoder(fields: fields)
    return try decoder.decode()
  }
}
