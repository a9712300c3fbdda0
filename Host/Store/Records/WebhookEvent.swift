// SPDX-License-Identifier: Apache-2.0

/// What a caller is told about its job without asking.
public enum WebhookEvent: String, Sendable, Hashable, CaseIterable {
  case completed = "video.completed"
  case failed = "video.failed"

  /// The news that a job in that state is; nil while it is not over for its caller.
  public init?(_ state: JobState) {
    switch state {
    // As callers see it: the clip can be fetched from here on, wherever it lies.
    case .collecting, .done: self = .completed
    case .failed, .cancelled, .expired: self = .failed
    case .planned, .submitting, .watching, .unknown: return nil
    }
  }
}
