// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct TaskMaskingTests {
  static let upstreamID = "cgt-20260403114650-qgcb2"
  static let clip = "https://store.example/clips/a.mp4?X-Tos-Credential=canary&X-Tos-Signature=canary"
  static let masking = TaskMasking { "https://gate.example/t1/\($0.kind)?expires=9&signature=ours" }
  static let ours: JSON = "https://gate.example/t1/video?expires=9&signature=ours"

  static func masked(_ vendorTask: JSON, _ change: (inout VideoTask) -> Void = { _ in }) -> VideoTask {
    var task = VideoTask(
      id: "stored", request: VideoRequest(model: "m", prompt: "a"), phase: .succeeded, createdAtMilliseconds: 0)
    task.upstreamID = upstreamID
    task.outputs = [
      VideoOutput(url: clip, id: "clip-1"),
      VideoOutput(kind: "last_frame", url: "https://store.example/f.png?sig=canary", id: upstreamID),
    ]
    task.vendorTask = vendorTask
    change(&task)
    return masking.masked(task, id: "t1")
  }

  /// The vendor's, the caller's.
  static let documents: [(JSON, JSON)] = [
    (
      ["id": .string(upstreamID), "content": ["video_url": .string(clip)]],
      ["id": "t1", "content": ["video_url": ours]]
    ),
    // The same file, signed for anew.
    (["url": "https://store.example/clips/a.mp4?X-Tos-Credential=canary2"], ["url": ours]),
    (
      ["urls": ["https://store.example/f.png?sig=canary", 5]],
      ["urls": ["https://gate.example/t1/last_frame?expires=9&signature=ours", 5]]
    ),
    (
      [
        "cover":
          "https://store.example/c.png?width=5&X-Amz-Signature=canary&X-Amz-Date=2026&Expires=9&OSSAccessKeyId=x#f"
      ],
      ["cover": "https://store.example/c.png?width=5"]
    ),
    (["cover": "HTTPS://user:canary@store.example/c.png?token=canary"], ["cover": "HTTPS://store.example/c.png"]),
    (
      ["note": "Task \(upstreamID): see http://a.example/x?auth_key=canary&b=1, or <https://b.example/?q-ak=canary>."],
      ["note": "Task t1: see http://a.example/x?b=1, or <https://b.example/>."]
    ),
    (
      ["resp_data": #"{"urls":["https:\/\/store.example\/clips\/a.mp4?X-Tos-Signature=canary"],"n":1.0}"#],
      ["resp_data": #"{"urls":["https://gate.example/t1/video?expires=9&signature=ours"],"n":1.0}"#]
    ),
    (
      ["usage": ["total_tokens": 5], "callback_url": "https://gate.example/secret", "Api_Key": "canary", "token": "x"],
      ["usage": ["total_tokens": 5]]
    ),
    // Nothing to hide stays byte for byte.
    (
      ["a": #"{ "b" : 1 }"#, "c": "http:", "d": "a://b", "e": "é ://", "f": .null],
      [
        "a": #"{ "b" : 1 }"#, "c": "http:", "d": "a://b", "e": "é ://", "f": .null,
      ]
    ),
  ]

  @Test(arguments: documents.indices)
  func `Callers see their own ids and links, and nobody's credentials`(index: Int) throws {
    let (vendor, expected) = Self.documents[index]
    let task = Self.masked(vendor)
    let shown = try #require(task.vendorTask)
    #expect(shown.isIdentical(to: expected), "\(shown)")
    #expect(!task.json.text.contains("canary"))
    #expect(!task.json.text.contains(Self.upstreamID))
    #expect(Self.masking.masked(task, id: "t1").json.isIdentical(to: task.json))
  }

  @Test func `Outputs and failures are masked as well`() {
    let task = Self.masked(.null) { task in
      task.failure = Failure(
        .upstream, "Task \(Self.upstreamID) failed.", vendorMessage: "See \(Self.clip)", vendorRequestID: "r-1")
    }
    #expect(task.id == "t1")
    #expect(task.upstreamID == nil)
    #expect(task.outputs.map { $0.id } == ["clip-1", "t1"])
    #expect(task.outputs[0].url == Self.ours.string)
    #expect(task.failure?.message == "Task t1 failed.")
    #expect(task.failure?.vendorMessage == "See https://gate.example/t1/video?expires=9&signature=ours")
    #expect(task.failure?.vendorRequestID == "r-1")
  }

  @Test func `A short id is replaced only where it is the whole text`() {
    let task = Self.masked(["id": "17", "seconds": 17, "note": "17 frames"]) { $0.upstreamID = "17" }
    #expect(task.vendorTask == ["id": "t1", "seconds": 17, "note": "17 frames"])
    let long = Self.masked(["id": 7_415_161_891]) { $0.upstreamID = "7415161891" }
    #expect(long.vendorTask == ["id": "t1"])
  }
}
