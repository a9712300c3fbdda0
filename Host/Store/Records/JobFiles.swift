// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// An image, video or sound that a request refers to by its asset id.
///
/// JSON: `{"id", "path", "media_type", "byte_count", "sha256", "owned"?}`.
public struct JobAsset: JSONDocument {
  /// As in `MediaInput.asset`.
  public var id: String
  public var path: String
  /// Sniffed from the bytes, such as `image/png`.
  public var mediaType: String
  public var byteCount: Int64
  /// Lower-case hexadecimal.
  public var sha256: String
  /// Whether the file is our copy, to be removed with the job; otherwise it is the user's own.
  public var isOwnedCopy: Bool

  public init(id: String, path: String, mediaType: String, byteCount: Int64, sha256: String, isOwnedCopy: Bool) {
    self.id = id
    self.path = path
    self.mediaType = mediaType
    self.byteCount = byteCount
    self.sha256 = sha256
    self.isOwnedCopy = isOwnedCopy
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    id = try reader.text("id")
    self.path = try reader.text("path")
    mediaType = try reader.optionalText("media_type") ?? ""
    byteCount = try reader.optionalInteger64("byte_count") ?? 0
    sha256 = try reader.optionalText("sha256") ?? ""
    isOwnedCopy = try reader.optionalFlag("owned") ?? false
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("id", id)
    object.add("path", path)
    object.add("media_type", mediaType)
    object.add("byte_count", byteCount)
    object.add("sha256", sha256)
    if isOwnedCopy { object["owned"] = true }
    return .object(object)
  }
}

/// One output of a finished task that is on disk.
///
/// JSON: `{"output", "kind", "path", "byte_count", "sha256", "media_type"?, "width"?, "height"?, "duration_seconds"?,
/// "fps"?}`.
public struct ArchivedFile: JSONDocument {
  /// Position in the task's outputs.
  public var outputIndex: Int
  /// As in `VideoOutput.kind`.
  public var kind: String
  public var path: String
  public var byteCount: Int64
  /// Lower-case hexadecimal.
  public var sha256: String
  public var mediaType: String?
  /// What the file itself says of its picture, where it does.
  public var widthPixels: Int?
  public var heightPixels: Int?
  public var durationSeconds: Double?
  public var framesPerSecond: Int?

  public init(
    outputIndex: Int, kind: String, path: String, byteCount: Int64, sha256: String, mediaType: String? = nil
  ) {
    self.outputIndex = outputIndex
    self.kind = kind
    self.path = path
    self.byteCount = byteCount
    self.sha256 = sha256
    self.mediaType = mediaType
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    outputIndex = try reader.optionalInteger("output") ?? 0
    kind = try reader.optionalText("kind") ?? "video"
    self.path = try reader.text("path")
    byteCount = try reader.optionalInteger64("byte_count") ?? 0
    sha256 = try reader.optionalText("sha256") ?? ""
    mediaType = try reader.optionalText("media_type")
    widthPixels = try reader.optionalInteger("width")
    heightPixels = try reader.optionalInteger("height")
    durationSeconds = try reader.optionalNumber("duration_seconds")
    framesPerSecond = try reader.optionalInteger("fps")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("output", outputIndex)
    object.add("kind", kind)
    object.add("path", path)
    object.add("byte_count", byteCount)
    object.add("sha256", sha256)
    object.add("media_type", mediaType)
    object.add("width", widthPixels)
    object.add("height", heightPixels)
    object.add("duration_seconds", durationSeconds)
    object.add("fps", framesPerSecond)
    return .object(object)
  }
}
