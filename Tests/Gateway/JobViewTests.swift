// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Store
import Testing
import VideoDocuments

@testable import Gateway

/// What callers are told of clips: the provider's word first, then what our copy says, then the model's table.
@Suite("A job as its caller sees it") struct JobViewTests {
  private static func model() throws -> ModelFacts {
    try Manifest(
      JSON(
        parsing: """
          {"manifest": 1, "id": "acme", "version": "1", "operations": [], "profiles": [], "models": [
            {"id": "acme-1", "frame_rate": 30, "sizes": {"720p": {"16:9": [1280, 720]}}}]}
          """)
    ).models[0]
  }

  private static func task(_ body: (inout JobRecord) -> Void) throws -> VideoTask {
    let model = try model()
    var job = watchedJob("fg_1", state: .done)
    job.task.outputs = [VideoOutput(url: "https://vendor.example/1.mp4")]
    job.task.request.resolution = "720p"
    job.task.request.aspectRatio = "16:9"
    body(&job)
    let view = JobView(link: { id, _ in "/" + id }, model: { $0 == "acme-1" ? model : nil }, nowMilliseconds: 9_000)
    return view.task(of: job)
  }

  private static func file(_ body: (inout ArchivedFile) -> Void = { _ in }) -> ArchivedFile {
    var file = ArchivedFile(outputIndex: 0, kind: "video", path: "/a.mp4", byteCount: 1, sha256: "00")
    (file.widthPixels, file.heightPixels) = (960, 540)
    (file.durationSeconds, file.framesPerSecond) = (5.042, 24)
    body(&file)
    return file
  }

  @Test("the table fills in what nobody else says")
  func table() throws {
    let task = try Self.task { _ in }
    #expect(task.outputs[0].widthPixels == 1_280 && task.outputs[0].heightPixels == 720)
    #expect(task.outputs[0].durationSeconds == nil && task.request.framesPerSecond == 30)
  }

  @Test("our copy knows better than the table, and than what was asked for")
  func copy() throws {
    let task = try Self.task { job in
      job.archived = [Self.file()]
      job.task.request.framesPerSecond = 60
    }
    #expect(task.outputs[0].widthPixels == 960 && task.outputs[0].heightPixels == 540)
    #expect(task.outputs[0].durationSeconds == 5.042 && task.request.framesPerSecond == 24)
  }

  @Test("what the provider says stands")
  func provider() throws {
    let task = try Self.task { job in
      job.archived = [Self.file()]
      (job.task.outputs[0].widthPixels, job.task.outputs[0].heightPixels) = (1_920, 1_080)
      job.task.outputs[0].durationSeconds = 5
    }
    #expect(task.outputs[0].widthPixels == 1_920 && task.outputs[0].heightPixels == 1_080)
    #expect(task.outputs[0].durationSeconds == 5)
  }

  @Test("a copy that says nothing, is of something else, or of an output that is no more leaves all as it was")
  func silent() throws {
    let silent = Self.file { file in
      (file.widthPixels, file.heightPixels, file.durationSeconds, file.framesPerSecond) = (nil, nil, nil, nil)
    }
    for file in [
      silent, Self.file { $0.kind = "thumbnail" }, Self.file { $0.outputIndex = 7 }, Self.file { $0.outputIndex = -1 },
    ] {
      let task = try Self.task { $0.archived = [file] }
      #expect(task.outputs[0].widthPixels == 1_280 && task.outputs[0].durationSeconds == nil, "\(file)")
      #expect(task.request.framesPerSecond == 30, "\(file)")
    }
  }

  @Test("a record keeps what its copy says")
  func roundTrip() throws {
    let file = Self.file()
    #expect(try ArchivedFile(file.json) == file)
    #expect(try ArchivedFile(JSON(parsing: #"{"path": "/a.mp4"}"#)).widthPixels == nil)
  }
}
