// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension UnifiedDecoder {
  /// Reads images, videos and sounds in the order in which prompts count them.
  mutating func readInputs() throws(Failure) {
    let image = try fields.take(["image", "image_url"]) { value, path throws(Failure) in
      try Self.media(value, path, .image, role: nil)
    }
    let images = try fields.take(["images", "image_urls"]) { value, path throws(Failure) in
      try Self.media(value, path, .image, role: nil)
    }
    let last = try fields.take(["last_image", "image_tail"]) { value, path throws(Failure) in
      try Self.media(value, path, .image, role: MediaInput.Role.lastFrame)
    }
    let videos = try fields.take(["videos", "video", "video_urls", "video_url"]) { value, path throws(Failure) in
      try Self.media(value, path, .video, role: nil)
    }
    let audios = try fields.take(["audios", "audio_urls", "audio_url"]) { value, path throws(Failure) in
      try Self.media(value, path, .audio, role: nil)
    }
    if let last, last.count > 1 {
      throw Failure(
        .invalid, "\(last.count) last images were given; a clip has one last frame.", field: "last_image",
        advice: "Give one.")
    }
    // One picture given under both names is one picture.
    let isSame = image != nil && image == images
    request.inputs = (image ?? []) + (isSame ? [] : images ?? []) + (last ?? []) + (videos ?? []) + (audios ?? [])
  }

  /// One medium or a list of them: a text, or an object with `url` (or `image_url` and so on) and perhaps `role`.
  private static func media(
    _ value: JSON, _ path: String, _ kind: MediaKind, role: String?
  ) throws(Failure) -> [MediaInput] {
    guard let elements = value.array else { return [try medium(value, path, kind, role: role)].compactMap { $0 } }
    var inputs: [MediaInput] = []
    for (index, element) in elements.enumerated() where !element.isNull {
      if let input = try medium(element, "\(path)[\(index)]", kind, role: role) { inputs.append(input) }
    }
    return inputs
  }

  private static func medium(
    _ value: JSON, _ path: String, _ kind: MediaKind, role: String?
  ) throws(Failure) -> MediaInput? {
    if let text = value.string {
      // Forms send what is left out as nothing.
      if text.isEmpty { return nil }
      return MediaInput(kind: kind, role: role, url: try MediaLink.url(text, field: path))
    }
    let expected = "a link, base64, or an object with a url"
    guard let object = value.object else { throw wrong(value, path, expected) }
    let key = "\(kind.rawValue)_url"
    guard let link = object["url"]?.string ?? object[key]?.string ?? object[key]?["url"]?.string else {
      throw wrong(value, path, expected)
    }
    let own = object["role"].flatMap { $0.isNull ? nil : $0 }
    return MediaInput(
      kind: kind, role: try own.map { json throws(Failure) in Self.role(try text(json, "\(path).role")) } ?? role,
      url: try MediaLink.url(link, field: path))
  }

  /// `reference_image` and the like are references.
  private static func role(_ text: String) -> String {
    text.hasPrefix("reference") ? MediaInput.Role.reference : text
  }
}
