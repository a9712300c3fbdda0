// SPDX-License-Identifier: Apache-2.0

import Store
public import VideoDocuments

/// A key to be made.
public struct CallerKeyDraft: Sendable {
  public static let maximumNameBytes = 64
  public static let maximumPatterns = 100
  public static let maximumParallelJobs = 10_000

  /// Nil: the id.
  public var name: String?
  public var modelPatterns: [String]
  public var budget: Price?
  public var parallelLimit: Int?
  /// How long it works; nil: until it is revoked.
  public var lifetimeSeconds: Int64?

  public init(
    name: String? = nil, modelPatterns: [String] = [], budget: Price? = nil, parallelLimit: Int? = nil,
    lifetimeSeconds: Int64? = nil
  ) {
    self.name = name
    self.modelPatterns = modelPatterns
    self.budget = budget
    self.parallelLimit = parallelLimit
    self.lifetimeSeconds = lifetimeSeconds
  }

  /// Throws, naming the field, when a value is not one that a key can have.
  func record(id: String, nowSeconds: Int64) throws(Failure) -> CallerKeyRecord {
    if let name {
      guard (1...Self.maximumNameBytes).contains(name.utf8.count), Self.isPrintable(name) else {
        throw Failure(
          .invalid, "A key's name has 1 to \(Self.maximumNameBytes) bytes and no control characters.", field: "name",
          advice: "Give a short name, such as that of who will use it.")
      }
    }
    guard modelPatterns.count <= Self.maximumPatterns,
      modelPatterns.allSatisfy({ (1...128).contains($0.utf8.count) && Self.isPrintable($0) })
    else {
      throw Failure(
        .invalid, "A key has at most \(Self.maximumPatterns) patterns of models, of 1 to 128 bytes each.",
        field: "models", advice: "Write them like: acme-1,acme-2*")
    }
    if let parallelLimit, !(1...Self.maximumParallelJobs).contains(parallelLimit) {
      throw Failure(
        .invalid, "The number of jobs at once is from 1 to \(Self.maximumParallelJobs).", field: "parallel",
        advice: "Leave it out for no limit.")
    }
    if let lifetimeSeconds, lifetimeSeconds <= 0 {
      throw Failure(.invalid, "A key works for one second at least.", field: "expires", advice: "Give it longer.")
    }
    return CallerKeyRecord(
      id: id, name: name ?? id, createdAtSeconds: nowSeconds, expiresAtSeconds: lifetimeSeconds.map { nowSeconds + $0 },
      modelPatterns: modelPatterns, budget: budget, parallelLimit: parallelLimit)
  }

  private static func isPrintable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value) && !scalar.properties.isBidiControl
    }
  }
}
