// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// The words for a task's phase that vendors and resellers use, compared without case.
public enum StatusWords {
  /// The phase, or nil for a word nobody has used before: keep looking then, never fail.
  public static func phase(of word: String) -> TaskPhase? {
    switch word.lowercased() {
    case "queued", "pending", "submitted", "in_queue", "created", "not_start", "not_started", "waiting": return .queued
    case "in_progress", "processing", "running", "generating": return .running
    case "completed", "complete", "succeeded", "succeed", "success", "done", "finished": return .succeeded
    case "failed", "failure", "fail", "error": return .failed
    case "cancelled", "canceled": return .cancelled
    case "expired", "timeout", "timed_out": return .expired
    default: return nil
    }
  }
}
