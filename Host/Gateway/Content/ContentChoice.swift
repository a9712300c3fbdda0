// SPDX-License-Identifier: Apache-2.0

import Store
import VideoDocuments

/// What answers a request for content. Pure.
enum ContentChoice: Sendable, Hashable {
  /// One of the task's outputs as it is.
  case output(Int)
  /// A picture taken from an output that is a clip.
  case picture(ofOutput: Int)

  /// Why there is nothing to send says the failure: kind `not_found` while or because there is no clip, `expired` once
  /// there was one and is none any more.
  init(_ variant: ContentVariant, of job: JobRecord) throws(Failure) {
    try Self.requireClip(job)
    let outputs = job.task.outputs
    let clips = outputs.indices.filter { outputs[$0].kind == "video" }
    switch variant {
    case .video(let number):
      guard number <= clips.count else {
        throw Failure(
          .notFound, "The task \(job.id) has \(clips.count == 1 ? "one clip" : "\(clips.count) clips").",
          field: "variant")
      }
      self = .output(clips[number - 1])
    case .thumbnail:
      if let own = outputs.firstIndex(where: { $0.kind == "thumbnail" }) {
        self = .output(own)
      } else if let clip = clips.first {
        self = .picture(ofOutput: clip)
      } else {
        throw Failure(.notFound, "The task \(job.id) has no clip to take a picture from.", field: "variant")
      }
    case .beside(let kind):
      guard let index = outputs.firstIndex(where: { $0.kind == kind }) else {
        throw Failure(
          .notFound, "The task \(job.id) has no \(kind).", field: "variant",
          advice: kind == "last_frame" ? "Ask for it when the task is made, where the model gives one." : nil)
      }
      self = .output(index)
    }
  }

  private static func requireClip(_ job: JobRecord) throws(Failure) {
    switch job.state {
    case .planned, .submitting, .watching: throw unfinished(job)
    case .collecting where job.task.outputs.isEmpty: throw unfinished(job)
    case .collecting, .done: break
    case .failed, .cancelled, .unknown: throw ended(job, .notFound)
    // A clip that was there and is gone for good, or none at all.
    case .expired: throw ended(job, job.task.outputs.isEmpty ? .notFound : .expired)
    }
    if job.filesRemovedAtMilliseconds != nil {
      throw Failure(
        .expired, "The clip of task \(job.id) was removed, because the time for which clips are kept is over.")
    }
  }

  private static func unfinished(_ job: JobRecord) -> Failure {
    Failure(
      .notFound, "The task \(job.id) is not completed, so there is no clip yet.",
      advice: "Ask for the task until it is completed.")
  }

  private static func ended(_ job: JobRecord, _ kind: FailureKind) -> Failure {
    let word = job.state == .unknown ? "has no known outcome" : job.state == .failed ? "failed" : "is \(job.state)"
    let reason = job.task.failure.map { ": \($0.message)" } ?? "."
    return Failure(kind, "The task \(job.id) \(word), so there is no clip\(reason)", isRetryable: false)
  }
}
