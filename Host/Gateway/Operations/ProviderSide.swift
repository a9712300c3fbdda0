// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// Failures between gateway and provider, as callers may see them.
enum ProviderSide {
  /// The account's key is none of the caller's: what it is refused for would send the caller looking at its own.
  static func failure(_ failure: Failure) -> Failure {
    switch failure.kind {
    case .authentication, .permission:
      var other = failure
      other.kind = .upstream
      // Names of accounts, of settings and what a vendor says of a key are the operator's affair.
      other.message = "The gateway's own account cannot be used for this."
      other.advice = "Ask the gateway's operator."
      other.field = nil
      // It may speak of the key.
      other.vendorMessage = nil
      other.isRetryable = false
      return other
    default: return failure
    }
  }

  /// What goes wrong inside is told in the log: paths and the like are no business of callers.
  static func hidingInternal(_ failure: Failure) -> Failure {
    guard failure.kind == .internal else { return failure }
    var hidden = failure
    hidden.message = "The gateway could not do this for a reason of its own."
    hidden.advice = "Its operator finds the reason in the log."
    hidden.vendorMessage = nil
    return hidden
  }

  /// A failure that a job is left with.
  static func ofJob(_ kept: Failure) -> Failure { hidingInternal(failure(kept)) }
}
