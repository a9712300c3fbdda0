// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// How the vendor counts: width × height × frames ÷ 1024, where a clip of s seconds has 24·s + 1 frames and the
/// seconds of input videos count too.
public struct ArkTokens: Sendable, Hashable {
  /// What the least, the likely and the largest result of a request would use.
  public var low: Int64
  public var expected: Int64
  public var high: Int64

  /// A draft costs a part of it: with sound, and without.
  static let draftPercentWithSound: Int64 = 60
  static let draftPercentSilent: Int64 = 70
  /// What a clip is likely to last when the model chooses, and a reference video whose length is not known.
  static let likelySeconds = 5
  /// Longer than any clip: what a request says beyond it is nonsense, and must not overflow.
  static let mostSeconds = 3_600

  /// Nil when the model's facts have no size for the request.
  public init?(_ request: VideoRequest, facts: ModelFacts) {
    let sizes = Self.sizes(request, facts)
    guard let smallest = sizes.min(), let largest = sizes.max(), let likely = sizes.first else { return nil }
    let input = Self.inputSeconds(request, facts)
    let output = Self.outputFrames(request, facts)
    let percent = Self.percent(request)
    func tokens(_ pixels: Int64, _ seconds: Int, _ frames: Int) -> Int64 {
      pixels * Int64(frames + seconds * Ark.framesPerSecond) * percent / (1_024 * 100)
    }
    low = tokens(smallest, input.low, output.low)
    expected = tokens(likely, input.expected, output.expected)
    high = tokens(largest, input.high, output.high)
  }

  private static func percent(_ request: VideoRequest) -> Int64 {
    guard request.options["draft"]?.bool == true else { return 100 }
    return request.audio == false ? draftPercentSilent : draftPercentWithSound
  }

  /// Pixels of every size that may come out, the likely one first.
  private static func sizes(_ request: VideoRequest, _ facts: ModelFacts) -> [Int64] {
    guard let resolution = request.resolution else { return [] }
    var sizes = facts.sizes.filter { $0.resolution == resolution }
    var scale: Int64 = 1
    if sizes.isEmpty, resolution == "4k" {
      // The vendor publishes no sizes for 4k; it has twice the sides of 1080p.
      sizes = facts.sizes.filter { $0.resolution == "1080p" }
      scale = 4
    }
    func pixels(_ size: ModelFacts.Size) -> Int64 { Int64(size.widthPixels) * Int64(size.heightPixels) * scale }
    guard let ratio = request.aspectRatio, ratio != Ark.adaptiveRatio else {
      guard let likely = sizes.first(where: { $0.aspectRatio == likelyRatio(request) }) else {
        return sizes.map(pixels)
      }
      return [pixels(likely)] + sizes.map(pixels)
    }
    return sizes.filter { $0.aspectRatio == ratio }.map(pixels)
  }

  private static func likelyRatio(_ request: VideoRequest) -> String {
    let shaped = request.inputs.first { $0.kind == .image && $0.widthPixels != nil }
    guard let width = shaped?.widthPixels, let height = shaped?.heightPixels, width > 0, height > 0 else {
      return Ark.ratios[0]
    }
    return nearestRatio(width: width, height: height)
  }

  /// The vendor's ratio that is closest to a shape.
  static func nearestRatio(width: Int, height: Int) -> String {
    let shape = Double(max(width, 1)) / Double(max(height, 1))
    func distance(_ ratio: String) -> Double {
      let sides = ratio.split(separator: ":").compactMap { Double($0) }
      let other = sides[0] / sides[1]
      return shape > other ? shape / other : other / shape
    }
    return Ark.ratios.min { distance($0) < distance($1) } ?? Ark.ratios[0]
  }

  private static func outputFrames(
    _ request: VideoRequest, _ facts: ModelFacts
  ) -> (low: Int, expected: Int, high: Int) {
    if let frames = request.frames, frames > 0 {
      let counted = min(frames, mostSeconds * Ark.framesPerSecond)
      return (counted, counted, counted)
    }
    func frames(_ seconds: Int) -> Int { min(seconds, mostSeconds) * Ark.framesPerSecond + 1 }
    if let seconds = request.durationSeconds, seconds > 0 {
      return (frames(seconds), frames(seconds), frames(seconds))
    }
    let field = facts.fields.first { $0.name == "duration_seconds" }?.facts
    let least = field?.minimum.map { Int($0) } ?? likelySeconds
    let most = field?.maximum.map { Int($0) } ?? likelySeconds
    return (frames(least), frames(min(max(likelySeconds, least), most)), frames(most))
  }

  private static func inputSeconds(
    _ request: VideoRequest, _ facts: ModelFacts
  ) -> (low: Int, expected: Int, high: Int) {
    let videos = request.inputs(.video, role: MediaInput.Role.reference)
    guard !videos.isEmpty else { return (0, 0, 0) }
    let limits = facts.inputs.first { $0.kind == .video && $0.role == MediaInput.Role.reference }
    let known = videos.compactMap { $0.durationSeconds }.filter { (0...Double(mostSeconds)).contains($0) }
      .reduce(0) { $0 + Int($1.rounded()) }
    let open = videos.count { $0.durationSeconds == nil }
    let least = known + open * Int(limits?.minimumSeconds ?? 0)
    let most = open == 0 ? known : max(known, Int(limits?.maximumTotalSeconds ?? Double(open * likelySeconds)))
    return (least, min(known + open * likelySeconds, max(most, least)), most)
  }
}
