// SPDX-License-Identifier: Apache-2.0

/// What a call of a plugin returned: the closed list of `provider.h`.
public enum ProviderStatus: Int32, Sendable, Hashable, CaseIterable {
  case ok = 0
  case invalid = 1
  case unsupported = 2
  case authentication = 3
  case balance = 4
  case rateLimited = 5
  case refused = 6
  case upstream = 7
  case drift = 8
  case notFound = 9
  case limit = 10
  case `internal` = 11

  /// An unknown status counts as `internal`.
  public init(code: Int32) { self = ProviderStatus(rawValue: code) ?? .internal }

  /// The failure kind when a plugin returns this status without a Failure document.
  public var failureKind: FailureKind {
    switch self {
    case .ok, .internal: return .internal
    case .invalid: return .invalid
    case .unsupported: return .unsupported
    case .authentication: return .authentication
    case .balance: return .balance
    case .rateLimited: return .rateLimited
    case .refused: return .refusedPrompt
    case .upstream: return .upstream
    case .drift: return .drift
    case .notFound: return .notFound
    case .limit: return .limit
    }
  }
}
