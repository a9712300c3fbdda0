// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// One thing that a finished task made.
///
/// JSON: `{"kind", "url", "id"?, "duration_seconds"?, "width"?, "height"?, "media_type"?}`.
public struct VideoOutput: JSONDocument {
  /// `video`, `last_frame`, `thumbnail`, `audio`.
  public var kind: String
  public var url: String
  /// The vendor's id of the clip, where later operations need it.
  public var id: String?
  public var durationSeconds: Double?
  public var widthPixels: Int?
  public var heightPixels: Int?
  public var mediaType: String?

  public init(kind: String = "video", url: String, id: String? = nil, durationSeconds: Double? = nil) {
    self.kind = kind
    self.url = url
    self.id = id
    self.durationSeconds = durationSeconds
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    kind = try reader.optionalText("kind") ?? "video"
    url = try reader.text("url")
    id = try reader.optionalText("id")
    durationSeconds = try reader.optionalNumber("duration_seconds")
    widthPixels = try reader.optionalInteger("width")
    heightPixels = try reader.optionalInteger("height")
    mediaType = try reader.optionalText("media_type")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("kind", kind)
    object.add("url", url)
    object.add("id", id)
    object.add("duration_seconds", durationSeconds)
    object.add("width", widthPixels)
    object.add("height", heightPixels)
    object.add("media_type", mediaType)
    return .object(object)
  }
}
