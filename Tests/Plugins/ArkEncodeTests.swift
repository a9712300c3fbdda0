// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import SeedanceProvider
import Testing
import VideoDocuments
import VolcProvider

@Suite("Seedance and Volc: replies to the vendor's clients")
struct ArkEncodeTests {
  private func task(_ phase: TaskPhase, _ change: (inout VideoTask) -> Void = { _ in }) -> VideoTask {
    var request = VideoRequest(model: "volc-doubao-seedance-1-5-pro-251215", prompt: "a cat")
    request.durationSeconds = 5
    request.aspectRatio = "16:9"
    request.resolution = "720p"
    request.audio = true
    var task = VideoTask(id: "fg_1", request: request, phase: phase, createdAtMilliseconds: ArkTests.now)
    task.updatedAtMilliseconds = ArkTests.now + 5_900
    change(&task)
    return task
  }

  @Test("The answer to a create call names the task")
  func created() throws {
    let plain = try ArkTests.encode(.created(task(.queued)), route: "create")
    #expect(plain.status == 200)
    #expect(plain.body?.text == #"{"id":"fg_1","status":"submitted"}"#)
    let known = try ArkTests.encode(.created(task(.queued) { $0.request.user = "u" }), route: "create")
    #expect(known.body?["safety_identifier"] == "u")
  }

  @Test(
    "A task that is not over carries the short form, and one of unknown outcome still waits",
    arguments: [
      (TaskPhase.queued, "queued"), (.running, "running"), (.unknown, "queued"), (.cancelled, "cancelled"),
      (.expired, "expired"),
    ])
  func short(phase: TaskPhase, word: String) throws {
    #expect(
      try ArkTests.encode(.task(task(phase))).body?.text
        == #"{"id":"fg_1","model":"doubao-seedance-1-5-pro-251215","status":"\#(word)","created_at":1767323045,"#
        + #""updated_at":1767323050,"service_tier":"default","execution_expires_after":172800}"#)
  }

  @Test("A finished task carries everything, in the vendor's order")
  func succeeded() throws {
    let done = task(.succeeded) { task in
      task.request.seed = 11
      task.request.user = "u"
      task.request.options = ["service_tier": "flex", "execution_expires_after": 3600, "priority": 1]
      task.outputs = [
        VideoOutput(url: "https://example.com/v.mp4"),
        VideoOutput(kind: "last_frame", url: "https://example.com/l.png"),
      ]
    }
    #expect(
      try ArkTests.encode(.task(done)).body?.text
        == #"{"id":"fg_1","model":"doubao-seedance-1-5-pro-251215","status":"succeeded","created_at":1767323045,"#
        + #""updated_at":1767323050,"content":{"video_url":"https://example.com/v.mp4","#
        + #""last_frame_url":"https://example.com/l.png"},"seed":11,"resolution":"720p","ratio":"16:9","duration":5,"#
        + #""framespersecond":24,"generate_audio":true,"draft":false,"safety_identifier":"u","priority":1,"#
        + #""service_tier":"flex","execution_expires_after":3600,"#
        + #""usage":{"completion_tokens":108900,"total_tokens":108900}}"#)
  }

  @Test("What the vendor's own task says stands, save for ids, links and times")
  func vendorTask() throws {
    let inner: JSON = [
      "id": "cgt-1", "seed": 40141, "ratio": "3:4", "resolution": "480p", "duration": 7, "framespersecond": 24,
      "generate_audio": false, "content": ["video_url": "https://vendor.example/v.mp4"],
    ]
    for vendor in [inner, ["data": ["data": ["result": inner]]], ["data": inner]] as [JSON] {
      let done = task(.succeeded) { task in
        task.request.durationSeconds = -1
        task.request.aspectRatio = "adaptive"
        task.vendorTask = vendor
        task.outputs = [VideoOutput(url: "https://gateway.example/v")]
        task.usage = ["total_tokens": 5]
      }
      let body = try #require(try ArkTests.encode(.task(done)).body)
      #expect(body["id"] == "fg_1")
      #expect(body["content"]?["video_url"] == "https://gateway.example/v")
      #expect(body["seed"] == 40141)
      #expect(body["ratio"] == "3:4")
      #expect(body["duration"] == 7)
      #expect(body["usage"] == ["total_tokens": 5])
      #expect(!body.text.contains("cgt-1"))
    }
  }

  @Test("What the model chose is read off the clip; another vendor's task is not reckoned in tokens")
  func chosen() throws {
    let done = task(.succeeded) { task in
      task.request.model = "kling-v3"
      task.model = "kling-v3"
      task.request.durationSeconds = nil
      task.request.aspectRatio = nil
      task.vendorTask = ["code": 0, "data": ["task_id": "1"]]
      var output = VideoOutput(url: "https://gateway.example/v", durationSeconds: 5.041)
      output.widthPixels = 720
      output.heightPixels = 1280
      task.outputs = [output]
    }
    let body = try #require(try ArkTests.encode(.task(done)).body)
    #expect(body["ratio"] == "9:16")
    #expect(body["duration"] == 5)
    #expect(body["usage"] == nil)
    #expect(body["seed"] == nil)
    #expect(body["framespersecond"] == nil)
  }

