// SPDX-License-Identifier: Apache-2.0

/// How a gateway logs.
public struct LogConfiguration: Sendable, Hashable {
  public enum Format: String, Sendable, Hashable, CaseIterable {
    case json
    case text
  }

  public enum Level: String, Sendable, Hashable, CaseIterable, Comparable {
    case debug
    case info
    case warning
    case error
    /// Nothing is written.
    case off

    public static func < (left: Level, right: Level) -> Bool {
      (allCases.firstIndex(of: left) ?? 0) < (allCases.firstIndex(of: right) ?? 0)
    }
  }

  public var format = Format.json
  /// What is less than this is not written.
  public var level = Level.info
  /// Nil: standard error.
  public var file: String?

  public init() {}
}
