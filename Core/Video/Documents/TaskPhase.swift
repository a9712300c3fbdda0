// SPDX-License-Identifier: Apache-2.0

/// Where a task stands, in canonical words.
public enum TaskPhase: String, Sendable, Hashable, CaseIterable {
  case queued
  case running
  case succeeded
  case failed
  case cancelled
  case expired
  /// Submitted without a definite answer; being reconciled, never submitted again.
  case unknown

  /// Whether the vendor's verdict is final.
  public var isTerminal: Bool {
    switch self {
    case .queued, .running, .unknown: return false
    case .succeeded, .failed, .cancelled, .expired: return true
    }
  }
}
