// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import HTTPServer
import Network
import Store
import Testing
import VideoDocuments

@testable import Gateway

@Suite("Content of our own") @LoopActor struct ContentArchiveTests {
  private static let sample = sampleClip(mediaBytes: 300_000)
  private let clip = sample

  private func archivedJob(_ folder: TestFolder) throws -> JobRecord {
    var job = JobRecord.succeeded(
      base: "https://api.example.com",
      [VideoOutput(url: "https://m/1"), VideoOutput(kind: "last_frame", url: "https://m/2")])
    job.archived = [
      try folder.archive(clip, "2025-11-13/filmgate-fg_1.mp4"),
      try folder.archive(
        [0x89, 0x50, 0x4E, 0x47], "2025-11-13/filmgate-fg_1-last_frame.png", output: 1, kind: "last_frame"),
    ]
    return job
  }

  @Test("is sent whole, in parts, not at all where the caller has it, and its head alone")
  func archive() async throws {
    let folder = try TestFolder()
    let front = try Front(job: try archivedJob(folder), folder: folder)
    defer { front.stop() }
    let whole = try #require(await front.send())
    let tag = "\"\(SHA256Digest(of: clip).hexadecimal)\""
    #expect(whole.status == 200 && whole.body == clip)
    #expect(whole.headers.first("content-type") == "video/mp4" && whole.headers.first("etag") == tag)
    #expect(whole.headers.first("cache-control") == "private")
    #expect(whole.headers.first("x-content-type-options") == "nosniff")
    #expect(whole.headers.first("content-disposition") == "inline; filename=\"fg_1.mp4\"")
    let head = try #require(await front.send("HEAD"))
    #expect(head.status == 200 && head.headers.first("content-length") == "\(clip.count)" && head.body.isEmpty)
    let part = try #require(
      await front.send("GET", [HTTPHeader("Range", "bytes=1000-1999"), HTTPHeader("If-Range", tag)]))
    #expect(part.status == 206 && part.body == Array(clip[1000..<2000]))
    #expect(part.headers.first("content-range") == "bytes 1000-1999/\(clip.count)")
    let other = try #require(
      await front.send("GET", [HTTPHeader("Range", "bytes=1-2"), HTTPHeader("If-Range", "\"x\"")]))
    #expect(other.status == 200 && other.body.count == clip.count)
    let beyond = try #require(await front.send("GET", [HTTPHeader("Range", "bytes=9999999-")]))
    #expect(beyond.status == 416 && beyond.headers.first("content-range") == "bytes */\(clip.count)")
    #expect(await front.send("GET", [HTTPHeader("If-None-Match", tag)])?.status == 304)
    #expect(front.relinks == 0)
  }

  @Test("variants are named, and what is not there is said")
  func variants() async throws {
    let folder = try TestFolder()
    let front = try Front(job: try archivedJob(folder), folder: folder)
    defer { front.stop() }
    func answer(_ variant: String?) async -> (status: Int?, type: String?) {
      front.variant = variant
      let response = await front.send()
      return (response?.status, response?.headers.first("content-type"))
    }
    #expect(await answer("video") == (200, "video/mp4"))
    #expect(await answer("") == (200, "video/mp4"))
    #expect(await answer("last_frame") == (200, "image/png"))
    #expect(await answer("audio").status == 404)
    #expect(await answer("video-2").status == 404)
    #expect(await answer("spritesheet").status == 400)
    #expect(await answer("../../etc/passwd").status == 400)
    #expect(await answer("video-02").status == 400)
  }

  @Test(
    "before the end, after a failure and after the removal the answer says why",
    arguments: [
      (JobState.watching, 404, "not completed"), (.planned, 404, "not completed"), (.failed, 404, "too long"),
      (.cancelled, 404, "cancelled"), (.unknown, 404, "no known outcome"), (.expired, 410, "too long"),
    ])
  func noClip(_ state: JobState, _ status: Int, _ word: String) async throws {
    let folder = try TestFolder()
    var job = try archivedJob(folder)
    job.state = state
    if [.failed, .expired].contains(state) { job.task.failure = Failure(.upstream, "The prompt is too long.") }
    let front = try Front(job: job, folder: folder)
    defer { front.stop() }
    let response = try #require(await front.send())
    #expect(response.status == status)
    #expect(String(decoding: response.body, as: UTF8.self).contains(word))
    job = try archivedJob(folder)
    job.filesRemovedAtMilliseconds = contentNow
    front.job = job
    #expect(await front.send()?.status == 410)
  }

  @Test("a file that is gone, cut or a link to elsewhere is not sent; the vendor is asked instead")
  func damagedArchive() async throws {
    let (folder, clip) = (try TestFolder(), clip)
    let origin = try Origin { Origin.file(clip, $0) }
    defer { origin.stop() }
    var job = JobRecord.succeeded(base: origin.baseURL, [VideoOutput(url: origin.baseURL + "/1")])
    job.archived = [try folder.archive(clip, "1.mp4")]
    let path = job.archived[0].path
    let front = try Front(job: job, folder: folder)
    defer { front.stop() }
    #expect(await front.send()?.body == clip && origin.requests.isEmpty)
    try Data(clip.dropLast()).write(to: URL(fileURLWithPath: path))
    #expect(await front.send()?.body == clip && origin.requests.count == 1)
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/hostname")
    #expect(await front.send()?.body == clip && origin.requests.count == 2)
  }

  @Test("what was made on this machine is read from its file; a vendor's link to a file is not")
  func localFiles() async throws {
    let folder = try TestFolder()
    let file = try folder.archive(clip, "studio.mp4")
    let outputs = [VideoOutput(url: "file://" + file.path)]
    let front = try Front(job: .succeeded(base: "local:", outputs), folder: folder)
    defer { front.stop() }
    #expect(await front.send()?.body == clip)
    front.job = .succeeded(base: "https://api.example.com", outputs)
    #expect(await front.send()?.status == 502)
  }
}
