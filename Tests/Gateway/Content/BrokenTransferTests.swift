// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Network
import Store
import Testing
import VideoDocuments

@testable import Gateway

/// Vendors whose transfers break in the middle.
@Suite("A transfer from the vendor that breaks") @LoopActor struct BrokenTransferTests {
  private static let sample = sampleClip(mediaBytes: 3_000_000)
  private let clip = sample

  /// Serves the clip as a store of files would, but no more than so many bytes on one connection.
  private static func breaking(
    _ clip: [UInt8], after bytes: Int, tag: String = "origin", sendsLength: Bool = true, _ request: HTTPRequest
  ) -> HTTPResponse {
    var answer = FileResponse.make(
      for: request.head, length: UInt64(clip.count), contentType: "video/mp4", etag: tag
    ) { range in
      var position = Int(range.lowerBound)
      let end = Int(range.upperBound)
      let last = min(end, position + bytes)
      return .stream(
        HTTPClosureStream(length: sendsLength ? UInt64(range.count) : nil) { () throws(HTTPBodyFailure) in
          guard position < end else { return nil }
          guard position < last else { throw .source("dies") }
          let piece = Array(clip[position..<min(last, position + 100_000)])
          position += piece.count
          return piece
        })
    }
    answer.headers.set("X-Of", "origin")
    return answer
  }

  private func front(_ origin: Origin, _ folder: TestFolder) throws -> Front {
    try Front(
      job: JobRecord.succeeded(base: origin.baseURL, [VideoOutput(url: origin.baseURL + "/1")]), folder: folder)
  }

  /// Takes the whole body, as far as it comes.
  private func take(_ answer: StreamedAnswer) async -> (bytes: [UInt8], failure: TransportFailure?) {
    var bytes: [UInt8] = []
    do throws(TransportFailure) {
      while let piece = try await answer.body.next() { bytes += piece }
      return (bytes, nil)
    } catch {
      return (bytes, error)
    }
  }

  @Test("goes on where it stopped, and the caller notices nothing", arguments: [true, false])
  func continued(sendsLength: Bool) async throws {
    let (folder, clip) = (try TestFolder(), clip)
    let origin = try Origin { Self.breaking(clip, after: 1_200_000, sendsLength: sendsLength, $0) }
    let front = try front(origin, folder)
    defer {
      front.stop()
      origin.stop()
    }
    let (bytes, failure) = await take(try #require(await front.stream()))
    #expect(failure == nil && SHA256Digest(of: bytes) == SHA256Digest(of: clip))
    #expect(origin.requests.count == 3)
    #expect(origin.requests[0].head.headers["range"] == nil)
    for request in origin.requests.dropFirst() {
      #expect(request.head.headers["if-range"] == "\"origin\"")
      #expect(request.head.headers["range"]?.hasPrefix("bytes=") == true)
    }
  }

  @Test("goes on within the part that was asked for")
  func continuedPart() async throws {
    let (folder, clip) = (try TestFolder(), clip)
    let origin = try Origin { Self.breaking(clip, after: 1_200_000, $0) }
    let front = try front(origin, folder)
    defer {
      front.stop()
      origin.stop()
    }
    let part = try #require(await front.send("GET", [HTTPHeader("Range", "bytes=500000-2499999")]))
    #expect(part.status == 206 && SHA256Digest(of: part.body) == SHA256Digest(of: Array(clip[500_000..<2_500_000])))
    #expect(origin.requests.map { $0.head.headers["range"] }.last == "bytes=1700000-2499999")
  }

  @Test("ends visibly when the file is another one meanwhile, and is not asked about again")
  func changed() async throws {
    let (folder, clip) = (try TestFolder(), clip)
    var count = 0
    let origin = try Origin { request in
      count += 1
      return Self.breaking(clip, after: 1_200_000, tag: count == 1 ? "one" : "two", request)
    }
    let front = try front(origin, folder)
    defer {
      front.stop()
      origin.stop()
    }
    let (bytes, failure) = await take(try #require(await front.stream()))
    #expect(failure?.kind == .partial && bytes.count == 1_200_000 && origin.requests.count == 2)
  }
}
