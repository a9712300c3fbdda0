// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import HTTPServer
import Network
import Store
import Testing
import VideoDocuments

@testable import Gateway

@Suite("Thumbnails") @LoopActor struct ThumbnailTests {
  /// A clip of a tenth of a second that ffmpeg has made.
  private func realClip(_ folder: TestFolder) async throws -> [UInt8] {
    let path = folder.path + "/made.mp4"
    let end = await Blocking.run {
      ChildProgram([
        "ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc=size=1920x1080:rate=10:duration=0.3",
        "-pix_fmt", "yuv420p", path,
      ]).run(timeoutMilliseconds: 60_000)
    }
    #expect(end == .succeeded)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  @Test("are taken once from our own clip, kept, and sent like any file")
  func archived() async throws {
    let folder = try TestFolder()
    var job = JobRecord.succeeded(base: "https://api.example.com", [VideoOutput(url: "https://m/1")])
    job.archived = [try folder.archive(try await realClip(folder), "2025-11-13/filmgate-fg_1.mp4")]
    let front = try Front(job: job, folder: folder)
    defer { front.stop() }
    front.variant = "thumbnail"
    let asking = (0..<4).map { _ in Task { await front.send()?.body ?? [] } }
    var pictures: [[UInt8]] = []
    for task in asking { pictures.append(await task.value) }
    #expect(Set(pictures).count == 1 && MediaType(sniffing: pictures[0]) == .jpeg)
    #expect(folder.names == ["2025-11-13/filmgate-fg_1.mp4", "thumbnails/2025-11-13/fg_1.jpg"])
    // Once taken it needs no clip.
    try FileManager.default.removeItem(atPath: job.archived[0].path)
    let again = try #require(await front.send("GET", [HTTPHeader("Range", "bytes=0-1")]))
    #expect(again.status == 206 && again.body == [0xFF, 0xD8] && again.headers.first("content-type") == "image/jpeg")
    #expect(again.headers.first("content-disposition") == "inline; filename=\"fg_1-thumbnail.jpg\"")
  }

  @Test("are taken from a clip at the vendor, which leaves nothing behind")
  func fetched() async throws {
    let folder = try TestFolder()
    let clip = try await realClip(folder)
    let origin = try Origin { Origin.file(clip, $0) }
    defer { origin.stop() }
    let front = try Front(
      job: .succeeded(base: origin.baseURL, [VideoOutput(url: origin.baseURL + "/1")]), folder: folder)
    defer { front.stop() }
    front.variant = "thumbnail"
    let picture = try #require(await front.send())
    #expect(picture.status == 200 && MediaType(sniffing: picture.body) == .jpeg && origin.requests.count == 1)
    #expect(folder.names == ["thumbnails/2025-11-13/fg_1.jpg"])
  }

  @Test("a vendor's own is handed on")
  func vendors() async throws {
    let folder = try TestFolder()
    let picture: [UInt8] = [0xFF, 0xD8, 0xFF, 0xE0] + [UInt8](repeating: 1, count: 100)
    let origin = try Origin { Origin.file(picture, type: "image/jpeg", $0) }
    defer { origin.stop() }
    let outputs = [VideoOutput(url: "https://m/1"), VideoOutput(kind: "thumbnail", url: origin.baseURL + "/p")]
    let front = try Front(job: .succeeded(base: origin.baseURL, outputs), folder: folder)
    defer { front.stop() }
    front.variant = "thumbnail"
    #expect(await front.send()?.body == picture && folder.names.isEmpty)
  }

  @Test("what is no clip gives none, leaves nothing behind, and is not tried at every request")
  func broken() async throws {
    let folder = try TestFolder()
    var job = JobRecord.succeeded(base: "https://api.example.com", [VideoOutput(url: "https://m/1")])
    job.archived = [try folder.archive(sampleClip(), "1.mp4")]
    let front = try Front(job: job, folder: folder)
    defer { front.stop() }
    front.variant = "thumbnail"
    for _ in 0..<2 { #expect(await front.send()?.status == 502) }
    #expect(folder.names == ["1.mp4"])
  }

  @Test("without ffmpeg the answer says so")
  func noProgram() async throws {
    let folder = try TestFolder()
    var job = JobRecord.succeeded(base: "https://api.example.com", [VideoOutput(url: "https://m/1")])
    job.archived = [try folder.archive(sampleClip(), "1.mp4")]
    let file = try #require(await StoredContent.open(job.archived[0])).file
    let thumbnails = Thumbnails(folder: folder.path, program: "ffmpeg-that-is-not-there")
    let failure = await #expect(throws: Failure.self) { try await thumbnails.picture(of: job) { file } }
    #expect(failure?.kind == .unsupported)
  }
}
