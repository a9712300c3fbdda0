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
  /// The base URL of an account whose clips are made on this machine, and how their links begin.
  public static let localBaseURL = "local:"
  private static let localPrefix = "file://"

  private let client: HTTPClient
  private let defaultFolder: String

  /// `defaultFolder` takes clips whose job names no path.
  public init(client: HTTPClient, defaultFolder: String = ".") {
    self.client = client
    self.defaultFolder = defaultFolder
  }

  public func download(
    _ output: VideoOutput, at index: Int, for job: JobRecord,
    progress: @escaping @LoopActor (Int64, Int64?) -> Void
  ) async throws(CollectTrouble) -> ArchivedFile {
    let place = OutputPlace(job, index: index, defaultFolder: defaultFolder)
    let part = PartFile(folder: place.folder, name: ".\(job.id)-\(index + 1).part")
    let descriptor = try await part.open()
    do throws(CollectTrouble) {
      if output.url.hasPrefix(Self.localPrefix) {
        try await copy(output, to: descriptor, job)
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
    let request = try request(output, job)
    let outcome = await client.download(request, to: descriptor) { progress($0.byteCount, $0.totalBytes) }
    try judge(outcome, request.url)
  }

  /// Takes a clip that was made on this machine.
  private func copy(_ output: VideoOutput, to descriptor: Int32, _ job: JobRecord) async throws(CollectTrouble) {
    // A vendor's link never reads this machine's files.
    guard job.connection.baseURL == Self.localBaseURL else {
      throw .invalidContent(
        Failure(.drift, "The provider's link names a file instead of a clip.", isRetryable: false, charged: .yes))
    }
    let source = String(output.url.dropFirst(Self.localPrefix.count))
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

  private func request(_ output: VideoOutput, _ job: JobRecord) throws(CollectTrouble) -> DownloadDescription {
    let base = try? HTTPURL(job.connection.baseURL)
    let url: HTTPURL
    do throws(HTTPURLFailure) {
      // Some vendors' stand-ins name a path on their own host.
      url = if let base, output.url.hasPrefix("/") { try base.resolving(output.url) } else { try HTTPURL(output.url) }
    } catch {
      throw .invalidContent(
        Failure(.drift, "The provider's link to the clip is not a usable URL.", isRetryable: false, charged: .yes))
    }
    var request = DownloadDescription(url, headers: [HTTPHeader("User-Agent", StepRendering.userAgent)])
    request.allowsPrivateAddresses = base.map { $0.isPrivate || $0.host == url.host } ?? false
    // Only who is reached without encryption anyway may send us on without it.
    request.allowsUnencryptedRedirects = base.map { $0.scheme == .http } ?? false
    return request
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
