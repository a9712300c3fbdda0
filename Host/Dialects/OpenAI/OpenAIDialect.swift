// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// The format of `/v1/videos` as OpenAI's clients speak it. Models, sizes and durations are open: nothing here leans on
/// the models that OpenAI had.
public enum OpenAIDialect {
  /// Reads a create body. Whatever the unified format has beyond OpenAI's own members is understood too, and what is
  /// left over becomes options.
  ///
  /// - Parameter kindOfAsset: what the bytes behind a `filmgate-asset:` link were found to be, by its name.
  /// - Throws: for a member that is not what it should be, by the name that the caller gave it.
  public static func decode(
    _ body: JSON, kindOfAsset: (String) -> MediaKind? = { _ in nil }
  ) throws(Failure) -> DecodedRequest {
    let decoded = try decodeChanges(body, kindOfAsset: kindOfAsset)
    if decoded.request.shots.isEmpty { try requirePrompt(decoded.request) }
    return decoded
  }

  /// Reads the body of `/videos/{id}/again`: what is to differ from the task in the path, if anything.
  public static func decodeChanges(
    _ body: JSON, kindOfAsset: (String) -> MediaKind? = { _ in nil }
  ) throws(Failure) -> DecodedRequest {
    var decoder = try OpenAIDecoder(body)
    let references = try decoder.references(kindOfAsset)
    var decoded = try decoder.rest()
    decoded.request.inputs = references + decoded.request.inputs
    return decoded
  }

  /// Reads the body of `/videos/{id}/remix`: a prompt, and whatever else is to differ from the task in the path. An
  /// empty model means that task's.
  public static func decodeRemix(_ body: JSON) throws(Failure) -> DecodedRequest { try decode(body) }

  /// Reads the body of `/videos/edits`: a video and how to change it.
  public static func decodeEdit(_ body: JSON) throws(Failure) -> FollowUp { try followUp(body) }

  /// Reads the body of `/videos/extensions`: a video, how it goes on and for how many seconds.
  public static func decodeExtension(_ body: JSON) throws(Failure) -> FollowUp { try followUp(body) }

  private static func followUp(_ body: JSON) throws(Failure) -> FollowUp {
    var decoder = try OpenAIDecoder(body)
    let source = try decoder.source()
    let decoded = try decoder.rest()
    try requirePrompt(decoded.request)
    return FollowUp(source: source, decoded: decoded)
  }

  private static func requirePrompt(_ request: VideoRequest) throws(Failure) {
    guard request.prompt?.contains(where: { !$0.isWhitespace }) == true else {
      throw Failure(.invalid, "The prompt is missing.", field: "prompt", advice: "Say what the clip is to show.")
    }
  }
}
