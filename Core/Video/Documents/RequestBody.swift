// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// A piece of a request body: text of the plugin, or an asset that the host streams into place.
///
/// JSON: `{"text": "…"}` or `{"asset": "a1", "encoding": "base64" | "data_url" | "raw"}`.
public enum BodySegment: JSONDocument {
  /// How an asset's bytes stand in the body.
  public enum Encoding: String, Sendable, Hashable, CaseIterable {
    /// Standard base64 with padding, without a prefix.
    case base64
    /// `data:<media type>;base64,` and base64.
    case dataURL = "data_url"
    case raw
  }

  case text(String)
  case asset(String, Encoding)

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    if let asset = try reader.optionalText("asset") {
      self = .asset(asset, try reader.optionalWord("encoding") ?? .raw)
    } else {
      self = .text(try reader.text("text"))
    }
  }

  public var json: JSON {
    switch self {
    case .text(let text): return ["text": .string(text)]
    case .asset(let asset, let encoding): return ["asset": .string(asset), "encoding": .string(encoding.rawValue)]
    }
  }
}

/// One part of a multipart body. JSON: `{"name", "filename"?, "media_type"?, "segments": […]}`.
public struct BodyPart: JSONDocument {
  public var name: String
  public var filename: String?
  public var mediaType: String?
  public var segments: [BodySegment]

  public init(name: String, filename: String? = nil, mediaType: String? = nil, segments: [BodySegment]) {
    self.name = name
    self.filename = filename
    self.mediaType = mediaType
    self.segments = segments
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    name = try reader.text("name")
    filename = try reader.optionalText("filename")
    mediaType = try reader.optionalText("media_type")
    segments = try reader.documents("segments")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("name", name)
    object.add("filename", filename)
    object.add("media_type", mediaType)
    object.add("segments", segments)
    return .object(object)
  }
}

/// The body of an HTTP request that a step describes.
///
/// JSON: `{"media_type", "segments": […]}`, or `{"parts": […]}` for `multipart/form-data` (the host makes the boundary).
public enum RequestBody: JSONDocument {
  case segments([BodySegment], mediaType: String)
  case multipart([BodyPart])

  /// A JSON body without assets.
  public static func json(_ json: JSON) -> RequestBody { .segments([.text(json.text)], mediaType: "application/json") }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    if reader.value("parts") != nil {
      self = .multipart(try reader.documents("parts"))
    } else {
      self = .segments(try reader.documents("segments"), mediaType: try reader.text("media_type"))
    }
  }

  public var json: JSON {
    switch self {
    case .segments(let segments, let mediaType):
      return ["media_type": .string(mediaType), "segments": .array(segments.map { $0.json })]
    case .multipart(let parts):
      return ["parts": .array(parts.map { $0.json })]
    }
  }
}
