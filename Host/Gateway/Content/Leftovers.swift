// SPDX-License-Identifier: Apache-2.0

import CLinux
public import EventLoop
import Glibc
public import Jobs
public import Store
public import VideoDocuments

/// Removes what a killed gateway left on disk of requests that came to nothing: copies of inputs that no job has, and
/// pictures that were half taken. Looked for once, a while after the start, when every request that began before it has
/// long become a job.
@LoopActor public final class Leftovers {
  public nonisolated static let waitMilliseconds: Int64 = 600_000
  /// Between the copy of an input and its job, and clocks that differ a little.
  private static let requestMilliseconds: Int64 = 600_000
  private static let skewMilliseconds: Int64 = 60_000
  private static let pageSize = 200

  /// A file and when it was written last, in unix milliseconds.
  struct LeftFile: Sendable {
    var path: String
    var writtenAtMilliseconds: Int64
  }

  private let store: any Store
  private let inputFolder: String
  private let pictureFolder: String
  private let clock: any JobClock
  private var task: Task<Void, Never>?

  /// `inputFolder` holds nothing but copies of inputs, `pictureFolder` a folder of pictures for each day.
  public nonisolated init(
    store: any Store, inputFolder: String, pictureFolder: String, clock: any JobClock = SystemClock()
  ) {
    self.store = store
    self.inputFolder = inputFolder
    self.pictureFolder = pictureFolder
    self.clock = clock
  }

  /// Looks once, later, for what is older than now.
  public func start(onFailure: @escaping @LoopActor (Failure) -> Void) {
    let now = clock.nowMilliseconds
    task = Task { @LoopActor [clock] in
      guard (try? await clock.sleep(milliseconds: Self.waitMilliseconds)) != nil else { return }
      do throws(Failure) { try await self.remove(writtenBefore: now) } catch { onFailure(error) }
    }
  }

  public func stop() {
    task?.cancel()
    task = nil
  }

  /// Removes what was written before that time and belongs to nothing.
  func remove(writtenBefore moment: Int64) async throws(Failure) {
    let (inputs, pictures) = (inputFolder, pictureFolder)
    let found = await Blocking.run { () -> (inputs: [LeftFile], parts: [LeftFile]) in
      let parts = (FolderListing.names(in: pictures) ?? []).flatMap { Self.files(in: "\(pictures)/\($0)") }
      return (Self.files(in: inputs), parts.filter { PictureMaker.isPart($0.path) })
    }
    // By path, with the time.
    var orphans: [String: Int64] = [:]
    for file in found.inputs where file.writtenAtMilliseconds < moment {
      orphans[file.path] = file.writtenAtMilliseconds
    }
    if !orphans.isEmpty {
      // A job that repeats another one uses copies that are older than itself.
      for path in try await ArchiveCleaner.inputsNeeded(store) { orphans[path] = nil }
      try await keepThoseOfJobs(&orphans)
    }
    let paths = orphans.keys + found.parts.filter { $0.writtenAtMilliseconds < moment }.map(\.path)
    await Blocking.run { for path in paths { unlink(path) } }
  }

  /// An input was copied shortly before its job was made, and an id begins with the time when that was.
  private func keepThoseOfJobs(_ orphans: inout [String: Int64]) async throws(Failure) {
    guard let first = orphans.values.min(), let last = orphans.values.max() else { return }
    let before = JobID.first(atMilliseconds: last + Self.requestMilliseconds)
    var after = JobID.first(atMilliseconds: first - Self.skewMilliseconds)
    while !orphans.isEmpty {
      let page = try await store.jobs(
        JobFilter(before: before, after: after, isAscending: true, limit: Self.pageSize))
      for job in page { for asset in job.assets { orphans[asset.path] = nil } }
      guard page.count == Self.pageSize, let next = page.last?.id else { return }
      after = next
    }
  }

  // MARK: Files

  private nonisolated static func files(in folder: String) -> [LeftFile] {
    (FolderListing.names(in: folder) ?? []).compactMap { name in
      var status = stat()
      let path = "\(folder)/\(name)"
      guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      let time = status.st_mtim
      return LeftFile(path: path, writtenAtMilliseconds: Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000)
    }
  }
}
