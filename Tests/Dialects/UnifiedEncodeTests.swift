// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct UnifiedEncodeTests {
  static let reply = UnifiedDialect.Reply(warnings: ["seed has no effect."]) {
    "https://gate.example/v1/videos/\($0)/content"
  }

  static func task(_ phase: TaskPhase, _ change: (inout VideoTask) -> Void = { _ in }) -> VideoTask {
    var request = VideoRequest(model: "m-1", prompt: "a cat")
    request.durationSeconds = 5
    request.aspectRatio = "4:3"
    request.resolution = "480p"
    request.seed = 7
    var task = VideoTask(id: "t1", request: request, phase: phase, createdAtMilliseconds: 1_775_188_030_000)
    task.upstreamID = "up-1"
    change(&task)
    return task
  }

  static func encode(_ result: Outcome.Result, _ reply: UnifiedDialect.Reply = reply) -> HTTPReply {
    UnifiedDialect.encode(Outcome(result, requestID: "r", nowMilliseconds: 0), reply)
  }

  @Test func `A created task is answered with both names of its id`() {
    let reply = Self.encode(.created(Self.task(.queued)))
    #expect(reply.status == 200)
    #expect(reply.headers == [NameValuePair("Retry-After", "5")])
    #expect(
      reply.body?.text
        == #"{"id":"t1","task_id":"t1","object":"video","model":"m-1","status":"queued","created_at":1775188030,"#
        + #""warnings":["seed has no effect."]}"#)
  }

  @Test func `A finished task is told in all three vocabularies`() throws {
    let task = Self.task(.succeeded) { task in
      task.startedAtMilliseconds = 1_775_188_043_000
      task.finishedAtMilliseconds = 1_775_188_329_000
      task.updatedAtMilliseconds = 1_775_188_324_000
      var output = VideoOutput(url: "https://vendor.example/v.mp4?signature=canary", durationSeconds: 5)
      output.widthPixels = 752
      output.heightPixels = 560
      task.outputs = [output]
      task.vendorTask = [
        "id": "up-1", "status": "succeeded", "content": ["video_url": "https://vendor.example/v.mp4?signature=canary"],
      ]
    }
    let masked = TaskMasking { Self.reply.contentURL("t1/\($0.kind)") }.masked(task, id: "t1")
    let reply = Self.encode(.task(masked))
    #expect(reply.headers.isEmpty)
    let expected: JSON = [
      "code": "success", "message": "",
      "data": [
        "task_id": "t1", "action": "textGenerate", "status": "SUCCESS", "fail_reason": "",
        "result_url": "https://gate.example/v1/videos/t1/content", "submit_time": 1_775_188_030,
        "start_time": 1_775_188_043, "finish_time": 1_775_188_329, "progress": "100%",
        "data": [
          "id": "t1", "model": "m-1", "ratio": "4:3", "resolution": "480p", "duration": 5, "frames": 0, "draft": false,
          "status": "succeed", "created_at": "2026-04-03T03:47:10Z", "updated_at": "2026-04-03T03:52:04Z",
          "content": ["video_url": "https://gate.example/v1/videos/t1/content"],
          "result": [
            "id": "t1", "status": "succeeded",
            "content": ["video_url": "https://gate.example/v1/videos/t1/video/content"],
          ],
        ],
      ], "task_id": "t1", "status": "completed", "url": "https://gate.example/v1/videos/t1/content", "format": "mp4",
      "metadata": ["duration": 5, "fps": .null, "width": 752, "height": 560, "seed": 7], "error": .null,
      "warnings": ["seed has no effect."],
    ]
    #expect(reply.body?.isIdentical(to: expected) == true, "\(reply.body?.prettyText() ?? "")")
  }

  /// Phase; outer, middle and flat word; progress; error code.
  static let phases: [(TaskPhase, String, String, String, String, String?)] = [
    (.queued, "QUEUED", "queued", "queued", "0%", nil),
    (.running, "IN_PROGRESS", "processing", "in_progress", "37%", nil),
    (.succeeded, "SUCCESS", "succeed", "completed", "100%", nil),
    (.failed, "FAILURE", "failed", "failed", "37%", "refused_prompt"),
    (.cancelled, "FAILURE", "failed", "failed", "37%", "cancelled"),
    (.expired, "FAILURE", "failed", "failed", "37%", "expired"), (.unknown, "QUEUED", "queued", "queued", "0%", nil),
  ]

  @Test(arguments: phases.indices)
  func `Every phase has its words`(index: Int) throws {
    let (phase, outer, middle, flat, progress, code) = Self.phases[index]
    let task = Self.task(phase) { task in
      task.progressPercent = 37
      task.failure = Failure(.refusedPrompt, "Refused.", vendorCode: "1301")
    }
    let body = try #require(Self.encode(.task(task)).body)
    #expect(body.value(at: "data.status")?.string == outer)
    #expect(body.value(at: "data.data.status")?.string == middle)
    #expect(body["status"]?.string == flat)
    #expect(body.value(at: "data.progress")?.string == progress)
    #expect(body.value(at: "error.code")?.string == code)
    #expect(body.value(at: "error.vendor_code")?.string == code.map { _ in "1301" })
    #expect(body.value(at: "data.data.result.status")?.string == middle)
    #expect((body.value(at: "data.fail_reason")?.string?.isEmpty == true) == (code == nil))
    #expect(body["warnings"]?.array?.count == (phase == .unknown ? 2 : 1))
  }

  @Test func `A failure has its status, its code and its field`() throws {
    let failure = Failure(
      .invalid, "duration_seconds is 99, but m takes 4 to 15.", field: "duration_seconds",
      advice: "Choose a value in that range.")
    let reply = Self.encode(.failure(failure))
    #expect(reply.status == 400)
    #expect(
      reply.body == [
        "code": "invalid", "message": "duration is 99, but m takes 4 to 15. Choose a value in that range.",
        "data": .null,
        "error": [
          "code": "invalid",
          "message": "duration is 99, but m takes 4 to 15. Choose a value in that range.",
          "type": "invalid_request_error", "param": "duration",
        ],
      ])
    let limited = Self.encode(.failure(Failure(.rateLimited, "Slow down.", retryAfterMilliseconds: 1_200)))
    #expect(limited.status == 429)
    #expect(limited.headers == [NameValuePair("Retry-After", "2")])
  }

  @Test func `Whose key is wrong makes the difference between 401 and 502`() {
    let failure = Failure(.authentication, "No.")
    #expect(Self.encode(.failure(failure)).status == 502)
    var reply = Self.reply
    reply.side = .caller
    #expect(Self.encode(.failure(failure), reply).status == 401)
    for kind in FailureKind.allCases { #expect((400...599).contains(FailureStatus.status(of: kind))) }
  }

  @Test func `Commands are not advised to callers over HTTP`() throws {
    let failure = Failure(.invalid, "No such model.", advice: "Run `filmgate models`.")
    #expect(Self.encode(.failure(failure)).body?["message"]?.string == "No such model.")
  }
}
