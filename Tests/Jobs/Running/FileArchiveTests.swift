// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import Jobs
import Network
import Store
import Testing
import VideoDocuments

@Suite("The archive") @LoopActor struct FileArchiveTests {
  private let client = HTTPClient(proxies: ProxySettings())

  private func collectingJob(
    _ outputs: [VideoOutput], base: String, to path: String?
  ) -> JobRecord {
    var job = plannedJob()
    job.connection.baseURL = base
    job.outputPath = path
    job.task.outputs = outputs
    return job
  }

  /// Archives output `index` and returns the file or the trouble.
  private func archive(_ job: JobRecord, _ index: Int = 0, in folder: TestFolder) async -> Result<
    ArchivedFile, CollectTrouble
  > {
    do throws(CollectTrouble) {
      return .success(
        try await FileArchive(client: client, defaultFolder: folder.path).download(
          job.task.outputs[index], at: index, for: job, progress: { _, _ in }))
    } catch {
      return .failure(error)
    }
  }

  private func kind(_ result: Result<ArchivedFile, CollectTrouble>) -> String {
    switch result {
    case .success: "file"
    case .failure(.linkGone): "gone"
    case .failure(.unreachable): "unreachable"
    case .failure(.invalidContent): "invalid"
    case .failure(.disk): "disk"
    }
  }

  @Test("a clip stands whole under the wanted name, with its digest, and nothing beside it")
  func clip() async throws {
    let server = try LoopbackServer { _ in LoopbackServer.answer(200, sampleClip) }
    let folder = try TestFolder()
    let job = collectingJob(
      [VideoOutput(url: server.baseURL + "/c?sig=1")], base: server.baseURL, to: folder.path + "/new/fox.mp4")
    let file = try await archive(job, in: folder).get()
    #expect(file.path == folder.path + "/new/fox.mp4" && file.byteCount == Int64(sampleClip.count))
    #expect(file.sha256 == SHA256Digest(of: sampleClip).hexadecimal)
    #expect(folder.names == ["new"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/new") == ["fox.mp4"])
    #expect(server.requests.first?.head.contains("authorization") == false)
  }

