// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// The kinds of media that go into a request.
public enum MediaKind: String, Sendable, Hashable, CaseIterable {
  case image
  case video
  case audio
}

/// One image, video or sound that a request brings, and what it is for.
///
/// JSON: `{"kind", "role"?, "url"? , "asset"?, "media_type"?, "byte_count"?, "width"?, "height"?, "duration_seconds"?,
/// "source_task"?}`. Exactly one of `url` (a link that the vendor can open, or a vendor's own asset id such as `asset://…`) and `asset`
/// (bytes that the host holds) is given. The order within a kind matters: prompts say "image 2".
public struct MediaInput: JSONDocument {
  /// Well-known roles. Others are allowed where a model's facts list them.
  public enum Role {
    public static let firstFrame = "first_frame"
    public static let lastFrame = "last_frame"
    /// A model to follow in style, subject or motion.
    public static let reference = "reference"
    /// The video that is to be changed or continued.
    public static let source = "source"
    public static let mask = "mask"
  }

  public var kind: MediaKind
  /// Nil until the planner has chosen one from the model's facts.
  public var role: String?
  public var url: String?
  public var asset: String?
  /// Such as `image/png`, sniffed from the bytes.
  public var mediaType: String?
  public var byteCount: Int64?
  public var widthPixels: Int?
  public var heightPixels: Int?
  public var durationSeconds: Double?
  /// The caller's task whose clip this is; `url` is where the vendor has it, which is not for the caller's eyes.
  public var sourceTaskID: String?

  public init(kind: MediaKind, role: String? = nil, url: String? = nil, asset: String? = nil) {
    self.kind = kind
    self.role = role
    self.url = url
    self.asset = asset
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    kind = try reader.word("kind")
    role = try reader.optionalText("role")
    url = try reader.optionalText("url")
    asset = try reader.optionalText("asset")
    mediaType = try reader.optionalText("media_type")
    byteCount = try reader.optionalInteger64("byte_count")
    widthPixels = try reader.optionalInteger("width")
    heightPixels = try reader.optionalInteger("height")
    durationSeconds = try reader.optionalNumber("duration_seconds")
    sourceTaskID = try reader.optionalText("source_task")
    guard (url == nil) != (asset == nil) else {
      throw DocumentFailure(
        path: reader.path(of: "url"), reason: .wrongType(expected: "given alone: one of url and asset"))
    }
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("kind", kind.rawValue)
    object.add("role", role)
    object.add("url", url)
    object.add("asset", asset)
    object.add("media_type", mediaType)
    object.add("byte_count", byteCount)
    object.add("width", widthPixels)
    object.add("height", heightPixels)
    object.add("duration_seconds", durationSeconds)
    object.add("source_task", sourceTaskID)
    return .object(object)
  }
}
