// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// How many inputs of one kind and role a model takes, and of what make.
///
/// JSON: `{"kind", "role", "maximum", "minimum"?, "formats"?, "maximum_bytes"?, "minimum_side_pixels"?,
/// "maximum_side_pixels"?, "minimum_ratio"?, "maximum_ratio"?, "minimum_seconds"?, "maximum_seconds"?,
/// "maximum_total_seconds"?, "forms"?: ["url", "data"]}`. Ratios are width ÷ height.
public struct InputFacts: JSONDocument {
  public var kind: MediaKind
  public var role: String
  public var minimum: Int
  public var maximum: Int
  /// Media subtypes as sniffed: `jpeg`, `png`, `mp4`, `wav`; empty: any of the kind.
  public var formats: [String]
  public var maximumBytes: Int64?
  public var minimumSidePixels: Int?
  public var maximumSidePixels: Int?
  public var minimumRatio: Double?
  public var maximumRatio: Double?
  public var minimumSeconds: Double?
  public var maximumSeconds: Double?
  public var maximumTotalSeconds: Double?
  /// `url` (a link) and `data` (bytes in the body); a model that takes links alone cannot be given a file.
  public var forms: [String]

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    kind = try reader.word("kind")
    role = try reader.text("role")
    minimum = try reader.optionalInteger("minimum") ?? 0
    maximum = try reader.optionalInteger("maximum") ?? 1
    formats = try reader.texts("formats")
    maximumBytes = try reader.optionalInteger64("maximum_bytes")
    minimumSidePixels = try reader.optionalInteger("minimum_side_pixels")
    maximumSidePixels = try reader.optionalInteger("maximum_side_pixels")
    minimumRatio = try reader.optionalNumber("minimum_ratio")
    maximumRatio = try reader.optionalNumber("maximum_ratio")
    minimumSeconds = try reader.optionalNumber("minimum_seconds")
    maximumSeconds = try reader.optionalNumber("maximum_seconds")
    maximumTotalSeconds = try reader.optionalNumber("maximum_total_seconds")
    let forms = try reader.texts("forms")
    self.forms = forms.isEmpty ? ["url", "data"] : forms
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("kind", kind.rawValue)
    object.add("role", role)
    if minimum > 0 { object.add("minimum", minimum) }
    object.add("maximum", maximum)
    object.add("formats", formats)
    object.add("maximum_bytes", maximumBytes)
    object.add("minimum_side_pixels", minimumSidePixels)
    object.add("maximum_side_pixels", maximumSidePixels)
    object.add("minimum_ratio", minimumRatio)
    object.add("maximum_ratio", maximumRatio)
    object.add("minimum_seconds", minimumSeconds)
    object.add("maximum_seconds", maximumSeconds)
    object.add("maximum_total_seconds", maximumTotalSeconds)
    object.add("forms", forms)
    return .object(object)
  }
}
