// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// What the host's own wire formats say of a task, before it is put in their words.
struct TaskFacts {
  let task: VideoTask

  init(_ task: VideoTask) { self.task = task }

  var request: VideoRequest { task.request }

  /// The clip, once there is one.
  var clip: VideoOutput? { task.outputs.first { $0.kind == "video" } }

  /// Whole percents; 100 is said of finished clips alone.
  var progressPercent: Int {
    switch task.phase {
    case .succeeded: 100
    case .queued, .unknown: 0
    case .running, .failed, .cancelled, .expired: min(max(task.progressPercent ?? 0, 0), 99)
    }
  }

  /// Of the clip, or as asked for; nil where the model may choose and has not yet.
  var durationSeconds: Double? {
    if let seconds = clip?.durationSeconds { return seconds }
    guard let seconds = request.durationSeconds, seconds > 0 else { return nil }
    return Double(seconds)
  }

  /// The one that the vendor says it took, else the one that was asked for.
  var seed: Int? {
    if let taken = task.vendorTask?["seed"]?.lenientInt { return taken }
    return request.seed.map { Int($0) }
  }

  /// Why there is no clip, once the task ended without one.
  struct Problem {
    /// One of Filmgate's own words: that of a failure's kind, or `failed`.
    var code: String
    var message: String
    var failure: Failure?

    /// `{"code", "message", "vendor_code"?}`.
    var json: JSONObject {
      var object: JSONObject = ["code": .string(code), "message": .string(message)]
      object.add("vendor_code", failure?.vendorCode)
      return object
    }
  }

  /// Nil unless the task ended without a clip.
  var problem: Problem? {
    let failure = task.failure
    let message = failure.map { $0.vendorMessage ?? $0.message } ?? "The task ended as \(task.phase.rawValue)."
    switch task.phase {
    case .queued, .running, .succeeded, .unknown: return nil
    case .failed: return Problem(code: failure?.kind.rawValue ?? "failed", message: message, failure: failure)
    case .cancelled, .expired: return Problem(code: task.phase.rawValue, message: message, failure: failure)
    }
  }
}
