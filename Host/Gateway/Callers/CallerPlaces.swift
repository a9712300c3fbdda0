// SPDX-License-Identifier: Apache-2.0

public import EventLoop
import VideoDocuments

/// How much of one kind each key has under way, and how much it may have: one key must not take what all share.
@LoopActor public final class CallerPlaces {
  /// The most for one key at a time. What is under way stays where it becomes less.
  public var limit: Int
  private let what: String
  private var counts: [String: Int] = [:]

  /// `what` names the kind in the sentence for a key that has too many: "requests".
  public nonisolated init(limit: Int, of what: String) {
    self.limit = limit
    self.what = what
  }

  /// A place for one more; it is given back with the object. Kind `rate_limited` when the key has all of its own.
  func take(_ keyID: String) throws(Failure) -> CallerPlace {
    let count = counts[keyID, default: 0]
    guard count < limit else {
      throw Failure(
        .rateLimited, "This key has \(count) \(what) under way; that is the most for one key at a time.",
        advice: "Wait until some are over.", retryAfterMilliseconds: 1_000)
    }
    counts[keyID] = count + 1
    return CallerPlace(self, keyID)
  }

  fileprivate func give(_ keyID: String) {
    let left = counts[keyID, default: 0] - 1
    counts[keyID] = left > 0 ? left : nil
  }
}

/// Something of a key's that is under way.
@LoopActor final class CallerPlace {
  private let places: CallerPlaces
  private let keyID: String

  fileprivate init(_ places: CallerPlaces, _ keyID: String) {
    self.places = places
    self.keyID = keyID
  }

  isolated deinit { places.give(keyID) }
}
