// SPDX-License-Identifier: Apache-2.0

import ArkProtocol
import OrderedJSON
import ProviderKit
import SeedanceProvider
import Testing
import VideoDocuments
import VolcProvider

@Suite("Seedance and Volc: answers")
struct ArkAnswerTests {
  @Test("Every fixture is read as what it says")
  func answers() throws {
    for fixture in try ArkTests.fixtures("Seedance/Fixtures/answers.json") {
      let name = Comment(rawValue: fixture["name"]?.string ?? "")
      let answer = ArkTests.answer(
        fixture["operation"]?.string ?? "poll", state: ["routes": fixture["routes"] ?? "ark"],
        status: fixture["status"]?.int ?? 200,
        headers: try (fixture["headers"]?.array ?? []).map { try NameValuePair($0) },
        fixture["text"]?.string ?? fixture["body"]?.text ?? "")
      do {
        let step = try ArkTests.seedance.resume(answer)
        #expect(step.state == answer.state, name)
        var update = try ArkTests.update(step)
        if let body = fixture["body"], update.vendorTask != nil { #expect(update.vendorTask == body, name) }
        update.vendorTask = nil
        let expected = try #require(fixture["update"], name)
        #expect(update.json == expected, "\(name): \(update.json.text)")
      } catch let failure as Failure {
        let expected = try #require(fixture["failure"]?.object, "\(name): \(failure.json.text)")
        for (member, value) in expected { #expect(failure.json[member] == value, "\(name): \(failure.json.text)") }
      }
    }
  }

  /// Every code of the vendor's list.
  static let codes: [(String, FailureKind)] = [
    ("MissingParameter.content", .invalid), ("InvalidParameter.UnsupportedParameter", .invalid),
    ("InvalidParameter.TosURLInvalid", .invalid), ("InvalidParameter.TaskTypeConstraint", .invalid),
    ("InvalidArgumentError", .invalid), ("InvalidArgumentError.X", .invalid), ("InvalidArgumentX", .invalid),
    ("InvalidImageURL.EmptyURL", .invalid), ("OutofContextError", .invalid),
    ("InvalidEndpoint.ClosedEndpoint", .invalid), ("InvalidSubscription", .invalid),
    ("InputTextSensitiveContentDetected", .refusedPrompt), ("InputTextRiskDetection", .refusedPrompt),
    ("InputImageSensitiveContentDetected.PrivacyInformation", .refusedInput),
    ("InputVideoSensitiveContentDetected.PolicyViolation", .refusedInput),
    ("InputAudioRiskDetection", .refusedInput), ("SensitiveContentDetected.SevereViolation", .refusedPrompt),
    ("SensitiveContentDetected.Violence", .refusedPrompt), ("OutputTextSensitiveContentDetected", .refusedOutput),
    ("OutputImageRiskDetection", .refusedOutput),
    ("OutputVideoSensitiveContentDetected.PolicyViolation", .refusedOutput),
    ("OutputAudioSensitiveContentDetected", .refusedOutput), ("ContentSecurityDetectionError", .upstream),
    ("AuthenticationError", .authentication), ("InvalidAccountStatus", .authentication),
    ("AccessDenied", .permission), ("AccountOverdueError", .balance),
    ("OperationDenied.PermissionDenied", .permission), ("OperationDenied.ServiceNotOpen", .permission),
    ("OperationDenied.ServiceOverdue", .balance), ("OperationDenied.InvalidState", .invalid),
    ("OperationDenied.UnsupportedPhase", .permission), ("InvalidEndpointOrModel.NotFound", .notFound),
    ("InvalidEndpointOrModel.ModelIDAccessDisabled", .notFound), ("ModelNotOpen", .notFound),
    ("NotFound.Task", .notFound), ("UnsupportedModel", .notFound),
    ("RateLimitExceeded.EndpointRPMExceeded", .rateLimited),
    ("RateLimitExceeded.EndpointTPMExceeded", .rateLimited),
    ("ModelAccountRpmRateLimitExceeded", .rateLimited), ("ModelAccountTpmRateLimitExceeded", .rateLimited),
    ("ModelAccountIpmRateLimitExceeded", .rateLimited), ("APIAccountRpmRateLimitExceeded", .rateLimited),
    ("AccountRateLimitExceeded", .rateLimited), ("RequestBurstTooFast", .rateLimited),
    ("ServerOverloaded", .rateLimited), ("QuotaExceeded", .balance), ("SetLimitExceeded", .balance),
    ("InflightBatchsizeExceeded", .rateLimited), ("InternalServiceError", .upstream),
  ]

  @Test("Every code of the vendor's list has its kind, and comes with its HTTP status", arguments: codes)
  func code(code: String, kind: FailureKind) throws {
    let row = try #require(ArkErrors.row(of: code))
    let body = #"{"error":{"code":"\#(code)","message":"m","param":"","type":"t"}}"#
    let failure = try #require(throws: Failure.self) {
      try ArkTests.seedance.resume(
        ArkTests.answer("create", state: ["routes": "ark"], status: row.status, body))
    }
    #expect(failure.kind == kind)
    #expect(failure.vendorCode == code)
    #expect(failure.vendorMessage == "m")
    #expect(failure.charged == (row.status == 500 ? .unknown : .no))
    let again = try ArkTests.encode(.failure(failure))
    guard kind != .authentication else { return }
    #expect(again.status == row.status)
    #expect(again.body?["error"]?["code"]?.string == code)
  }

  @Test("Used-up allowances and full queues are not tried again by themselves")
  func quota() {
    #expect(ArkErrors.kind(code: "QuotaExceeded", message: "The free quota is used up.", status: 429) == .balance)
    #expect(
      ArkErrors.kind(code: "QuotaExceeded", message: "Too many tasks are queued.", status: 429) == .rateLimited)
    for code in ["QuotaExceeded", "SetLimitExceeded", "InflightBatchsizeExceeded"] {
      #expect(!ArkErrors.failure(code: code, message: nil, status: 429).isRetryable)
    }
    #expect(ArkErrors.failure(code: "ServerOverloaded", message: nil, status: 429).isRetryable)
  }

