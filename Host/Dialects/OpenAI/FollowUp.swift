// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// A request for a clip that is made from another.
public struct FollowUp: Sendable {
  /// Where the other clip is.
  public enum Source: Sendable, Hashable {
    /// A task of the caller's, by its id.
    case task(id: String)
    /// A link, to the web or to bytes that came with the request (`data:`, `filmgate-asset:`).
    case link(String)
  }

  public var source: Source
  /// An empty model means that of the source, where that is a task.
  public var decoded: DecodedRequest

  public init(source: Source, decoded: DecodedRequest) {
    self.source = source
    self.decoded = decoded
  }
}

extension VideoRequest {
  /// This request with what another gives instead: each of its fields and options, its inputs and shots where it has
  /// any, and its model where it names one. The external id, which is unique for ever, is left out.
  public func overlaid(by changes: VideoRequest) -> VideoRequest {
    var result = self
    result.externalID = nil
    if !changes.model.isEmpty { result.model = changes.model }
    result.prompt = changes.prompt ?? prompt
    result.negativePrompt = changes.negativePrompt ?? negativePrompt
    if !changes.inputs.isEmpty { result.inputs = changes.inputs }
    if !changes.shots.isEmpty { result.shots = changes.shots }
    result.audio = changes.audio ?? audio
    result.watermark = changes.watermark ?? watermark
    result.seed = changes.seed ?? seed
    result.count = changes.count ?? count
    result.user = changes.user ?? user
    result.framesPerSecond = changes.framesPerSecond ?? framesPerSecond
    for (name, value) in changes.options { result.options[name] = value }
    result.overlayLength(changes)
    result.overlaySize(changes)
    return result
  }

  /// A length is said in seconds or in frames: the new way replaces the old.
  private mutating func overlayLength(_ changes: VideoRequest) {
    guard changes.durationSeconds != nil || changes.frames != nil else { return }
    (durationSeconds, frames) = (changes.durationSeconds, changes.frames)
  }

  /// A size in pixels stands for both a resolution and a ratio, and the reverse.
  private mutating func overlaySize(_ changes: VideoRequest) {
    if changes.widthPixels != nil || changes.heightPixels != nil {
      (resolution, aspectRatio) = (nil, nil)
      (widthPixels, heightPixels) = (changes.widthPixels, changes.heightPixels)
    } else if changes.resolution != nil || changes.aspectRatio != nil {
      (widthPixels, heightPixels) = (nil, nil)
    }
    resolution = changes.resolution ?? resolution
    aspectRatio = changes.aspectRatio ?? aspectRatio
  }
}