  @Test("A failed task says why in the vendor's words")
  func failed() throws {
    let vendor = task(.failed) {
      $0.failure = Failure(
        .refusedOutput, "ours", vendorCode: "OutputVideoSensitiveContentDetected",
        vendorMessage: "It may. Request id: 0217")
    }
    #expect(
      try ArkTests.encode(.task(vendor)).body?["error"] == [
        "code": "OutputVideoSensitiveContentDetected", "message": "It may. Request id: 0217",
      ])
    let ours = task(.failed) { $0.failure = Failure(.refusedPrompt, "No.") }
    #expect(
      try ArkTests.encode(.task(ours)).body?["error"] == [
        "code": "InputTextSensitiveContentDetected", "message": "No. Request id: req-1",
      ])
    #expect(try ArkTests.encode(.task(task(.failed))).body?["error"]?["code"] == "InternalServiceError")
  }

  @Test("A page holds its tasks and the number of all; what was deleted leaves an empty object")
  func others() throws {
    let page = try ArkTests.encode(.page([task(.queued), task(.running)], total: 7), route: "list")
    #expect(page.body?["total"] == 7)
    #expect(page.body?["items"]?.array?.map { $0["status"]?.string } == ["queued", "running"])
    #expect(try ArkTests.encode(.removed(id: "fg_1"), route: "delete").body == [:])
    #expect(try ArkTests.encode(.cancelled(task(.cancelled)), route: "delete").body == [:])
  }

  static let statuses: [(FailureKind, Int, String)] = [
    (.invalid, 400, "InvalidParameter"), (.unsupported, 400, "InvalidParameter.UnsupportedParameter"),
    (.refusedPrompt, 400, "InputTextSensitiveContentDetected"),
    (.refusedInput, 400, "InputImageSensitiveContentDetected"),
    (.refusedOutput, 400, "OutputVideoSensitiveContentDetected"), (.authentication, 401, "AuthenticationError"),
    (.permission, 403, "AccessDenied"), (.balance, 403, "AccountOverdueError"),
    (.rateLimited, 429, "RateLimitExceeded"), (.unreachable, 500, "InternalServiceError"),
    (.upstream, 500, "InternalServiceError"), (.drift, 500, "InternalServiceError"),
    (.unknownOutcome, 500, "InternalServiceError"), (.expired, 404, "NotFound"),
    (.cancelled, 409, "OperationDenied.InvalidState"), (.notFound, 404, "NotFound"),
    (.plugin, 500, "InternalServiceError"), (.limit, 400, "InvalidParameter"),
    (.internal, 500, "InternalServiceError"),
  ]

  @Test("Every kind of failure has the vendor's code and status", arguments: statuses)
  func kinds(kind: FailureKind, status: Int, code: String) throws {
    let failure = Failure(kind, "Sentence.", field: "duration_seconds", charged: .unknown)
    let reply = try ArkTests.encode(.failure(failure), route: "create")
    #expect(reply.status == status)
    #expect(reply.body?["error"]?["code"]?.string == code)
    #expect(reply.body?["error"]?["message"] == "Sentence. Request id: req-1")
    #expect(reply.body?["error"]?["param"] == "duration")
    // Clients repeat 429 and 5xx by themselves unless told not to.
    #expect(reply.headers.header("x-should-retry") == "false")
  }

  @Test("Every kind is in the table")
  func complete() { #expect(Set(Self.statuses.map { $0.0 }) == Set(FailureKind.allCases)) }

  @Test("Only what bought nothing may be repeated, after the time to wait")
  func retry() throws {
    let free = try ArkTests.encode(
      .failure(Failure(.rateLimited, "Slowly.", retryAfterMilliseconds: 1_500)), route: "create")
    #expect(free.headers == [NameValuePair("Retry-After", "2")])
    let bought = try ArkTests.encode(.failure(Failure(.upstream, "Oh.", charged: .unknown)), route: "create")
    #expect(bought.headers == [NameValuePair("x-should-retry", "false")])
  }

  @Test("A key that the vendor refused is the gateway's affair, not the caller's")
  func account() throws {
    let failure = Failure(.authentication, "Wrong key.", vendorCode: "AuthenticationError")
    #expect(try ArkTests.encode(.failure(failure)).status == 502)
  }

  @Test("A running task cannot be deleted")
  func running() throws {
    for kind in [FailureKind.invalid, .unsupported] {
      let reply = try ArkTests.encode(.failure(Failure(kind, "It runs.")), route: "delete")
      #expect(reply.status == 409)
      #expect(reply.body?["error"]?["code"] == "OperationDenied.InvalidState")
    }
  }

  @Test("What is written here reads as what it was: phases, links, usage and reasons")
  func roundTrip() throws {
    for phase in [TaskPhase.queued, .running, .succeeded, .failed, .cancelled, .expired] {
      let written = task(phase) { task in
        task.outputs = [VideoOutput(url: "https://example.com/v.mp4")]
        if phase == .failed { task.failure = Failure(.refusedInput, "No.") }
      }
      let body = try #require(try ArkTests.encode(.task(written)).body)
      let step = try ArkTests.seedance.resume(
        ArkTests.answer("poll", state: ["routes": "ark"], body.text))
      let update = try ArkTests.update(step)
      #expect(update.phase == phase)
      if phase == .succeeded {
        #expect(update.outputs.map { $0.url } == ["https://example.com/v.mp4"])
        #expect(update.usage["total_tokens"] == 108_900)
      }
      if phase == .failed { #expect(update.failure?.kind == .refusedInput) }
    }
  }
}
