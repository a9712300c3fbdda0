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
  /// id of the vendor's, the model as it was asked for.
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
    describe(&task, job.archived)
    task.model = job.caller?.model ?? task.model
    task.failure = task.failure.map { ProviderSide.ofJob($0) }
    let outputs = task.outputs
    let link = link
    let id = job.id
    return TaskMasking { link(id, Self.variant(of: $0, among: outputs)) }.masked(task, id: id)
  }

  /// The task as it was when its request was answered, so that a repeated request gets the same reply.
  func createdTask(of job: JobRecord) -> VideoTask {
    var created = job
    created.archived = []
    var task = task(of: created)
    task.phase = job.state == .unknown ? .unknown : .queued
    task.progressPercent = 0
    task.updatedAtMilliseconds = task.createdAtMilliseconds
    (task.startedAtMilliseconds, task.finishedAtMilliseconds, task.expiresAt) = (nil, nil, nil)
    (task.outputs, task.usage, task.cost) = ([], JSONObject(), nil)
    (task.failure, task.rawStatus, task.vendorTask) = (nil, nil, nil)
    (task.request.resolution, task.request.aspectRatio) = (job.request.resolution, job.request.aspectRatio)
    return task
  }

  /// Size, length and frame rate that the provider did not say: as our copy of the clip has them, else as the model's
  /// table does.
  private func describe(_ task: inout VideoTask, _ files: [ArchivedFile]) {
    let clips = files.filter { $0.kind == "video" && task.outputs.indices.contains($0.outputIndex) }
    for clip in clips {
      task.outputs[clip.outputIndex].complete(
        width: clip.widthPixels, height: clip.heightPixels, seconds: clip.durationSeconds)
    }
    task.request.framesPerSecond = clips.first?.framesPerSecond ?? task.request.framesPerSecond
    guard let model = model(task.request.model) else { return }
    task.request.framesPerSecond = task.request.framesPerSecond ?? model.framesPerSecond
    if task.phase == .succeeded { Self.settleShape(of: &task.request, by: task.vendorTask, model) }
    guard let size = Self.size(of: task.request, model) else { return }
    for index in task.outputs.indices where task.outputs[index].kind == "video" {
      task.outputs[index].complete(width: size.widthPixels, height: size.heightPixels, seconds: nil)
    }
  }

  /// Where a provider's task, or a reseller's around it, may say what the model chose.
  private static let shapePlaces = ["", "data.data.result", "data.data", "data"]

  /// Resolution and ratio that were left to the model, as the provider's task has them: those alone that the model's
  /// table knows.
  private static func settleShape(of request: inout VideoRequest, by vendorTask: JSON?, _ model: ModelFacts) {
    func settled(_ asked: String?, _ names: [String], known: [String]) -> String? {
      if let asked, known.contains(asked) { return asked }
      for place in shapePlaces {
        for name in names {
          let found = vendorTask?.value(at: place.isEmpty ? name : "\(place).\(name)")?.string
          if let found, known.contains(found) { return found }
        }
      }
      return asked
    }
    request.resolution = settled(request.resolution, ["resolution"], known: model.sizes.map { $0.resolution })
    request.aspectRatio = settled(
      request.aspectRatio, ["ratio", "aspect_ratio"], known: model.sizes.map { $0.aspectRatio })
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

extension VideoOutput {
  /// Fills in what is not known yet.
  fileprivate mutating func complete(width: Int?, height: Int?, seconds: Double?) {
    if widthPixels == nil, heightPixels == nil { (widthPixels, heightPixels) = (width, height) }
    durationSeconds = durationSeconds ?? seconds
  }
}