  @Test(
    "what is no clip, or not all of it, never gets the name",
    arguments: [
      ("html", "invalid"), ("empty", "invalid"), ("cut in a box", "invalid"), ("without index", "invalid"),
      ("short of its length", "unreachable"), ("404", "gone"), ("403", "gone"), ("410", "gone"), ("500", "unreachable"),
      ("429", "unreachable"), ("no link", "invalid"),
    ])
  func badDownloads(_ what: String, _ expected: String) async throws {
    let server = try LoopbackServer { _ in
      switch what {
      case "html": LoopbackServer.answer(200, "<html>Sorry</html>")
      case "empty": LoopbackServer.answer(200, [])
      case "cut in a box": LoopbackServer.answer(200, Array(sampleClip.dropLast(10)))
      case "without index": LoopbackServer.answer(200, Array(sampleClip[..<24]))
      case "short of its length":
        LoopbackServer.answer(200, Array(sampleClip.dropLast(10)), announcing: sampleClip.count)
      default: LoopbackServer.answer(Int(what) ?? 200, "{}")
      }
    }
    let folder = try TestFolder()
    let link = what == "no link" ? "nonsense" : server.baseURL
    let job = collectingJob([VideoOutput(url: link)], base: server.baseURL, to: folder.path + "/fox.mp4")
    let result = await archive(job, in: folder)
    #expect(kind(result) == expected)
    #expect(folder.names.isEmpty)
    if case .failure(let trouble) = result { #expect(trouble.failure.charged == .yes) }
  }

  @Test("a file that is there is not written over; the same clip is recognized")
  func existingFile() async throws {
    let server = try LoopbackServer { _ in LoopbackServer.answer(200, sampleClip) }
    let folder = try TestFolder()
    let path = folder.path + "/fox.mp4"
    try Data("mine".utf8).write(to: URL(fileURLWithPath: path))
    let job = collectingJob([VideoOutput(url: server.baseURL)], base: server.baseURL, to: path)
    #expect(try await archive(job, in: folder).get().path == folder.path + "/fox-2.mp4")
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "mine")
    // As after a kill between the rename and the store's commit.
    #expect(try await archive(job, in: folder).get().path == folder.path + "/fox-2.mp4")
    #expect(folder.names == ["fox-2.mp4", "fox.mp4"])
    var replacing = job
    replacing.isOverwriting = true
    #expect(try await archive(replacing, in: folder).get().path == path)
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(sampleClip))
  }

  @Test("a clip that was made on this machine is taken from its file; a vendor's link to a file is not")
  func localClip() async throws {
    let folder = try TestFolder()
    try Data(sampleClip).write(to: URL(fileURLWithPath: folder.path + "/rendered"))
    let outputs = [VideoOutput(url: "file://" + folder.path + "/rendered")]
    let own = collectingJob(outputs, base: "local:", to: folder.path + "/fox.mp4")
    #expect(try await archive(own, in: folder).get().byteCount == Int64(sampleClip.count))
    let vendors = collectingJob(outputs, base: "http://127.0.0.1:1", to: folder.path + "/fox2.mp4")
    #expect(kind(await archive(vendors, in: folder)) == "invalid")
    #expect(folder.names == ["fox.mp4", "rendered"])
  }

  @Test("several outputs stand beside each other")
  func names() async throws {
    let picture: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3]
    let server = try LoopbackServer { request in
      LoopbackServer.answer(200, request.line.contains("png") ? picture : sampleClip)
    }
    let folder = try TestFolder()
    let outputs = [
      VideoOutput(url: server.baseURL + "/1"), VideoOutput(kind: "last_frame", url: server.baseURL + "/png"),
      VideoOutput(url: server.baseURL + "/2"), VideoOutput(kind: "../evil", url: server.baseURL + "/png"),
    ]
    var job = collectingJob(outputs, base: server.baseURL, to: folder.path + "/fox.mp4")
    for index in outputs.indices { _ = try await archive(job, index, in: folder).get() }
    #expect(folder.names == ["fox-2.mp4", "fox-evil.png", "fox-last_frame.png", "fox.mp4"])
    job.outputPath = nil
    #expect(try await archive(job, 0, in: folder).get().path == folder.path + "/filmgate-fg_1.mp4")
  }

  @Test("a folder that cannot be written keeps the clip for later")
  func disk() async throws {
    let server = try LoopbackServer { _ in LoopbackServer.answer(200, sampleClip) }
    let folder = try TestFolder()
    try Data().write(to: URL(fileURLWithPath: folder.path + "/file"))
    let job = collectingJob(
      [VideoOutput(url: server.baseURL)], base: server.baseURL, to: folder.path + "/file/fox.mp4")
    #expect(kind(await archive(job, in: folder)) == "disk")
  }

  @Test("a link into a private network is not followed for an account on the Internet")
  func privateLink() async throws {
    let server = try LoopbackServer { _ in LoopbackServer.answer(200, sampleClip) }
    let folder = try TestFolder()
    let job = collectingJob(
      [VideoOutput(url: server.baseURL)], base: "https://api.example.com", to: folder.path + "/fox.mp4")
    #expect(kind(await archive(job, in: folder)) == "invalid")
    #expect(server.requests.isEmpty)
  }

  @Test("a folder for each day holds the clips of many jobs")
  func dayFolders() async throws {
    let server = try LoopbackServer { _ in LoopbackServer.answer(200, sampleClip) }
    let folder = try TestFolder()
    let job = collectingJob([VideoOutput(url: server.baseURL)], base: server.baseURL, to: nil)
    let file = try await FileArchive(client: client, defaultFolder: folder.path, hasDayFolders: true).download(
      job.task.outputs[0], at: 0, for: job, progress: { _, _ in })
    #expect(file.path == folder.path + "/2025-11-13/filmgate-fg_1.mp4")
  }

  @Test("what another process is fetching is left to it")
  func sharedPart() async throws {
    let server = try LoopbackServer { _ in LoopbackServer.answer(200, sampleClip) }
    let folder = try TestFolder()
    let job = collectingJob([VideoOutput(url: server.baseURL)], base: server.baseURL, to: folder.path + "/fox.mp4")
    // A lock belongs to the open file, so this one stands for another process's.
    let other = open(folder.path + "/.fg_1-1.part", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    #expect(write(other, "half", 4) == 4 && flock(other, LOCK_EX | LOCK_NB) == 0)
    #expect(kind(await archive(job, in: folder)) == "unreachable")
    #expect(try String(contentsOfFile: folder.path + "/.fg_1-1.part", encoding: .utf8) == "half")
    close(other)
    #expect(try await archive(job, in: folder).get().path == folder.path + "/fox.mp4")
    #expect(folder.names == ["fox.mp4"])
  }
}
