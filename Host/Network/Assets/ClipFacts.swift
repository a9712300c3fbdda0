// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// How a clip's file describes its picture.
public struct ClipFacts: Sendable, Hashable {
  /// More than any film has.
  static let maximumFramesPerSecond: Int64 = 1_000

  /// As it is shown, turned if need be.
  public var pixelSize: PixelSize
  /// Of the picture; nil where the file does not say.
  public var durationMilliseconds: Int64?
  /// Frames a second, where every frame is shown equally long and the number is whole.
  public var framesPerSecond: Int?

  init(pixelSize: PixelSize) { self.pixelSize = pixelSize }

  /// Reads the boxes of an MP4 or QuickTime file; nil where they tell of no picture. A bounded number of small reads,
  /// whatever the file holds; the descriptor stays the caller's. Blocks.
  public init?(ofFile descriptor: Int32) {
    let copy = filmgate_fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0, let file = AssetFile(taking: copy), let facts = HeaderReader(file: file).clipFacts() else {
      return nil
    }
    self = facts
  }
}
