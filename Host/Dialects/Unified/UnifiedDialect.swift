// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// The host's own wire format: `POST /v1/video/generations` and its like at many resellers.
public enum UnifiedDialect {
  /// The members by which a body is taken for one in this format.
  public static let members: Set<String> = [
    "model", "prompt", "image", "images", "last_image", "videos", "audios", "duration", "seconds", "width", "height",
    "size", "aspect_ratio", "ratio", "resolution", "fps", "seed", "n", "response_format", "negative_prompt", "user",
    "metadata", "extra_body", "generate_audio", "watermark", "multi_prompt",
  ]

  /// Reads a create body. `metadata` and `extra_body` are flattened onto the request, what stands at the top wins, and
  /// what is left over becomes options.
  ///
  /// - Throws: for a member that is not what it should be, by the name that the caller gave it; nothing is guessed.
  public static func decode(_ body: JSON) throws(Failure) -> DecodedRequest {
    guard let object = body.object else {
      throw Failure(
        .invalid, "The request is not a JSON object.", advice: "Send an object with model and prompt at least.")
    }
    var decoder = UnifiedDecoder(fields: try UnifiedFields(object))
    return try decoder.decode()
  }
}
