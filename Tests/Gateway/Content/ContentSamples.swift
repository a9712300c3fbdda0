// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import Gateway
import HTTPServer
import Jobs
import Network
import Store
import VideoDocuments

let contentNow: Int64 = 1_763_000_000_000

/// The smallest file that is whole as an MP4, with as much media as is wished.
func sampleClip(mediaBytes: Int = 5_000) -> [UInt8] {
  func box(_ type: String, _ content: [UInt8]) -> [UInt8] {
    let size = UInt32(8 + content.count)
    return [UInt8(size >> 24), UInt8(size >> 16 & 255), UInt8(size >> 8 & 255), UInt8(size & 255)] + Array(type.utf8)
      + content
  }
  // A pattern of no round length, so that a piece out of place shows.
  let pattern = (0..<min(mediaBytes, 9_973)).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
  var media: [UInt8] = []
  while media.count < mediaBytes { media += pattern.prefix(mediaBytes - media.count) }
  return box("ftyp", Array("isom".utf8) + [0, 0, 2, 0] + Array("isommp41".utf8)) + box("moov", [0, 0, 0, 0])
    + box("mdat", media)
}

/// A server of this test's own, on loopback. It remembers what it was asked.
@LoopActor final class Origin: HTTPResponder {
  typealias Answer = @LoopActor @Sendable (HTTPRequest) async -> HTTPResponse

  private(set) var requests: [HTTPRequest] = []
  private let answer: Answer
  private var server: HTTPServer?

  init(_ answer: @escaping Answer) throws {
    self.answer = answer
    server = try HTTPServer.start(host: "127.0.0.1", port: 0, responder: self)
  }

  /// Ends it; without that the server keeps it.
  func stop() {
    server?.stop()
    server = nil
  }

  var port: UInt16 { server?.port ?? 0 }
  var baseURL: String { "http://127.0.0.1:\(port)" }

  func respond(to request: HTTPRequest) async -> HTTPResponse {
    requests.append(request)
    return await answer(request)
  }

  /// Serves `bytes` as a store of files would.
  static func file(_ bytes: [UInt8], type: String = "video/mp4", _ request: HTTPRequest) -> HTTPResponse {
    guard request.head.method == "GET" else { return .text(status: 403, "GET alone") }
    return FileResponse.make(
      for: request.head, length: UInt64(bytes.count), contentType: type, etag: "origin",
      lastModified: 1_700_000_000
    ) { .bytes(Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)])) }
  }
}

/// A gateway's content route and nothing else: every request is for the one job.
@LoopActor final class Front {
  let service: ContentService
  var job: JobRecord
  var variant: String?
  /// How often fresh links were asked for.
  private(set) var relinks = 0
  private var origin: Origin?

  init(
    job: JobRecord, folder: TestFolder, client: HTTPClient = HTTPClient(proxies: ProxySettings()),
    relink: @escaping ContentService.Relinking = { _ throws(Failure) in throw Failure(.expired, "no longer known") }
  ) throws {
    self.job = job
    let counter = RelinkCounter()
    service = ContentService(client: client, thumbnails: Thumbnails(folder: folder.path + "/thumbnails")) {
      (id) async throws(Failure) in
      counter.count += 1
      return try await relink(id)
    }
    origin = try Origin { [weak self, counter] request in
      guard let self else { return .text(status: 500, "gone") }
      let result = await service.respond(to: request, job: self.job, variant: variant)
      relinks = counter.count
      switch result {
      case .success(let response): return response
      case .failure(let failure):
        return .text(
          status: FailureStatusForTests.status(failure.kind), failure.message,
          headers: ["X-Kind": failure.kind.rawValue])
      }
    }
  }

  func stop() { origin?.stop() }

  var url: HTTPURL { HTTPURL(scheme: .http, host: "127.0.0.1", port: origin?.port, path: "/content") }

  /// One request, its whole answer in memory.
  func send(_ method: String = "GET", _ headers: [HTTPHeader] = []) async -> ReceivedResponse? {
    var request = HTTPRequestDescription(method, url, headers: headers)
    request.allowsPrivateAddresses = true
    request.maximumResponseBytes = 64 << 20
    // No measure of speed: all tests run at once, on machines of any sort.
    request.timeoutMilliseconds = 600_000
    request.connectTimeoutMilliseconds = 600_000
    guard case .response(let response) = await HTTPClient(proxies: ProxySettings()).send(request) else { return nil }
    return response
  }

  /// An answer whose body is read by the test.
  func stream() async -> StreamedAnswer? {
    var request = DownloadDescription(url)
    request.allowsPrivateAddresses = true
    request.connectTimeoutMilliseconds = 600_000
    guard case .streaming(let answer) = await HTTPClient(proxies: ProxySettings()).stream(request) else { return nil }
    return answer
  }
}

@LoopActor private final class RelinkCounter {
  var count = 0
}

/// The statuses that matter here, as the gateway has them.
enum FailureStatusForTests {
  static func status(_ kind: FailureKind) -> Int {
    switch kind {
    case .notFound: 404
    case .expired: 410
    case .upstream, .drift: 502
    case .unreachable: 503
    case .invalid, .unsupported: 400
    default: 500
    }
  }
}

extension JobRecord {
  /// A caller's job that has succeeded, with these links.
  static func succeeded(
    _ id: String = "fg_1", base: String, _ outputs: [VideoOutput], finishedAt: Int64 = contentNow
  ) -> JobRecord {
    var task = VideoTask(
      id: id, request: VideoRequest(model: "acme-1", prompt: "a fox"), phase: .succeeded,
      createdAtMilliseconds: contentNow)
    task.outputs = outputs
    task.finishedAtMilliseconds = finishedAt
    var job = JobRecord(
      task: task, pluginID: "acme", pluginVersion: "1.0.0", account: "default",
      connection: Connection(profile: "official", baseURL: base))
    job.state = .done
    job.caller = JobCaller(keyID: "k1", format: "openai", requestID: "r1")
    job.nextActionAtMilliseconds = nil
    return job
  }
}

/// A folder of this test's own, which is removed with it.
final class TestFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "filmgate-gateway-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Files below it, by their paths within.
  var names: [String] {
    (FileManager.default.enumerator(atPath: path)?.compactMap { $0 as? String } ?? []).filter { name in
      var isFolder: ObjCBool = false
      return FileManager.default.fileExists(atPath: path + "/" + name, isDirectory: &isFolder) && !isFolder.boolValue
    }.sorted()
  }

  /// Writes a file and returns what an archive would have noted of it.
  func archive(_ bytes: [UInt8], _ name: String, output index: Int = 0, kind: String = "video") throws -> ArchivedFile {
    let target = path + "/" + name
    try FileManager.default.createDirectory(
      atPath: (target as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: target))
    return ArchivedFile(
      outputIndex: index, kind: kind, path: target, byteCount: Int64(bytes.count),
      sha256: SHA256Digest(of: bytes).hexadecimal, mediaType: kind == "video" ? "video/mp4" : "image/png")
  }
}
