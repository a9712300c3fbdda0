// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Network
import Store
import Testing
import VideoDocuments

@testable import Gateway

@Suite("Content at the vendor") @LoopActor struct ContentVendorTests {
  private static let sample = sampleClip(mediaBytes: 2_000_000)
  private let clip = sample

  /// A front whose job has one output, which `answer` serves.
  private func front(
    _ folder: TestFolder, relink: ContentService.Relinking? = nil, _ answer: @escaping Origin.Answer
  ) throws -> (front: Front, origin: Origin) {
    let origin = try Origin(answer)
    let job = JobRecord.succeeded(base: origin.baseURL, [VideoOutput(url: origin.baseURL + "/1?sig=a")])
    guard let relink else { return (try Front(job: job, folder: folder), origin) }
    return (try Front(job: job, folder: folder, relink: relink), origin)
  }

  private func stop(_ front: Front?, _ origins: Origin...) {
    front?.stop()
    for origin in origins { origin.stop() }
  }

  @Test("is handed on by GET alone, whole and in parts")
  func streaming() async throws {
    let (folder, clip) = (try TestFolder(), clip)
    let (front, origin) = try front(folder) { Origin.file(clip, type: "application/octet-stream", $0) }
    defer { stop(front, origin) }
    // Nothing is known yet. The vendor is asked by GET, for its links are signed for that, and for a few bytes.
    let early = try #require(await front.send("HEAD"))
    #expect(
      early.status == 200 && early.headers.first("content-length") == "\(clip.count)"
        && early.headers.first("content-type") == "video/mp4" && early.headers.first("content-range") == nil)
    #expect(origin.requests.map { $0.head.headers["range"] } == ["bytes=0-\(MediaType.sniffedBytes - 1)"])
    _ = await front.send("HEAD")
    #expect(origin.requests.count == 1)
    let whole = try #require(
      await front.send("GET", [HTTPHeader("Authorization", "Bearer secret"), HTTPHeader("Cookie", "a=b")]))
    #expect(whole.status == 200 && SHA256Digest(of: whole.body) == SHA256Digest(of: clip))
    #expect(whole.headers.first("content-type") == "video/mp4" && whole.headers.first("etag") == "\"origin\"")
    #expect(
      whole.headers.first("content-length") == "\(clip.count)" && whole.headers.first("cache-control") == "private")
    let part = try #require(
      await front.send("GET", [HTTPHeader("Range", "bytes=-10"), HTTPHeader("If-Range", "\"origin\"")]))
    #expect(part.status == 206 && part.body == Array(clip.suffix(10)))
    #expect(await front.send("GET", [HTTPHeader("Range", "bytes=99999999-")])?.status == 416)
    #expect(await front.send("GET", [HTTPHeader("If-None-Match", "\"origin\"")])?.status == 304)
    let late = try #require(await front.send("HEAD"))
    #expect(late.headers.first("content-length") == "\(clip.count)" && late.headers.first("etag") == "\"origin\"")
    #expect(origin.requests.count == 5 && origin.requests.allSatisfy { $0.head.method == "GET" })
    for request in origin.requests {
      #expect(request.head.headers["authorization"] == nil && request.head.headers["cookie"] == nil)
    }
  }

  @Test("an origin that knows no ranges sends the whole, and says so")
  func ignoredRange() async throws {
    let (folder, clip) = (try TestFolder(), clip)
    let (front, origin) = try front(folder) { _ in
      HTTPResponse(status: 200, headers: ["Content-Type": "video/mp4"], body: .bytes(clip))
    }
    defer { stop(front, origin) }
    let head = try #require(await front.send("HEAD"))
    #expect(head.status == 200 && head.headers.first("content-length") == "\(clip.count)" && head.body.isEmpty)
    let whole = try #require(await front.send("GET", [HTTPHeader("Range", "bytes=5-9")]))
    #expect(whole.status == 200 && whole.body.count == clip.count && whole.headers.first("content-range") == nil)
  }

  @Test("a part that was not asked for is refused", arguments: ["bytes 0-9/100", "bytes 5-9/7", "nonsense"])
  func wrongPart(_ range: String) async throws {
    let folder = try TestFolder()
    let (front, origin) = try front(folder) { _ in
      HTTPResponse(status: 206, headers: ["Content-Range": range], body: .bytes([UInt8](repeating: 7, count: 5)))
    }
    defer { stop(front, origin) }
    #expect(await front.send("GET", [HTTPHeader("Range", "bytes=5-9")])?.status == 502)
  }

  @Test("an origin that dies in the middle, or sends less than it said, ends in no answer that looks whole")
  func brokenOrigin() async throws {
    let (folder, clip) = (try TestFolder(), clip)
    let (front, origin) = try front(folder) { _ in
      var sent = 0
      let body = HTTPClosureStream(length: UInt64(clip.count)) { () throws(HTTPBodyFailure) in
        guard sent < 1_000_000 else { throw .source("dies") }
        defer { sent += 100_000 }
        return Array(clip[sent..<sent + 100_000])
      }
      return HTTPResponse(status: 200, headers: ["Content-Type": "video/mp4"], body: .stream(body))
    }
    defer { stop(front, origin) }
    let answer = try #require(await front.stream())
    #expect(answer.headers.first("content-length") == "\(clip.count)")
    var count = 0
    let failure = await #expect(throws: TransportFailure.self) {
      while let piece = try await answer.body.next() { count += piece.count }
    }
    #expect(failure?.kind == .partial && count <= 1_000_000)
  }

  @Test("a link that has gone is asked for anew once, by everyone together")
  func freshLink() async throws {
    let (folder, clip) = (try TestFolder(), clip)
    let job = LastJob()
    let (front, origin) = try front(folder) { (_) async throws(Failure) in
      // Long enough that the others come meanwhile.
      try? await EventLoop.sleep(nanoseconds: 100_000_000)
      guard var fresh = job.value else { throw Failure(.internal, "no job") }
      fresh.task.outputs[0].url = fresh.task.outputs[0].url.replacing("sig=a", with: "sig=b")
      return fresh
    } _: { request in
      request.head.query == "sig=b" ? Origin.file(clip, request) : .text(status: 403, "Request has expired")
    }
    defer { stop(front, origin) }
    job.value = front.job
    await withTaskGroup(of: Int?.self) { group in
      for _ in 0..<5 { group.addTask { await front.send()?.body.count } }
      for await count in group { #expect(count == clip.count) }
    }
    #expect(front.relinks == 1)
  }

  @Test("a link that stays dead is 410, and the vendor is not asked at every request")
  func deadLink() async throws {
    let folder = try TestFolder()
    let job = LastJob()
    let (front, origin) = try front(folder) { (_) async throws(Failure) in
      guard let same = job.value else { throw Failure(.internal, "no job") }
      return same
    } _: { _ in
      .text(status: 404, "NoSuchKey")
    }
    defer { stop(front, origin) }
    job.value = front.job
    for _ in 0..<3 { #expect(await front.send()?.status == 410) }
    #expect(front.relinks == 1 && origin.requests.count == 2)
  }

  @Test("a vendor that cannot be asked is no proof that the clip is gone")
  func unreachableVendor() async throws {
    let folder = try TestFolder()
    let (front, origin) = try front(folder) { (_) async throws(Failure) in
      throw Failure(.unreachable, "No connection.")
    } _: { _ in
      .text(status: 403, "expired")
    }
    defer { stop(front, origin) }
    for _ in 0..<2 { #expect(await front.send()?.status == 503) }
    #expect(front.relinks == 2)
  }

  @Test("an error page under the link, and a store that is down, are told apart")
  func strangeAnswers() async throws {
    let folder = try TestFolder()
    let status = LastJob()
    let (front, origin) = try front(folder) { _ in
      status.status == 200
        ? HTTPResponse(
          status: 200, headers: ["Content-Type": "text/html"], body: .bytes(Array("<html>expired</html>".utf8)))
        : .text(status: status.status, "busy", headers: ["Retry-After": "7"])
    }
    defer { stop(front, origin) }
    status.status = 503
    #expect(await front.send()?.status == 503)
    status.status = 200
    // A page is taken for a link that has gone; the vendor knows no better one.
    #expect(await front.send()?.status == 410)
    #expect(await front.send("HEAD")?.status == 410)
    #expect(front.relinks == 1)
  }

  @Test("links into private networks are followed only for accounts that are there, redirects too")
  func privateAddresses() async throws {
    let (folder, clip) = (try TestFolder(), clip)
    let inside = try Origin { Origin.file(clip, $0) }
    let target = inside.baseURL
    // A public host, played by a proxy on loopback.
    let proxy = try Origin { request in
      request.head.path == "/in"
        ? HTTPResponse(status: 302, headers: ["Location": target + "/1"]) : Origin.file(clip, request)
    }
    defer { stop(nil, inside, proxy) }
    let client = HTTPClient(proxies: ProxySettings(http: proxy.baseURL))
    let base = "http://api.example.com"
    func status(_ link: String) async throws -> (Int?, String) {
      let front = try Front(job: .succeeded(base: base, [VideoOutput(url: link)]), folder: folder, client: client)
      defer { front.stop() }
      let response = await front.send()
      return (response?.status, String(decoding: response?.body.prefix(200) ?? [], as: UTF8.self))
    }
    #expect(try await status("http://cdn.example.com/1").0 == 200)
    for link in ["http://cdn.example.com/in", target + "/1", "http://10.0.0.1/1", "http://[::ffff:127.0.0.1]/1"] {
      let (code, text) = try await status(link)
      #expect(code == 502 && text.contains("private network") && !text.contains("127.0.0.1"), "\(link): \(text)")
    }
    #expect(inside.requests.isEmpty)
  }

  @Test("a slow caller holds the vendor back; one who leaves ends the vendor's transfer")
  func slowCaller() async throws {
    let folder = try TestFolder()
    let sent = SentBytes()
    let total = 400_000_000
    let piece = sampleClip(mediaBytes: 1_000_000 - 44)
    let (front, origin) = try front(folder) { _ in
      let body = HTTPClosureStream(length: UInt64(total), onCancel: { sent.isCancelled = true }) {
        guard sent.count < total else { return nil }
        sent.count += piece.count
        return piece
      }
      return HTTPResponse(status: 200, headers: ["Content-Type": "video/mp4"], body: .stream(body))
    }
    defer { stop(front, origin) }
    #expect(piece.count == 1_000_000)
    var answer = await front.stream()
    _ = try await answer?.body.next()
    // Until nothing moves any more: what the kernel holds on two connections is all that may have left.
    var last = -1
    while last != sent.count {
      last = sent.count
      try await EventLoop.sleep(nanoseconds: 200_000_000)
    }
    #expect(sent.count < 60_000_000 && !sent.isCancelled)
    answer = nil
    for _ in 0..<6_000 where !sent.isCancelled { try await EventLoop.sleep(nanoseconds: 10_000_000) }
    #expect(sent.isCancelled && sent.count < 60_000_000)
  }

  @Test("an origin that is slow is waited for while bytes flow")
  func slowOrigin() async throws {
    let (folder, clip) = (try TestFolder(), sampleClip(mediaBytes: 20_000))
    let (front, origin) = try front(folder) { _ in
      var position = 0
      let body = HTTPClosureStream {
        guard position < clip.count else { return nil }
        try? await EventLoop.sleep(nanoseconds: 10_000_000)
        defer { position += 1_000 }
        return Array(clip[position..<min(position + 1_000, clip.count)])
      }
      return HTTPResponse(status: 200, headers: ["Content-Type": "video/mp4"], body: .stream(body))
    }
    defer { stop(front, origin) }
    let whole = try #require(await front.send())
    #expect(whole.body == clip && whole.headers.first("content-length") == nil)
  }
}

@LoopActor private final class LastJob {
  var value: JobRecord?
  var status = 200
}

@LoopActor private final class SentBytes {
  var count = 0
  var isCancelled = false
}
