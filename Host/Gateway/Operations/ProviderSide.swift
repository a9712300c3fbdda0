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
      other.message = "The gateway's own account cannot be used for this: \(failure.message)"
      other.advice = "Ask the gateway's operator."
      other.field = nil
      // It may speak of the key.
      other.vendorMessage = nil
      other.isRetryable = false
      return other
    default: return failure
    }
  }
}
