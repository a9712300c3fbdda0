// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
import Studio
import VideoDocuments

/// A rendered clip as it is served.
struct ServedClip: Sendable {
  let name: String
  let file: TemporaryFile
  let byteCount: UInt64
  /// How many of the bytes can be had; less than all where a transfer is to end early.
  let availableBytes: UInt64
}

/// Renders clips, a few at a time, and keeps the last ones for requests of the same shape.
@LoopActor final class ClipStore {
  /// How many clips are kept for requests to come.
  private static let keptClips = 32

  private let folder: TemporaryFolder
  private var freePlaces: Int
  private var waiters: [LoopContinuation<Void>] = []
  /// Most recently used last.
  private var kept: [(specification: ClipSpecification, rendering: Task<Result<TemporaryFile, Failure>, Never>)] = []
  /// What is being rendered, by number.
  private var running: [Int: Task<Result<TemporaryFile, Failure>, Never>] = [:]
  private var nextNumber = 0

  init(folder: TemporaryFolder, maximumRenderings: Int) {
    self.folder = folder
    freePlaces = max(1, maximumRenderings)
  }

  /// The clip, rendered now or before. A background that ffmpeg cannot read is left out.
  func clip(_ specification: ClipSpecification) async throws(Failure) -> TemporaryFile {
    let rendering: Task<Result<TemporaryFile, Failure>, Never>
    if let index = kept.firstIndex(where: { $0.specification == specification }) {
      let found = kept.remove(at: index)
      kept.append(found)
      rendering = found.rendering
    } else {
      rendering = start(specification)
      // A background's file is the task's own: no other request can ask for the same.
      if specification.backgroundPath == nil { kept.append((specification, rendering)) }
      if kept.count > Self.keptClips { kept.removeFirst() }
    }
    let result = await rendering.value
    if case .failure = result { kept.removeAll { $0.specification == specification } }
    return try result.get()
  }

  /// Ends what is being rendered and forgets all clips.
  func close() async {
    kept = []
    let ending = Array(running.values)
    for rendering in ending { rendering.cancel() }
    for rendering in ending { _ = await rendering.value }
  }

  private func start(_ specification: ClipSpecification) -> Task<Result<TemporaryFile, Failure>, Never> {
    nextNumber += 1
    let number = nextNumber
    let rendering = Task { @LoopActor in
      let result = await self.render(specification)
      self.running[number] = nil
      return result
    }
    running[number] = rendering
    return rendering
  }

  private func render(_ specification: ClipSpecification) async -> Result<TemporaryFile, Failure> {
    await takePlace()
    defer { leavePlace() }
    guard !Task.isCancelled else { return .failure(Failure(.cancelled, "The clip is no longer wanted.")) }
    do throws(Failure) {
      return .success(try await renderOnce(specification))
    } catch {
      guard specification.backgroundPath != nil, !Task.isCancelled else { return .failure(error) }
    }
    var plain = specification
    plain.backgroundPath = nil
    do throws(Failure) {
      return .success(try await renderOnce(plain))
    } catch {
      return .failure(error)
    }
  }

  private func renderOnce(_ specification: ClipSpecification) async throws(Failure) -> TemporaryFile {
    let file = TemporaryFile(path: folder.newPath(".mp4"))
    try await Renderer.render(specification, to: file.path)
    return file
  }

  private func takePlace() async {
    if freePlaces > 0 {
      freePlaces -= 1
    } else {
      await EventLoop.suspend { continuation in waiters.append(continuation) }
    }
  }

  private func leavePlace() {
    if waiters.isEmpty { freePlaces += 1 } else { waiters.removeFirst().resume() }
  }
}
