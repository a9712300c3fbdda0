// SPDX-License-Identifier: Apache-2.0

/// What a document may have before it is refused.
public struct JSONLimits: Sendable, Hashable {
  /// What happens when an object has two members of one name.
  public enum DuplicateKeys: Sendable, Hashable {
    /// The document is refused: two readers of it could disagree.
    case refused
    /// The last value stands, at the place of the first.
    case lastWins
  }

  /// Reading, comparing and writing recurse once a level: so many take under 128 KiB of stack when optimised,
  /// and under 2 MiB when not.
  public static let greatestDepth = 512

  /// Levels of arrays and objects, of which `[]` is one. At most `greatestDepth`, whatever is asked.
  public var maximumDepth: Int {
    didSet { maximumDepth = Self.clamped(maximumDepth) }
  }
  /// Bytes of the whole document.
  public var maximumBytes: Int
  /// Bytes of one string or name, after its escapes are resolved.
  public var maximumStringBytes: Int
  /// Bytes of one number's text.
  public var maximumNumberBytes: Int
  /// Members of one object, or elements of one array.
  public var maximumMembers: Int
  /// Values in the whole document, containers included.
  public var maximumValues: Int
  public var duplicateKeys: DuplicateKeys

  public init(
    maximumDepth: Int = 64,
    maximumBytes: Int = 8 << 20,
    maximumStringBytes: Int = 8 << 20,
    maximumNumberBytes: Int = 1024,
    maximumMembers: Int = 100_000,
    maximumValues: Int = 1_000_000,
    duplicateKeys: DuplicateKeys = .refused
  ) {
    self.maximumDepth = Self.clamped(maximumDepth)
    self.maximumBytes = maximumBytes
    self.maximumStringBytes = maximumStringBytes
    self.maximumNumberBytes = maximumNumberBytes
    self.maximumMembers = maximumMembers
    self.maximumValues = maximumValues
    self.duplicateKeys = duplicateKeys
  }

  /// For documents whose writer is ours or keeps to the rules.
  public static let `default` = JSONLimits()

  /// For documents of others that must be read if at all possible.
  public static let lenient = JSONLimits(duplicateKeys: .lastWins)

  private static func clamped(_ depth: Int) -> Int { min(max(depth, 0), greatestDepth) }
}
