// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Store
import VideoDocuments

/// A job as its caller may see it.
struct JobView: Sendable {
  /// The link to a job's clip, by its id and the variant (nil: the clip itself).
  var link: @Sendable (_ jobID: String, _ variant: String?) -> String
  /// Unix milliseconds.
  var nowMilliseconds: Int64

  /// The task in the caller's words: our links for the vendor's, the caller's own id for the one that the vendor got, no
  /// id of the vendor's.
  func task(of job: JobRecord) -> VideoTask {
    var task = job.task
    task.phase = Self.phase(of: job)
    task.request.externalID = job.caller?.externalID
    task.progressPercent = progress(of: job, task.phase)
    if task.phase.isTerminal, task.finishedAtMilliseconds == nil {
      task.finishedAtMilliseconds = task.updatedAtMilliseconds
    }
    let upstreamID = task.upstreamID
    let outputs = task.outputs
    for index in task.outputs.indices {
      task.outputs[index].url = link(job.id, Self.variant(of: outputs[index], at: index, among: outputs))
    }
    task.vendorTask = task.vendorTask.map { masked($0, upstreamID, outputs, task) }
    task.upstreamID = nil
    return task
  }

  /// What the job's state says over the vendor's last word.
  static func phase(of job: JobRecord) -> TaskPhase {
    switch job.state {
    case .planned, .submitting: .queued
    case .watching: job.task.phase == .unknown ? .queued : job.task.phase
    case .collecting, .done: .succeeded
    case .failed: .failed
    case .cancelled: .cancelled
    case .expired: .expired
    case .unknown: .unknown
    }
  }

  /// The vendor's number, else an estimate from how long the model usually takes: never 100 before the end.
  private func progress(of job: JobRecord, _ phase: TaskPhase) -> Int? {
    switch phase {
    case .succeeded: return 100
    case .queued, .unknown: return 0
    case .failed, .cancelled, .expired: return job.task.progressPercent
    case .running: break
    }
    if let percent = job.task.progressPercent { return min(max(percent, 0), 99) }
    guard let typical = job.typicalSeconds, typical > 0,
      let began = job.task.startedAtMilliseconds ?? job.acceptedAtMilliseconds
    else { return 0 }
    return Int(min(99, max(0, (nowMilliseconds - began) / 10 / Int64(typical))))
  }

  private static func variant(of output: VideoOutput, at index: Int, among outputs: [VideoOutput]) -> String? {
    guard output.kind == "video" else { return output.kind }
    let number = outputs.prefix(index).count { $0.kind == "video" }
    return number == 0 ? nil : "video-\(number + 1)"
  }

  private func masked(_ json: JSON, _ upstreamID: String?, _ outputs: [VideoOutput], _ task: VideoTask) -> JSON {
    switch json {
    case .string(let text):
      if let upstreamID, text == upstreamID { return .string(task.id) }
      if let index = outputs.firstIndex(where: { $0.url == text }) { return .string(task.outputs[index].url) }
      return json
    case .array(let elements): return .array(elements.map { masked($0, upstreamID, outputs, task) })
    case .object(let object):
      return .object(JSONObject(object.map { ($0.key, masked($0.value, upstreamID, outputs, task)) }))
    default: return json
    }
  }
}
