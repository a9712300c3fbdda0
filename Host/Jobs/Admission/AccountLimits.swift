// SPDX-License-Identifier: Apache-2.0

/// How much of an account may be used at once, by all callers together.
public struct AccountLimits: Sendable, Hashable {
  /// Jobs that are at the vendor or on their way there; nil: any number.
  public var maximumInFlight: Int?
  /// Purchases and looks; they are spaced evenly, so that no window of the vendor's sees more. Nil: any number.
  public var maximumRequestsPerSecond: Double?

  public init(maximumInFlight: Int? = nil, maximumRequestsPerSecond: Double? = nil) {
    self.maximumInFlight = maximumInFlight
    self.maximumRequestsPerSecond = maximumRequestsPerSecond
  }
}

extension Account {
  /// What the configuration allows.
  public var limits: AccountLimits {
    AccountLimits(maximumInFlight: maximumInFlight, maximumRequestsPerSecond: maximumRequestsPerSecond)
  }
}
