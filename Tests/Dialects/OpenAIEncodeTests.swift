// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct OpenAIEncodeTests {
  static let reply = OpenAIDialect.Reply(
    pollAfterMilliseconds: 7500, remixedFrom: { $0 == "t2" ? "t1" : nil },
    contentURL: { "https://gate.example/v1/videos/\($0)/content" })

  static func encode(_ result: Outcome.Result, _ reply: OpenAIDialect.Reply = reply) -> HTTPReply {
    OpenAIDialect.encode(Outcome(result, requestID: "r", nowMilliseconds: 0), reply)
  }

  @Test func `A created task is a video that is queued`() {
    let reply = Self.encode(.created(UnifiedEncodeTests.task(.queued)))
    #expect(reply.status == 200)
    #expect(reply.headers == [NameValuePair("openai-poll-after-ms", "7500")])
    let expected: JSON = [
      "id": "t1", "object": "video", "model": "m-1", "status": "queued", "progress": 0, "created_at": 1_775_188_030,
      "completed_at": .null, "expires_at": .null, "seconds": "5", "size": "640x480", "prompt": "a cat", "error": .null,
      "remixed_from_video_id": .null, "usage": .null, "url": .null, "metadata": ["url": .null],
    ]
    #expect(reply.body?.isIdentical(to: expected) == true, "\(reply.body?.prettyText() ?? "")")
  }

  @Test func `A finished task is a video with its link`() {
    var task = UnifiedEncodeTests.task(.succeeded) { task in
      task.finishedAtMilliseconds = 1_775_188_329_000
      task.expiresAt = 1_775_274_430
      task.progressPercent = 60
      task.usage = ["total_tokens": 99_111]
      var output = VideoOutput(url: "https://vendor.example/v.mp4?signature=canary", durationSeconds: 5.04)
      output.widthPixels = 752
      output.heightPixels = 560
      task.outputs = [output]
    }
    task.id = "t2"
    var asked = Self.reply
    asked.warnings = ["seed has no effect."]
    let reply = Self.encode(.task(task), asked)
    #expect(reply.headers.isEmpty)
    let link: JSON = "https://gate.example/v1/videos/t2/content"
    let expected: JSON = [
      "id": "t2", "object": "video", "model": "m-1", "status": "completed", "progress": 100,
      "created_at": 1_775_188_030, "completed_at": 1_775_188_329, "expires_at": 1_775_274_430, "seconds": "5",
      "size": "752x560", "prompt": "a cat", "error": .null, "remixed_from_video_id": "t1",
      "usage": ["total_tokens": 99_111], "url": link, "metadata": ["url": link], "warnings": ["seed has no effect."],
    ]
    #expect(reply.body?.isIdentical(to: expected) == true, "\(reply.body?.prettyText() ?? "")")
  }

  /// Phase, word, progress, error code.
  static let phases: [(TaskPhase, String, Int, String?)] = [
    (.queued, "queued", 0, nil), (.unknown, "queued", 0, nil), (.running, "in_progress", 37, nil),
    (.succeeded, "completed", 100, nil), (.failed, "failed", 37, "refused_prompt"),
    (.cancelled, "failed", 37, "cancelled"),
    (.expired, "failed", 37, "expired"),
  ]

  @Test(arguments: phases.indices)
  func `Clients see four words alone, and a time to look again with the first two`(index: Int) throws {
    let (phase, word, progress, code) = Self.phases[index]
    let task = UnifiedEncodeTests.task(phase) { task in
      task.progressPercent = 37
      task.failure = Failure(.refusedPrompt, "Refused.", field: "prompt", vendorCode: "1301")
    }
    let reply = Self.encode(.task(task))
    let body = try #require(reply.body)
    #expect(body["status"]?.string == word)
    #expect(body["progress"]?.isIdentical(to: .number(JSONNumber(progress))) == true)
    #expect(body.value(at: "error.code")?.string == code)
    #expect(body.value(at: "error.vendor_code")?.string == code.map { _ in "1301" })
    #expect(body.value(at: "error.message")?.string == code.map { _ in "Refused." })
    #expect(body.value(at: "error.param")?.string == code.map { _ in "prompt" })
    #expect(reply.headers.first("openai-poll-after-ms") == (phase.isTerminal ? nil : "7500"))
    #expect(body["completed_at"]?.isNull == !phase.isTerminal)
  }

  @Test func `Without a length or a size of its own, a video has those that it will have`() throws {
    var request = VideoRequest(model: "m", prompt: "a")
    request.durationSeconds = VideoRequest.automaticDuration
    request.aspectRatio = "adaptive"
    request.resolution = "720p"
    var task = VideoTask(id: "t", request: request, phase: .running, createdAtMilliseconds: 0)
    #expect(Self.encode(.task(task)).body?["seconds"]?.isNull == true)
    #expect(Self.encode(.task(task)).body?["size"]?.isNull == true)
    var known = Self.reply
    known.size = { $0.resolution == "720p" ? "1248x704" : nil }
    #expect(Self.encode(.task(task), known).body?["size"]?.string == "1248x704")
    task.request.aspectRatio = "9:16"
    #expect(Self.encode(.task(task)).body?["size"]?.string == "720x1280")
    task.request.widthPixels = 704
    task.request.heightPixels = 1248
    #expect(Self.encode(.task(task)).body?["size"]?.string == "704x1248")
    task.outputs = [VideoOutput(url: "https://a/v.mp4", durationSeconds: 6.25)]
    #expect(Self.encode(.task(task)).body?["seconds"]?.string == "6.25")
    task.outputs[0].durationSeconds = 7
    #expect(Self.encode(.task(task)).body?["seconds"]?.string == "7")
  }

  @Test func `A page has a cursor whenever it has anything`() throws {
    var reply = Self.reply
    reply.hasMore = true
    var other = UnifiedEncodeTests.task(.queued)
    other.id = "t9"
    let page = try #require(Self.encode(.page([UnifiedEncodeTests.task(.queued), other], total: 7), reply).body)
    #expect(page["object"]?.string == "list")
    #expect(page["data"]?.array?.compactMap { $0["id"]?.string } == ["t1", "t9"])
    #expect(page["first_id"]?.string == "t1")
    #expect(page["last_id"]?.string == "t9")
    #expect(page["has_more"]?.bool == true)
    let empty = Self.encode(.page([], total: 0), reply).body
    #expect(
      empty == ["object": "list", "data": [], "first_id": .null, "last_id": .null, "has_more": false])
  }

  @Test func `A delete answers with a body`() {
    let reply = Self.encode(.removed(id: "t1"))
    #expect(reply.status == 200)
    #expect(reply.body == ["id": "t1", "object": "video.deleted", "deleted": true])
  }

  @Test func `A failure keeps its field, by the caller's name, and its code`() {
    let failure = Failure(
      .invalid, "duration_seconds is 99, but m takes 4 to 15.", field: "duration_seconds",
      advice: "Choose a value in that range.")
    let reply = Self.encode(.failure(failure))
    #expect(reply.status == 400)
    #expect(reply.headers.isEmpty)
    #expect(
      reply.body == [
        "error": [
          "message": "seconds is 99, but m takes 4 to 15. Choose a value in that range.",
          "type": "invalid_request_error", "param": "seconds", "code": "invalid",
        ]
      ])
    func message(_ kind: FailureKind) -> String? {
      Self.encode(.failure(Failure(kind, "Refused.", advice: "Do `x`.", vendorMessage: "account 17: no")))
        .body?.value(at: "error.message")?.string
    }
    #expect(message(.invalid) == "Refused. The provider says: account 17: no")
    #expect(message(.balance) == "Refused.")
    let names = ["inputs[0]", "width", "options.mode", "shots", "count", "prompt", "metadata.seed"].map {
      Self.encode(.failure(Failure(.invalid, "No.", field: $0))).body?.value(at: "error.param")?.string
    }
    #expect(names == ["input_reference", "size", "mode", "multi_prompt", "n", "prompt", "metadata.seed"])
    #expect(Self.encode(.failure(Failure(.notFound, "No."))).body?.value(at: "error.param")?.isNull == true)
  }

  @Test func `A wait is one that every client keeps to`() {
    func wait(_ kind: FailureKind, _ milliseconds: Int64?) -> String? {
      Self.encode(.failure(Failure(kind, "Wait.", retryAfterMilliseconds: milliseconds))).headers.first("retry-after")
    }
    #expect(wait(.rateLimited, 1200) == "2")
    #expect(wait(.rateLimited, 3_600_000) == "60")
    #expect(wait(.rateLimited, nil) == "5")
    #expect(wait(.rateLimited, 0) == "5")
    #expect(wait(.unreachable, 90_000) == "60")
    #expect(wait(.unreachable, nil) == nil)
  }

  @Test func `Nobody sends a create again that may have made something`() {
    func isForbidden(_ failure: Failure, _ reply: OpenAIDialect.Reply = OpenAIEncodeTests.reply) -> Bool {
      Self.encode(.failure(failure), reply).headers.first("x-should-retry") == "false"
    }
    #expect(isForbidden(Failure(.unknownOutcome, "Lost.")))
    #expect(isForbidden(Failure(.upstream, "Broken.", charged: .unknown)))
    #expect(isForbidden(Failure(.upstream, "Broken.", charged: .yes)))
    #expect(isForbidden(Failure(.internal, "Broken.")))
    #expect(isForbidden(Failure(.drift, "Strange.")))
    #expect(isForbidden(Failure(.cancelled, "Too late.")))
    #expect(!isForbidden(Failure(.unreachable, "Nothing was sent.")))
    #expect(!isForbidden(Failure(.rateLimited, "Wait.")))
    #expect(!isForbidden(Failure(.invalid, "No.")))
    var doubtful = Self.reply
    doubtful.mayHaveCreatedTask = true
    #expect(isForbidden(Failure(.unreachable, "Lost."), doubtful))
  }

  @Test func `Whose key is wrong makes the difference between 401 and 502`() {
    let failure = Failure(.authentication, "No.")
    #expect(Self.encode(.failure(failure)).status == 502)
    var reply = Self.reply
    reply.side = .caller
    let answer = Self.encode(.failure(failure), reply)
    #expect(answer.status == 401)
    #expect(answer.body?.value(at: "error.type")?.string == "authentication_error")
    #expect(answer.headers.isEmpty)
  }
}
