// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// Which of a job's files a request is about.
enum ContentVariant: Sendable, Hashable {
  /// A clip, counted from 1.
  case video(Int)
  case thumbnail
  /// What a vendor gives beside the clip, by its kind.
  case beside(String)

  private static let clip = "video"
  private static let maximumNumber = 99
  private static let kinds: Set<String> = ["last_frame", "audio"]

  /// `video`, `video-2`, `thumbnail`, `last_frame`; nothing means the clip.
  init(_ text: String?) throws(Failure) {
    switch text ?? "" {
    case "", Self.clip: self = .video(1)
    case "thumbnail": self = .thumbnail
    case "spritesheet":
      throw Failure(
        .unsupported, "Sprite sheets are not made here.", field: "variant", advice: "Ask for variant=thumbnail.")
    case let kind where Self.kinds.contains(kind): self = .beside(kind)
    case let other:
      guard other.hasPrefix("\(Self.clip)-"), let number = Int(other.dropFirst(Self.clip.utf8.count + 1)),
        (2...Self.maximumNumber).contains(number), other == "\(Self.clip)-\(number)"
      else {
        throw Failure(
          .invalid, "variant can be video, thumbnail, last_frame or audio; the second clip is video-2.",
          field: "variant", advice: "Correct it, or leave it out.")
      }
      self = .video(number)
    }
  }
}
