// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

/// Makes of a task as it is kept one that callers may see, in whatever wire format: our id and our links for the
/// vendor's, and none of the credentials that vendors write into links.
///
/// Masking a task twice is the same as masking it once.
public struct TaskMasking: Sendable {
  /// Where callers fetch an output: the gateway's own route.
  private let link: @Sendable (VideoOutput) -> String

  public init(link: @escaping @Sendable (VideoOutput) -> String) { self.link = link }

  /// The task under our id. What was asked for is left as it is: that is the caller's own.
  public func masked(_ task: VideoTask, id: String) -> VideoTask {
    let scrubber = Scrubber(upstreamID: task.upstreamID, id: id, links: task.outputs.map { ($0.url, link($0)) })
    var masked = task
    masked.id = id
    masked.upstreamID = nil
    masked.vendorTask = task.vendorTask.map { scrubber.cleaned($0) }
    masked.usage = JSONObject(task.usage.map { ($0.key, scrubber.cleaned($0.value)) })
    for index in masked.outputs.indices {
      masked.outputs[index].url = link(task.outputs[index])
      masked.outputs[index].id = masked.outputs[index].id.map { scrubber.cleaned($0) }
    }
    guard var failure = task.failure else { return masked }
    failure.message = scrubber.cleaned(failure.message)
    failure.vendorMessage = failure.vendorMessage.map { scrubber.cleaned($0) }
    masked.failure = failure
    return masked
  }
}
