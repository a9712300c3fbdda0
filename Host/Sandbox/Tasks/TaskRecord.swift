// SPDX-License-Identifier: Apache-2.0
import EventLoop
import OrderedJSON
import Studio
import VideoDocuments

/// One task of the sandbox, from its acceptance until it is removed.
@LoopActor final class TaskRecord {
  /// The option in which callers bring an id of their own, where the wire format has one.
  nonisolated static let externalIDOption = "external_task_id"

  private(set) var task: VideoTask
  /// The plugin and profile that it was made through; others do not see it.
  let endpoint: EndpointKey
  let model: ModelFacts
  let faults: Set<SandboxFault>
  /// Held until the clip is made.
  var media: [ReceivedMedium]
  /// Where the work on it stands, for an estimate of its progress.
  var runningSince: UInt64?
  var runningNanoseconds: UInt64 = 1
  /// The clip, and the unguessable name under which it is served.
  var clip: ServedClip?
  var work: Task<Void, Never>?

  init(
    _ task: VideoTask, endpoint: EndpointKey, model: ModelFacts, faults: Set<SandboxFault>, media: [ReceivedMedium]
  ) {
    self.task = task
    self.endpoint = endpoint
    self.model = model
    self.faults = faults
    self.media = media
  }

  /// The caller's own ids.
  var externalIDs: [String] {
    [task.request.externalID, task.request.options[Self.externalIDOption]?.lenientString].compactMap { $0 }
  }

  /// The task as it stands now.
  var snapshot: VideoTask {
    var now = task
    if task.phase == .running, let runningSince {
      let passed = EventLoop.monotonicNanoseconds - runningSince
      now.progressPercent = 1 + Int(min(98, passed * 98 / runningNanoseconds))
    }
    return now
  }

  /// Takes over what an update says, unless the task is over.
  func apply(_ update: TaskUpdate) {
    guard !task.phase.isTerminal else { return }
    task.apply(update, nowMilliseconds: WallClock.milliseconds)
    if update.phase.isTerminal {
      media = []
      task.progressPercent = update.phase == .succeeded ? 100 : task.progressPercent
    }
  }

  /// Stops the work on it.
  func abandon() {
    work?.cancel()
    work = nil
  }
}

/// One profile of one plugin.
struct EndpointKey: Sendable, Hashable {
  let pluginID: String
  let profile: String
}
