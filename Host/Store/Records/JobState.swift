// SPDX-License-Identifier: Apache-2.0

/// Where a job stands, from the side of whoever pays for it. `TaskPhase` is what the vendor says; this is what we know.
public enum JobState: String, Sendable, Hashable, CaseIterable {
  /// Written down; nothing was sent.
  case planned
  /// The intent is on disk and bytes may be under way. Whoever finds this without its process: `unknown`.
  case submitting
  /// Accepted by the vendor, and being looked at.
  case watching
  /// Succeeded; the outputs are being brought home.
  case collecting
  /// Succeeded, and everything that could be kept is on disk.
  case done
  case failed
  case cancelled
  /// The vendor gave the task up, or its outputs are gone for good.
  case expired
  /// Sent without a definite answer: it may have been bought, so it is never submitted again.
  case unknown

  /// Whether something is left to do for it.
  public var isLive: Bool {
    switch self {
    case .planned, .submitting, .watching, .collecting: return true
    case .done, .failed, .cancelled, .expired, .unknown: return false
    }
  }
}
