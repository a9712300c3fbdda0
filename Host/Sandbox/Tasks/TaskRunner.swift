// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
import Jobs
import OrderedJSON
import Studio
import VideoDocuments

/// Takes tasks from their acceptance to their end.
@LoopActor final class TaskRunner {
  /// How long a clip's link is said to work; it works as long as the task is kept.
  private static let linkSeconds: Int64 = 86_400
  /// The share of the delay that a task is queued, in percent.
  private static let queuedPercent: UInt64 = 30

  private let table: TaskTable
  private let clips: ClipStore
  private let delayNanoseconds: UInt64
  private let drawsPrompt: Bool
  /// What a clip's link begins with, once the port is known.
  var mediaBase = ""

  init(table: TaskTable, clips: ClipStore, options: SandboxOptions) {
    self.table = table
    self.clips = clips
    delayNanoseconds = UInt64(min(max(options.delayMilliseconds, 0), 86_400_000)) * 1_000_000
    drawsPrompt = options.drawsPrompt
  }

  /// Begins to work on a task.
  func start(_ record: TaskRecord) {
    record.work = Task { @LoopActor in
      do {
        try await self.run(record)
      } catch let failure as Failure {
        var update = TaskUpdate(.failed)
        update.failure = failure
        record.apply(update)
      } catch {
        // Cancelled: whoever did it said so in the task.
      }
    }
  }

  private func run(_ record: TaskRecord) async throws {
    let factor = record.faults.contains(.slow) ? UInt64(SandboxFault.slowFactor) : 1
    let delay = delayNanoseconds * factor
    let queued = delay * Self.queuedPercent / 100
    try await EventLoop.sleep(nanoseconds: queued)
    record.runningSince = EventLoop.monotonicNanoseconds
    record.runningNanoseconds = max(1, delay - queued)
    record.apply(TaskUpdate(.running))
    guard !record.faults.contains(.stuck) else { return }
    let verdict = SandboxFault.allCases.lazy.filter { record.faults.contains($0) }.compactMap { $0.verdict }.first
    let rendering = verdict == nil ? Task { @LoopActor in await self.render(record) } : nil
    try await EventLoop.sleep(nanoseconds: delay - queued)
    if let verdict { throw verdict }
    guard let rendering else { return }
    let made = try await rendering.value.get()
    try Task.checkCancellation()
    succeed(record, made)
  }

  private struct Made: Sendable {
    let specification: ClipSpecification
    let clip: ServedClip
  }

  private func render(_ record: TaskRecord) async -> Result<Made, Failure> {
    var specification = ClipSpecification(
      record.task.request, facts: record.model, backgroundPath: background(record)?.path)
    if !drawsPrompt { specification.text = nil }
    do throws(Failure) {
      let file = try await clips.clip(specification)
      let path = file.path
      let size = await Blocking.run { () -> UInt64? in
        var status = stat()
        return stat(path, &status) == 0 ? UInt64(max(0, status.st_size)) : nil
      }
      guard let size else { throw Failure(.internal, "The rendered clip is gone.") }
      let available = record.faults.contains(.short) ? size / 2 : size
      return .success(
        Made(
          specification: specification,
          clip: ServedClip(
            name: "\(RandomText.make()).mp4", file: file, byteCount: size, availableBytes: available)))
    } catch {
      return .failure(error)
    }
  }

  /// The picture behind the text: the first frame, else the first image that was given as a file.
  private func background(_ record: TaskRecord) -> ReceivedMedium? {
    let images = record.task.request.inputs.filter { $0.kind == .image && $0.asset != nil }
    let chosen = images.first { $0.role == MediaInput.Role.firstFrame } ?? images.first
    // By its bytes an image: ffmpeg also reads lists of other files, which are not to be opened for a stranger.
    return record.media.first { $0.name == chosen?.asset && $0.mediaType?.hasPrefix("image/") == true }
  }

  private func succeed(_ record: TaskRecord, _ made: Made) {
    var update = TaskUpdate(.succeeded)
    let clip = made.specification
    if !record.faults.contains(.noLink) {
      table.serve(made.clip, of: record)
      var output = VideoOutput(
        url: mediaBase + made.clip.name, id: RandomText.make(), durationSeconds: Double(clip.seconds))
      output.widthPixels = clip.widthPixels
      output.heightPixels = clip.heightPixels
      output.mediaType = "video/mp4"
      update.outputs = [output]
    }
    update.expiresAt = WallClock.milliseconds / 1_000 + Self.linkSeconds
    let request = record.task.request
    update.cost = PriceEstimate.reckon(request, model: record.model, profile: record.endpoint.profile).expected
    if record.model.price?.unit == .millionTokens {
      // The usual reckoning of tokens for pictures in motion: width × height × frames ÷ 1024.
      let pixels = clip.widthPixels * clip.heightPixels
      let tokens = pixels * clip.framesPerSecond * clip.seconds / 1_024 * max(1, request.count ?? 1)
      update.usage = [
        "completion_tokens": .number(JSONNumber(tokens)), "total_tokens": .number(JSONNumber(tokens)),
      ]
    }
    record.apply(update)
  }
}
