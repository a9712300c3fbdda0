// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
public import Network
public import Store
public import VideoDocuments

/// Downloads outputs into files. A file under its final name is whole: it is written under another name, checked, synced
/// and renamed. Nothing that is there already is written over.
public struct FileArchive: Archive {
  private let client: HTTPClient
  private let defaultFolder: String
  private let hasDayFolders: Bool

  /// `defaultFolder` takes clips whose job names no path; with day folders in one for each day (UTC), so that no folder
  /// grows without end.
  public init(client: HTTPClient, defaultFolder: String = ".", hasDayFolders: Bool = false) {
    self.client = client
    self.defaultFolder = defaultFolder
    self.hasDayFolders = hasDayFolders
  }

  /// The folder, below `folder`, for what belongs to a job.
  public static func dayFolder(_ folder: String, _ job: JobRecord) -> String {
    var seconds = time_t(job.task.createdAtMilliseconds / 1_000)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    func padded(_ number: Int32) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(folder)/\(parts.tm_year + 1900)-\(padded(parts.tm_mon + 1))-\(padded(parts.tm_mday))"
  }

  /// The name under which an output grows.
  public static func partName(_ jobID: String, index: Int) -> String { ".\(jobID)-\(index + 1).part" }

  public func download(
    _ output: VideoOutput, at index: Int, for job: JobRecord,
    progress: @escaping @LoopActor (Int64, Int64?) -> Void
  ) async throws(CollectTrouble) -> ArchivedFile {
    let place = OutputPlace(
      job, index: index, defaultFolder: hasDayFolders ? Self.dayFolder(defaultFolder, job) : defaultFolder)
    let part = PartFile(folder: place.folder, name: Self.partName(job.id, index: index))
    let descriptor = try await part.open()
    do throws(CollectTrouble) {
      if let path = try link({ () throws(Failure) in try OutputLink.localPath(output, of: job) }) {
        try await copy(path, to: descriptor)
      } else {
        try await fetch(output, to: descriptor, job, progress)
      }
    } catch {
      await part.discard(descriptor)
      throw error
    }
    // The user's word counts for the clip alone; what stands beside it was not asked for.
    let mayReplace = job.isOverwriting && place.isWanted
    return try await Blocking.run { () -> Result<ArchivedFile, CollectTrouble> in
      part.settle(descriptor, at: place, output, index: index, mayReplace: mayReplace)
    }.get()
  }

  private func fetch(
    _ output: VideoOutput, to descriptor: Int32, _ job: JobRecord,
    _ progress: @escaping @LoopActor (Int64, Int64?) -> Void
  ) async throws(CollectTrouble) {
    let request = try link { () throws(Failure) in try OutputLink.download(output, of: job) }
    let outcome = await client.download(request, to: descriptor) { progress($0.byteCount, $0.totalBytes) }
    try judge(outcome, request.url)
  }

  private func link<Value>(_ read: () throws(Failure) -> Value) throws(CollectTrouble) -> Value {
    do throws(Failure) {
      return try read()
    } catch {
      throw .invalidContent(error)
    }
  }

  /// Takes a clip that was made on this machine.
  private func copy(_ source: String, to descriptor: Int32) async throws(CollectTrouble) {
    try await Blocking.run { () -> Result<Void, CollectTrouble> in
      let input = filmgate_open(source, O_RDONLY | O_CLOEXEC, 0)
      guard input >= 0 else { return .failure(.linkGone(Failure(.expired, "The rendered clip is gone."))) }
      defer { close(input) }
      var status = stat()
      guard fstat(input, &status) == 0 else { return .failure(.unreachable(Failure(.internal, "stat failed."))) }
      var left = Int(status.st_size)
      while left > 0 {
        let count = sendfile(descriptor, input, nil, left)
        if count < 0, filmgate_errno() == EINTR { continue }
        guard count > 0 else {
          let why = String(cString: strerror(filmgate_errno()))
          return .failure(.disk(Failure(.internal, "The clip cannot be written: \(why).", advice: PartFile.diskAdvice)))
        }
        left -= count
      }
      return .success(())
    }.get()
  }

  private func judge(_ outcome: DownloadOutcome, _ url: HTTPURL) throws(CollectTrouble) {
    switch outcome {
    case .complete: return
    case .refused(let response):
      let failure = Failure(
        .expired, "The link to the clip answers \(response.status) (\(url.withoutQuery)).", isRetryable: true,
        charged: .yes,
        retryAfterMilliseconds: response.headers.first("retry-after").flatMap {
          HTTPDate.retryAfterMilliseconds($0, nowMilliseconds: SystemClock().nowMilliseconds)
        })
      switch response.status {
      case 408, 425, 429, 500...: throw .unreachable(failure)
      default: throw .linkGone(failure)
      }
    case .failed(let transport, _):
      let detail = transport.detail.isEmpty ? "" : " (\(transport.detail))"
      switch transport.kind {
      case .localFile:
        throw .disk(
          Failure(.internal, "The clip cannot be written\(detail).", advice: PartFile.diskAdvice, charged: .yes))
      case .blockedAddress, .invalidRequest, .redirect, .tooLarge, .protocolViolation:
        throw .invalidContent(
          Failure(.upstream, "The link to the clip cannot be followed\(detail).", isRetryable: false, charged: .yes))
      default:
        throw .unreachable(
          Failure(.unreachable, "The clip could not be fetched from \(url.hostHeader)\(detail).", charged: .yes))
      }
    }
  }
}
