// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Glibc
import Jobs
public import Store
public import VideoDocuments

/// Removes what a gateway keeps of jobs beside their records.
public struct ArchiveCleaner: Sendable {
  private let archiveFolder: String
  private let thumbnailFolder: String

  public init(archiveFolder: String, thumbnailFolder: String) {
    self.archiveFolder = archiveFolder
    self.thumbnailFolder = thumbnailFolder
  }

  /// Removes everything of a job that is about to be deleted.
  public func forget(_ job: JobRecord, store: any Store) async throws(Failure) {
    await removeClips(of: job)
    guard job.assets.contains(where: \.isOwnedCopy) else { return }
    await removeInputs(of: job, needed: try await Self.inputsNeeded(store, besides: job.id))
  }

  /// Paths of the inputs of jobs under way: a job that repeats another uses its copies.
  static func inputsNeeded(_ store: any Store, besides id: String? = nil) async throws(Failure) -> Set<String> {
    Set(try await store.liveJobs().filter { $0.id != id }.flatMap { $0.assets.map(\.path) })
  }

  /// Removes the job's clips, what stands beside them, and its picture. Files of a command line's job stay: they are the
  /// user's. Off the loop.
  public func removeClips(of job: JobRecord) async {
    let paths = clipPaths(of: job)
    await Blocking.run { Self.remove(paths) }
  }

  /// Removes our copies of the job's inputs, but for those that another job needs too.
  public func removeInputs(of job: JobRecord, needed: Set<String> = []) async {
    let paths = job.assets.filter { $0.isOwnedCopy && !needed.contains($0.path) }.map(\.path)
    await Blocking.run { Self.remove(paths) }
  }

  func clipPaths(of job: JobRecord) -> [String] {
    guard job.caller != nil, job.outputPath == nil else { return [] }
    let files = job.archived.map(\.path)
    // What a killed process left while it fetched.
    let folder = FileArchive.dayFolder(archiveFolder, job)
    let parts = job.task.outputs.indices.map { "\(folder)/\(FileArchive.partName(job.id, index: $0))" }
    return files + parts + [Thumbnails.path(of: job, in: thumbnailFolder)]
  }

  /// Also removes the folder of a day that is empty with that.
  private static func remove(_ paths: [String]) {
    var folders: Set<String> = []
    for path in paths where unlink(path) == 0 {
      if let slash = path.lastIndex(of: "/") { folders.insert(String(path[..<slash])) }
    }
    // Only an empty one goes, and whoever needs it makes it anew.
    for folder in folders where isDay(folder) { rmdir(folder) }
  }

  /// Whether a folder is named by a day, as those are in which clips are kept.
  static func isDay(_ folder: String) -> Bool {
    let name = folder[(folder.lastIndex(of: "/").map(folder.index(after:)) ?? folder.startIndex)...]
    let parts = name.split(separator: "-", omittingEmptySubsequences: false)
    return parts.map(\.utf8.count) == [4, 2, 2]
      && parts.allSatisfy { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }
  }
}
