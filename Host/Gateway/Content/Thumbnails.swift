// SPDX-License-Identifier: Apache-2.0

public import EventLoop
import HTTPServer
import Jobs
import Network
public import Store
import VideoDocuments

/// Pictures of clips, each taken once and kept beside the archive. A few at a time are taken, off the loop.
@LoopActor public final class Thumbnails {
  public nonisolated static let mediaType = MediaType.jpeg.name
  /// Opens the clip.
  typealias Source = @LoopActor @Sendable () async throws(Failure) -> OpenFile

  private static let maximumRunning = 2
  private static let maximumWaiting = 64
  /// So long a clip that gave no picture is not tried again.
  private static let restNanoseconds: UInt64 = 60_000_000_000
  private static let maximumRests = 1_024

  private let folder: String
  private let maker: PictureMaker
  private var making: [String: Task<Result<StoredContent, Failure>, Never>] = [:]
  private var rests: [String: (failure: Failure, until: UInt64)] = [:]
  private var running = 0
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// `folder` takes a folder for each day; `program` is ffmpeg.
  public nonisolated init(folder: String, program: String = "ffmpeg") {
    self.folder = folder
    maker = PictureMaker(program: program)
  }

  /// Where the picture of a job stands, or will.
  public nonisolated static func path(of job: JobRecord, in folder: String) -> String {
    "\(FileArchive.dayFolder(folder, job))/\(job.id).jpg"
  }

  /// The picture of the job's clip; several callers wait for the same one.
  func picture(of job: JobRecord, source: @escaping Source) async throws(Failure) -> StoredContent {
    let path = Self.path(of: job, in: folder)
    if let file = await StoredContent.open(path) { return file }
    if let rest = rests[job.id], rest.until > EventLoop.monotonicNanoseconds { throw rest.failure }
    if let task = making[job.id] { return try await task.value.get() }
    guard making.count < Self.maximumRunning + Self.maximumWaiting else {
      throw Failure(
        .unreachable, "Too many pictures are being taken at the moment.", advice: "Ask again in a moment.",
        retryAfterMilliseconds: 2_000)
    }
    let task = Task { @LoopActor () -> Result<StoredContent, Failure> in
      await self.take()
      defer { self.give() }
      do throws(Failure) {
        return .success(try await self.make(path, source))
      } catch {
        return .failure(error)
      }
    }
    making[job.id] = task
    let result = await task.value
    making[job.id] = nil
    if case .failure(let failure) = result, !failure.isRetryable { rest(job.id, failure) }
    return try result.get()
  }

  /// A file without a name, for a clip that is not on this machine.
  func emptyFile(for job: JobRecord) async throws(Failure) -> OpenFile {
    let path = Self.path(of: job, in: folder)
    return try await Blocking.run { PictureMaker.unnamedFile(beside: path) }.get()
  }

  private func make(_ path: String, _ source: Source) async throws(Failure) -> StoredContent {
    let clip = try await source()
    let maker = maker
    try await Blocking.run { maker.make(clip, path) }.get()
    guard let file = await StoredContent.open(path) else {
      throw Failure(.internal, "The picture that was just taken cannot be read.")
    }
    return file
  }

  private func rest(_ id: String, _ failure: Failure) {
    if rests.count >= Self.maximumRests { rests = [:] }
    rests[id] = (failure, EventLoop.monotonicNanoseconds + Self.restNanoseconds)
  }

  private func take() async {
    await withCheckedContinuation { continuation in
      // Asked inside: reaching the continuation can take a turn of the loop.
      if running < Self.maximumRunning {
        running += 1
        continuation.resume()
      } else {
        // The place is handed over by whoever gives it up, so nobody comes between.
        waiting.append(continuation)
      }
    }
  }

  private func give() {
    if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().resume() }
  }
}
