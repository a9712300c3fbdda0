// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import Glibc
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// Makes a request out of an earlier job's.
@LoopActor struct JobBasis {
  let desk: JobDesk

  struct Based {
    var request: VideoRequest
    /// Inputs of the earlier job that this one uses too.
    var assets: [JobAsset]
    var jobID: String?
    /// The earlier job's model as its caller named it, where this request has it too.
    var model: String?
  }

  func apply(_ basis: CreateOrder.Basis, to changes: VideoRequest) async throws(Failure) -> Based {
    switch basis {
    case .again(let id):
      let job = try await repeatable(id)
      let request = job.request.overlaid(by: changes)
      return Based(
        request: request, assets: try await inputs(of: job, usedBy: request), jobID: job.id,
        model: Self.modelName(job, changes))
    case .inputs(let id):
      let job = try await repeatable(id)
      return Based(request: changes, assets: try await inputs(of: job, usedBy: changes), jobID: job.id)
    case .remix(let id):
      let job = try await desk.find(id)
      return try remix(job, changes)
    case .followUp(.task(let id)):
      let job = try await desk.find(id)
      // Another model has other parameters; the same one goes on in the clip's own shape.
      guard changes.model.isEmpty || changes.model == job.request.model else {
        return Based(request: try withClip(of: job, changes), assets: [], jobID: job.id)
      }
      return try remix(job, changes)
    case .followUp(.link(let link)):
      var request = changes
      request.inputs.append(MediaInput(kind: .video, url: link))
      return Based(request: request, assets: [], jobID: nil)
    }
  }

  /// A job that may be bought once more: what nobody knows to be bought or not may be paid already.
  private func repeatable(_ id: String) async throws(Failure) -> JobRecord {
    let job = try await desk.find(id)
    guard job.state != .unknown else {
      throw Failure(
        .unknownOutcome, "Nobody knows whether the task \(job.id) was bought, so buying it again may be paying twice.",
        field: JobDesk.stateField, advice: "Wait until that is settled, or make a new task.", isRetryable: false)
    }
    return job
  }

  /// The job's inputs that the request still has.
  private func inputs(of job: JobRecord, usedBy request: VideoRequest) async throws(Failure) -> [JobAsset] {
    let used = Set(request.inputs.compactMap { $0.asset })
    let assets = job.assets.filter { used.contains($0.id) }
    let isWhole = await Blocking.run { assets.allSatisfy { access($0.path, R_OK) == 0 } }
    guard isWhole, used.isSubset(of: assets.map { $0.id }) else {
      throw Failure(
        .expired, "The inputs of the task \(job.id) are kept no more.", field: "inputs",
        advice: "Make a new task, and send them with it.")
    }
    return assets
  }

  /// The old parameters with the new prompt, and the old clip as an input. The planner says so where the model takes none.
  private func remix(_ job: JobRecord, _ changes: VideoRequest) throws(Failure) -> Based {
    var request = job.request.overlaid(by: changes)
    request.inputs = changes.inputs
    return Based(
      request: try withClip(of: job, request), assets: [], jobID: job.id, model: Self.modelName(job, changes))
  }

  /// An alias may stand for more than the model, so it is kept where the text alone is another.
  private static func modelName(_ job: JobRecord, _ changes: VideoRequest) -> String? {
    var rest = changes
    (rest.prompt, rest.externalID) = (nil, nil)
    rest.inputs = []
    return rest == VideoRequest(model: "") ? job.caller?.model : nil
  }

  private func withClip(of job: JobRecord, _ request: VideoRequest) throws(Failure) -> VideoRequest {
    guard JobView.phase(of: job) == .succeeded, let clip = job.task.outputs.first(where: { $0.kind == "video" }) else {
      throw Failure(
        .invalid, "The task \(job.id) has no clip: it is \(JobView.phase(of: job).rawValue).", field: "video",
        advice: "Take a task that has succeeded.")
    }
    var request = request
    // In which role is the model's to say: the planner knows.
    var input = MediaInput(kind: .video, url: clip.url)
    input.sourceTaskID = job.id
    input.durationSeconds = clip.durationSeconds
    input.widthPixels = clip.widthPixels
    input.heightPixels = clip.heightPixels
    request.inputs.append(input)
    return request
  }
}

extension VideoRequest {
  /// As its caller may see it: where an input is the clip of another task, our link stands for the vendor's.
  func masked(link: (_ jobID: String, _ variant: String?) -> String) -> VideoRequest {
    var request = self
    for index in request.inputs.indices {
      guard let task = request.inputs[index].sourceTaskID, request.inputs[index].url != nil else { continue }
      request.inputs[index].url = link(task, nil)
    }
    return request
  }
}
