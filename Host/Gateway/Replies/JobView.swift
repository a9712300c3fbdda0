// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Store
import VideoDocuments

/// A job as its caller may see it.
struct JobView: Sendable {
  /// The link to a job's clip, by its id and the variant (nil: the clip itself).
  var link: @Sendable (_ jobID: String, _ variant: String?) -> String
  /// The facts of a model by its name.
  var model: @Sendable (String) -> ModelFacts?
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
    if task.phase == .succeeded || task.phase == .running, task.startedAtMilliseconds == nil {
      // It began between two looks.
      task.startedAtMilliseconds = job.acceptedAtMilliseconds ?? task.createdAtMilliseconds
    }
    describe(&task)
    task.failure = task.failure.map { ProviderSide.ofJob($0) }
    let outputs = task.outputs
    let link = link
    let id = job.id
    return TaskMasking { link(id, Self.variant(of: $0, among: outputs)) }.masked(task, id: id)
  }

  /// The task as it was when its request was answered, so that a repeated request gets the same reply.
  func createdTask(of job: JobRecord) -> VideoTask {
    var task = task(of: job)
    task.phase = job.state == .unknown ? .unknown : .queued
    task.progressPercent = 0
    task.updatedAtMilliseconds = task.createdAtMilliseconds
    (task.startedAtMilliseconds, task.finishedAtMilliseconds, task.expiresAt) = (nil, nil, nil)
    (task.outputs, task.usage, task.cost) = ([], JSONObject(), nil)
    (task.failure, task.rawStatus, task.vendorTask) = (nil, nil, nil)
    return task
  }

  /// Size and frame rate, where the model's table knows what the provider did not say.
  private func describe(_ task: inout VideoTask) {
    guard let model = model(task.request.model) else { return }
    task.request.framesPerSecond = task.request.framesPerSecond ?? model.framesPerSecond
    guard let size = Self.size(of: task.request, model) else { return }
    for index in task.outputs.indices
    where task.outputs[index].kind == "video" && task.outputs[index].widthPixels == nil {
      task.outputs[index].widthPixels = size.widthPixels
      task.outputs[index].heightPixels = size.heightPixels
    }
  }

  /// The clip's size by the model's table.
  static func size(of request: VideoRequest, _ model: ModelFacts) -> ModelFacts.Size? {
    guard let resolution = request.resolution, let ratio = request.aspectRatio else { return nil }
    return model.size(resolution: resolution, aspectRatio: ratio)
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

  static func variant(of output: VideoOutput, among outputs: [VideoOutput]) -> String? {
    guard output.kind == "video" else { return output.kind }
    let clips = outputs.filter { $0.kind == "video" }
    guard let number = clips.firstIndex(where: { $0.url == output.url }), number > 0 else { return nil }
    return "video-\(number + 1)"
  }
}
