// SPDX-License-Identifier: Apache-2.0

import Store
import VideoDocuments

/// What a caller who waits for a job waits to see change.
struct VisibleState: Sendable, Hashable {
  var phase: TaskPhase
  var progressPercent: Int?

  init(_ job: JobRecord) {
    phase = Self.phase(of: job)
    progressPercent = job.task.progressPercent
  }

  /// What the job's state says over the vendor's last word.
  private static func phase(of job: JobRecord) -> TaskPhase {
    switch job.state {
    case .planned, .submitting, .unknown: .queued
    case .watching: job.task.phase == .running ? .running : .queued
    case .collecting, .done: .succeeded
    case .failed: .failed
    case .cancelled: .cancelled
    case .expired: .expired
    }
  }

  var isFinal: Bool { phase.isTerminal }

  /// The state as a word of OpenAI's format.
  var word: String {
    switch phase {
    case .queued, .unknown: "queued"
    case .running: "in_progress"
    case .succeeded: "completed"
    case .failed, .cancelled, .expired: "failed"
    }
  }
}
