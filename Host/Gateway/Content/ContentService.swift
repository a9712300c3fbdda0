// SPDX-License-Identifier: Apache-2.0

import Dialects
public import EventLoop
public import HTTPServer
import Jobs
public import Network
public import Store
public import VideoDocuments

/// Answers requests for what jobs made: from our own files, else from the vendor while its links live.
@LoopActor public final class ContentService {
  /// Asks the vendor for fresh links to a job's outputs; kind `expired` when it has them no more.
  public typealias Relinking = @LoopActor @Sendable (_ jobID: String) async throws(Failure) -> JobRecord

  /// Clips that one key reads from vendors at a time; all keys together have `HTTPClient`'s bound.
  public nonisolated static let maximumStreamsOfKey = 256

  let client: HTTPClient
  let streams = CallerPlaces(limit: maximumStreamsOfKey, of: "clips")
  let links: FreshLinks
  let thumbnails: Thumbnails
  /// For HEAD, which no vendor is asked twice.
  var known = RecentContent()

  public init(client: HTTPClient, thumbnails: Thumbnails, relink: @escaping Relinking) {
    self.client = client
    self.thumbnails = thumbnails
    links = FreshLinks(relink)
  }

  /// Answers GET and HEAD for one of the job's files: `variant` as the request's query names it, nil for the clip. Whether
  /// the caller may see the job is decided already.
  public func respond(
    to request: HTTPRequest, job: JobRecord, variant: String? = nil
  ) async -> Result<HTTPResponse, Failure> {
    do throws(Failure) {
      switch try ContentChoice(try ContentVariant(variant), of: job) {
      case .output(let index): return .success(Self.explained(try await output(index, of: job, request)))
      case .picture(let index): return .success(Self.explained(try await picture(ofOutput: index, of: job, request)))
      }
    } catch {
      return .failure(error)
    }
  }

  /// Puts the format's own error beside a status that stands alone otherwise.
  private static func explained(_ response: HTTPResponse) -> HTTPResponse {
    let (message, field): (String, String)
    switch response.status {
    case 412: (message, field) = ("The file is not the one that If-Match or If-Unmodified-Since names.", "If-Match")
    case 416:
      let range = response.headers["content-range"].map { " (\($0))" } ?? ""
      (message, field) = ("The file has no byte in the range that was asked for\(range).", "Range")
    default: return response
    }
    let reply = OpenAIDialect.encode(
      Outcome(.failure(Failure(.invalid, message, field: field)), requestID: "", nowMilliseconds: 0),
      OpenAIDialect.Reply(side: .caller, contentURL: { $0 }))
    var explained = HTTPResponse(reply)
    explained.status = response.status
    for header in response.headers.fields where header.name.lowercased() != "content-type" {
      explained.headers.set(header.name, header.value)
    }
    return explained
  }

  private func output(_ index: Int, of job: JobRecord, _ request: HTTPRequest) async throws(Failure) -> HTTPResponse {
    let output = job.task.outputs[index]
    if let file = await storedFile(index, of: job) {
      let archived = job.archived.first { $0.outputIndex == index }
      let type = ContentHeaders.safe(archived?.mediaType) ?? ContentHeaders.assumed(output)
      return Self.answer(request, file, type, name(of: job, index, type))
    }
    return try await vendorContent(index, of: job, request)
  }

  /// What is on this machine of an output.
  func storedFile(_ index: Int, of job: JobRecord) async -> StoredContent? {
    if let archived = job.archived.first(where: { $0.outputIndex == index }),
      let file = await StoredContent.open(archived)
    {
      return file
    }
    guard let path = try? OutputLink.localPath(job.task.outputs[index], of: job) else { return nil }
    return await StoredContent.open(path)
  }

  private func picture(
    ofOutput index: Int, of job: JobRecord, _ request: HTTPRequest
  ) async throws(Failure) -> HTTPResponse {
    let file = try await thumbnails.picture(of: job) { [self] () async throws(Failure) in
      if let stored = await storedFile(index, of: job) { return stored.file }
      let file = try await thumbnails.emptyFile(for: job)
      try await fetch(index, of: job, into: file.descriptor)
      return file
    }
    let name = ContentHeaders.fileName(job.id, kind: "thumbnail", number: 1, mediaType: Thumbnails.mediaType)
    return Self.answer(request, file, Thumbnails.mediaType, name)
  }

  func name(of job: JobRecord, _ index: Int, _ mediaType: String) -> String {
    let kind = job.task.outputs[index].kind
    let number = job.task.outputs[...index].count { $0.kind == kind }
    return ContentHeaders.fileName(job.id, kind: kind, number: number, mediaType: mediaType)
  }

  private static func answer(
    _ request: HTTPRequest, _ file: StoredContent, _ type: String, _ name: String
  ) -> HTTPResponse {
    FileResponse.make(
      for: request.head, file: file.file, length: file.byteCount, contentType: type, etag: file.tag,
      lastModified: file.modifiedAt, headers: ContentHeaders.common(fileName: name))
  }
}

/// The heads of what was sent last, a few hundred of them.
struct RecentContent: Sendable {
  private static let maximumCount = 512

  private var heads: [String: KnownContent] = [:]
  private var order: [String] = []

  subscript(_ key: String) -> KnownContent? { heads[key] }

  mutating func remember(_ content: KnownContent, _ key: String) {
    if heads.updateValue(content, forKey: key) == nil { order.append(key) }
    guard order.count > Self.maximumCount else { return }
    // The older half at once, so that this stays cheap.
    for key in order.prefix(Self.maximumCount / 2) { heads[key] = nil }
    order.removeFirst(Self.maximumCount / 2)
  }
}