  @Test(
    "A code that nobody has seen goes by the HTTP status",
    arguments: [
      (400, FailureKind.invalid), (401, .authentication), (402, .balance), (403, .permission), (404, .notFound),
      (408, .upstream), (409, .invalid), (429, .rateLimited), (500, .upstream), (503, .upstream), (302, .drift),
    ])
  func status(status: Int, kind: FailureKind) {
    #expect(ArkErrors.failure(code: "Brand.New", message: nil, status: status).kind == kind)
  }

  @Test(
    "Words of resellers say more than the status beside them",
    arguments: [
      ("insufficient_user_quota", 403, FailureKind.balance), ("model_not_found", 503, .notFound),
      ("invalid_api_key", 401, .authentication), ("do_request_failed", 500, .upstream),
    ])
  func resellerWords(code: String, status: Int, kind: FailureKind) throws {
    let failure = try #require(throws: Failure.self) {
      _ = try ArkTests.seedance.resume(
        ArkTests.answer(
          "create", state: ["routes": "unified"], status: status, #"{"error":{"code":"\#(code)","message":"no"}}"#))
    }
    #expect(failure.kind == kind)
    // Only a fault leaves it open whether something was bought.
    #expect((failure.charged == .unknown) == (kind == .upstream))
  }

  @Test("Cancelling looks first and deletes only a task that still waits")
  func cancel() throws {
    var task = VideoTask(
      id: "fg_1", request: VideoRequest(model: "doubao-seedance-2-0-260128"), phase: .running,
      createdAtMilliseconds: ArkTests.now)
    task.upstreamID = "cgt-1"
    let call = TaskCall(
      task: task, state: ["routes": "ark"], connection: ArkTests.official, nowMilliseconds: ArkTests.now)
    let look = try ArkTests.seedance.cancel(call)
    let lookState = try #require(look.state)
    #expect(try ArkTests.http(look).method == "GET")
    #expect(try ArkTests.http(look).path == "/contents/generations/tasks/cgt-1")
    let delete = try ArkTests.seedance.resume(
      ArkTests.answer("cancel", state: lookState, #"{"id":"cgt-1","status":"queued"}"#))
    #expect(try ArkTests.http(delete).method == "DELETE")
    #expect(try ArkTests.http(delete).path == "/contents/generations/tasks/cgt-1")
    let state = try #require(delete.state)
    let done = try ArkTests.seedance.resume(ArkTests.answer("cancel", state: state, step: 2, "{}"))
    #expect(try ArkTests.update(done).phase == .cancelled)
    #expect(done.state == ["routes": "ark"])
    let empty = try ArkTests.seedance.resume(ArkTests.answer("cancel", state: state, status: 204, step: 2, ""))
    #expect(try ArkTests.update(empty).phase == .cancelled)

    let running = try #require(throws: Failure.self) {
      try ArkTests.seedance.resume(
        ArkTests.answer("cancel", state: lookState, #"{"id":"cgt-1","status":"running"}"#))
    }
    #expect(running.kind == .unsupported)
    let late = try ArkTests.seedance.resume(
      ArkTests.answer(
        "cancel", state: lookState,
        #"{"id":"cgt-1","status":"succeeded","content":{"video_url":"https://example.com/v"}}"#))
    #expect(try ArkTests.update(late).phase == .succeeded)
    let raced = try #require(throws: Failure.self) {
      try ArkTests.seedance.resume(
        ArkTests.answer(
          "cancel", state: state, status: 409, step: 2, #"{"error":{"code":"OperationDenied.InvalidState"}}"#))
    }
    #expect(raced.kind == .invalid)
  }

  @Test("Looks go to the routes over which the task was bought")
  func routes() throws {
    var task = VideoTask(
      id: "fg_1", request: VideoRequest(model: "m"), phase: .running, createdAtMilliseconds: ArkTests.now)
    task.upstreamID = "a b/c"
    func path(_ provider: any Provider, _ routes: String) throws -> String? {
      let step = try provider.poll(
        TaskCall(
          task: task, state: ["routes": .string(routes)], connection: ArkTests.official,
          nowMilliseconds: ArkTests.now))
      #expect(try ArkTests.http(step).retry == .safe)
      #expect(step.state == ["routes": .string(routes)])
      return try ArkTests.http(step).path
    }
    #expect(try path(ArkTests.seedance, "ark") == "/contents/generations/tasks/a%20b%2Fc")
    #expect(try path(ArkTests.seedance, "unified") == "/v1/video/generations/a%20b%2Fc")
    #expect(try path(ArkTests.volc, "prefixed") == "/volc/v1/contents/generations/tasks/a%20b%2Fc")
    #expect(throws: Failure.self) { try path(ArkTests.volc, "elsewhere") }
  }

  @Test(
    "The id at the end of the vendor's messages is found",
    arguments: [
      ("It failed. Request id: 021767-ab_C", "021767-ab_C"), ("request ID:x.", "x"), ("Request id: ", nil), ("", nil),
      ("Request id: 1 and Request id: 2", "2"),
    ] as [(String, String?)])
  func requestID(message: String, id: String?) {
    #expect(ArkErrors.failure(code: "NotFound", message: message, status: 404).vendorRequestID == id)
  }
}
