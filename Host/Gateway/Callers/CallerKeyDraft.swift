// SPDX-License-Identifier: Apache-2.0

import Store
public import VideoDocuments

/// A key to be made.
public struct CallerKeyDraft: Sendable {
  public static let maximumNameBytes = 64
  public static let maximumPatterns = 100
  public static let maximumParallelJobs = 10_000
  /// Ten years: a key that lasts longer is better made without an end.
  public static let maximumLifetimeSeconds: Int64 = 3_650 * 86_400
  public static let maximumCurrencyBytes = 16

  /// Nil: the id.
  public var name: String?
  public var modelPatterns: [String]
  public var budget: Price?
  public var parallelLimit: Int?
  /// How long it works; nil: until it is revoked.
  public var lifetimeSeconds: Int64?
  /// Whether it may look after the gateway itself.
  public var isAdministrator: Bool

  public init(
    name: String? = nil, modelPatterns: [String] = [], budget: Price? = nil, parallelLimit: Int? = nil,
    lifetimeSeconds: Int64? = nil, isAdministrator: Bool = false
  ) {
    self.isAdministrator = isAdministrator
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
    if let lifetimeSeconds, !(1...Self.maximumLifetimeSeconds).contains(lifetimeSeconds) {
      throw Failure(
        .invalid, "A key works for 1 to \(Self.maximumLifetimeSeconds) seconds, or until it is revoked.",
        field: "expires", advice: "Leave it out for no end.")
    }
    if let budget {
      guard Self.isCurrency(budget.currency), budget.amountMicros >= 0 else {
        throw Failure(
          .invalid, "A budget's currency is a code of up to \(Self.maximumCurrencyBytes) letters.", field: "budget",
          advice: "Give one such as USD or CNY.")
      }
    }
    return CallerKeyRecord(
      id: id, name: name ?? id, createdAtSeconds: nowSeconds, expiresAtSeconds: lifetimeSeconds.map { nowSeconds + $0 },
      modelPatterns: modelPatterns, budget: budget, parallelLimit: parallelLimit, isAdministrator: isAdministrator)
  }

  /// A code such as USD, or a vendor's own unit.
  public static func isCurrency(_ text: String) -> Bool {
    (1...maximumCurrencyBytes).contains(text.utf8.count) && text.allSatisfy { $0.isASCII && $0.isLetter }
  }

  private static func isPrintable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { scalar in
      scalar.value >= 0x20 && !(0x7F..<0xA0).contains(scalar.value) && !scalar.properties.isBidiControl
    }
  }
}
