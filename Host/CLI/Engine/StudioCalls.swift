// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import Store
import Studio
import VideoDocuments

/// The built-in renderer in the place of a plugin: accepted at once, rendered when it is looked at, so that a process
/// that ends in between only leaves a clip to be rendered again.
struct StudioCalls: Sendable {
  let cacheFolder: String

  func create(_ job: JobRecord) -> Step {
    Step(
      .update(TaskUpdate(.queued, upstreamID: job.id)),
      ledger: job.request.givenFields.map { LedgerEntry($0.name, .sent, to: $0.name) })
  }

  func poll(_ job: JobRecord) async throws(Failure) -> Step {
    let folder = "\(cacheFolder)/studio"
    // The cache folder may not exist yet, nor its parents.
    var path = ""
    for part in folder.split(separator: "/") {
      path += "/\(part)"
      mkdir(path, 0o700)
    }
    let output = "\(folder)/\(job.id).mp4"
    let background = job.request.inputs.first?.asset.flatMap { id in job.assets.first { $0.id == id }?.path }
    let clip = ClipSpecification(job.request, facts: StudioManifest.manifest.models.first, backgroundPath: background)
    try await Renderer.render(clip, to: output)
    var update = TaskUpdate(.succeeded, upstreamID: job.id)
    update.progressPercent = 100
    update.cost = Price(currency: "USD", amountMicros: 0)
    update.outputs = [VideoOutput(url: "file://\(output)", durationSeconds: Double(clip.seconds))]
    return Step(.update(update))
  }
}
