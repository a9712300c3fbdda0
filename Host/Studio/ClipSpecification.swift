// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// A clip to render: what ffprobe will say of it.
public struct ClipSpecification: Sendable, Hashable {
  /// Limits of the renderer, so that a request can not keep a machine busy for hours.
  public static let maximumSidePixels = 4_096
  public static let maximumSeconds = 60
  public static let maximumFramesPerSecond = 60

  public var widthPixels: Int
  public var heightPixels: Int
  public var framesPerSecond: Int
  public var seconds: Int
  public var hasAudio: Bool
  /// Drawn into the picture.
  public var text: String?
  /// An image file on this machine to put behind the text.
  public var backgroundPath: String?

  public init(
    widthPixels: Int, heightPixels: Int, framesPerSecond: Int = 24, seconds: Int, hasAudio: Bool, text: String? = nil,
    backgroundPath: String? = nil
  ) {
    self.widthPixels = Self.even(widthPixels)
    self.heightPixels = Self.even(heightPixels)
    self.framesPerSecond = min(max(framesPerSecond, 1), Self.maximumFramesPerSecond)
    self.seconds = min(max(seconds, 1), Self.maximumSeconds)
    self.hasAudio = hasAudio
    self.text = text
    self.backgroundPath = backgroundPath
  }

  /// H.264 with 4:2:0 colour needs even sides.
  private static func even(_ side: Int) -> Int { min(max(side, 16), maximumSidePixels) / 2 * 2 }

  /// The clip that a planned request describes. Sizes come from the model's own table where it has the resolution and
  /// ratio; a ratio that follows the input takes the first image's.
  public init(_ request: VideoRequest, facts: ModelFacts?, backgroundPath: String? = nil) {
    let seconds: Int
    if let frames = request.frames, let rate = facts?.framesPerSecond ?? request.framesPerSecond, rate > 0 {
      seconds = max(1, frames / rate)
    } else {
      seconds = request.durationSeconds.flatMap { $0 > 0 ? $0 : nil } ?? 5
    }
    let size = Self.size(request, facts: facts)
    self.init(
      widthPixels: size.width, heightPixels: size.height,
      framesPerSecond: request.framesPerSecond ?? facts?.framesPerSecond ?? 24, seconds: seconds,
      hasAudio: request.audio ?? false, text: request.prompt ?? request.shots.first?.prompt,
      backgroundPath: backgroundPath)
  }

  private static func size(_ request: VideoRequest, facts: ModelFacts?) -> (width: Int, height: Int) {
    if let width = request.widthPixels, let height = request.heightPixels { return (width, height) }
    let sizes = facts?.sizes ?? []
    let resolution = request.resolution ?? sizes.first?.resolution ?? "720p"
    let followed = request.inputs.lazy.compactMap(inputRatio).first
    let ratio = request.aspectRatio ?? (followed == nil ? "16:9" : "adaptive")
    if let exact = facts?.size(resolution: resolution, aspectRatio: ratio) {
      return (exact.widthPixels, exact.heightPixels)
    }
    let wanted = ratioValue(ratio) ?? followed ?? 16.0 / 9.0
    let candidates = sizes.filter { $0.resolution == resolution }
    let nearest = candidates.min { distance($0, wanted) < distance($1, wanted) }
    if let nearest { return (nearest.widthPixels, nearest.heightPixels) }
    let short = shortSide(resolution)
    return wanted >= 1
      ? (Int((Double(short) * wanted).rounded()), short) : (short, Int((Double(short) / wanted).rounded()))
  }

  private static func distance(_ size: ModelFacts.Size, _ ratio: Double) -> Double {
    abs(Double(size.widthPixels) / Double(size.heightPixels) - ratio)
  }

  private static func inputRatio(_ input: MediaInput) -> Double? {
    guard let width = input.widthPixels, let height = input.heightPixels, height > 0 else { return nil }
    return Double(width) / Double(height)
  }

  private static func ratioValue(_ text: String) -> Double? {
    let parts = text.split(separator: ":").compactMap { Double($0) }
    guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return nil }
    return parts[0] / parts[1]
  }

  private static func shortSide(_ resolution: String) -> Int {
    if resolution.lowercased() == "4k" { return 2_160 }
    return Int(resolution.prefix { $0.isNumber }) ?? 720
  }
}
