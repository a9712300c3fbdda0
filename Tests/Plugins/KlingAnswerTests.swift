// SPDX-License-Identifier: Apache-2.0

import KlingProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite("Kling: poll and answers")
struct KlingAnswerTests {
  private func state(_ route: String = "official") -> JSON {
    ["kind": "text2video", "route": .string(route), "external_task_id": "fg_1"]
  }

  @Test("Every fixture is read as exactly its update")
  func updates() throws {
    for fixture in try Kling.fixtures("answers.json") {
      let name = fixture["name"]?.string ?? ""
      let body = try #require(fixture["body"]).text
      var update = try Kling.resume(
        try #require(fixture["operation"]?.string), state: state(fixture["route"]?.string ?? "official"), body)
      #expect(update.vendorTask != nil, "\(name)")
      update.vendorTask = nil
      #expect(update.json == fixture["update"], "\(name): \(update.json.text)")
    }
  }

  @Test("A poll asks the path of the task's kind, on the route that it took")
  func polls() throws {
    var task = Kling.task(VideoRequest(model: "kling-v3", prompt: "p"), .queued)
    func path(_ state: JSON, _ connection: Connection = Kling.official()) throws -> String? {
      let call = TaskCall(task: task, state: state, connection: connection, nowMilliseconds: Kling.now)
      let step = try Kling.provider.poll(call)
      let http = try Kling.http(step)
      #expect(http.method == "GET")
      #expect(http.retry == .safe)
      #expect(step.state == state)
      return http.path
    }
    task.upstreamID = "83/1"
    #expect(try path(state()) == "/v1/videos/text2video/83%2F1")
    #expect(try path(["kind": "omni-video", "route": "official"]) == "/v1/videos/omni-video/83%2F1")
    #expect(try path(["kind": "avatar/image2video", "route": "official"]) == "/v1/videos/avatar/image2video/83%2F1")
    #expect(try path(["kind": "image2video", "route": "prefixed"]) == "/kling/v1/videos/image2video/83%2F1")
    #expect(try path(["kind": "image2video", "route": "unified"]) == "/v1/video/generations/83%2F1")
  }

  @Test("A task whose id never arrived is asked for by the id that was sent along")
  func reconciling() throws {
    let request = VideoRequest(model: "kling-v3", prompt: "p")
    var call = TaskCall(
      task: Kling.task(request, .unknown), state: state(), connection: Kling.official(), nowMilliseconds: 0)
    #expect(try Kling.http(Kling.provider.poll(call)).path == "/v1/videos/text2video/fg_1")
    call.state = ["kind": "text2video", "route": "official"]
    #expect(Kling.failure { _ = try Kling.provider.poll(call) }?.kind == .internal)
    call.state = "nonsense"
    #expect(Kling.failure { _ = try Kling.provider.poll(call) }?.kind == .internal)
  }

  @Test("Cancelling says in one sentence that Kling cannot")
  func cancels() {
    let task = Kling.task(VideoRequest(model: "kling-v3"), .running)
    let call = TaskCall(task: task, state: state(), connection: Kling.official(), nowMilliseconds: 0)
    let failure = Kling.failure { _ = try Kling.provider.cancel(call) }
    #expect(failure?.kind == .unsupported)
    #expect(failure?.message == "Kling has no call that cancels a task.")
  }

  @Test(
    "Every code of the vendor's table is its kind of failure",
    arguments: [
      (1000, 401, FailureKind.authentication), (1001, 401, .authentication), (1002, 401, .authentication),
      (1003, 401, .authentication), (1004, 401, .authentication), (1100, 429, .balance), (1101, 429, .balance),
      (1102, 429, .balance), (1103, 403, .permission), (1200, 400, .invalid), (1201, 400, .invalid),
      (1202, 404, .notFound), (1203, 404, .notFound), (1300, 400, .refusedPrompt), (1301, 400, .refusedPrompt),
      (1302, 429, .rateLimited), (1303, 429, .rateLimited), (1304, 429, .permission), (5000, 500, .upstream),
      (5001, 503, .upstream), (5002, 504, .upstream),
    ])
  func codes(_ code: Int, _ status: Int, _ kind: FailureKind) {
    let body = #"{"code":\#(code),"message":"said so","request_id":"r7"}"#
    for operation in ["create", "poll"] {
      let failure = Kling.failure { _ = try Kling.resume(operation, state: state(), status: status, body) }
      #expect(failure?.kind == kind)
      #expect(failure?.vendorCode == String(code))
      #expect(failure?.vendorMessage == "said so")
      #expect(failure?.vendorRequestID == "r7")
      // Whether a fault came before or after the purchase, nobody says.
      #expect(failure?.charged == (kind == .upstream && operation == "create" ? .unknown : .no))
      #expect(failure?.isRetryable == [1003, 1004, 1302, 1303, 5000, 5001, 5002].contains(code))
      if code == 1302 || code == 1303 { #expect(failure?.retryAfterMilliseconds == 1_000) }
    }
  }

  @Test("A code decides even under HTTP 200, and Retry-After is taken over")
  func codeUnderSuccess() {
    let answer = Answer(
      state: state(),
      head: ResponseHead(operation: "create", status: 429, headers: [NameValuePair("Retry-After", "7")]),
      body: Array(#"{"code":"1303","message":"m"}"#.utf8), nowMilliseconds: 0)
    let limited = Kling.failure { _ = try Kling.provider.resume(answer) }
    #expect(limited?.kind == .rateLimited)
    #expect(limited?.retryAfterMilliseconds == 7_000)
    let refused = Kling.failure {
      _ = try Kling.resume("create", state: state(), #"{"code":1301,"message":"m","data":null}"#)
    }
    #expect(refused?.kind == .refusedPrompt)
  }

  @Test("An acceptance that cannot be understood may have been bought")
  func drift() {
    for body in ["<html>", "", "[]", "{}", #"{"code":0}"#, #"{"code":0,"data":{"task_status":"submitted"}}"#] {
      let failure = Kling.failure { _ = try Kling.resume("create", state: state(), body) }
      #expect(failure?.kind == .drift, "\(body)")
      #expect(failure?.charged == .unknown, "\(body)")
    }
    let poll = Kling.failure { _ = try Kling.resume("poll", state: state(), #"{"code":0,"data":null}"#) }
    #expect(poll?.kind == .drift)
  }

  @Test(
    "Without a known code the HTTP status says what kind of failure it is",
    arguments: [
      (400, FailureKind.invalid), (401, .authentication), (402, .balance), (403, .permission), (404, .notFound),
      (429, .rateLimited), (500, .upstream), (502, .upstream), (504, .upstream),
    ])
  func statuses(_ status: Int, _ kind: FailureKind) {
    for route in ["official", "prefixed", "unified"] {
      for body in ["<html>", #"{"error":{"message":"m"}}"#] {
        let failure = Kling.failure { _ = try Kling.resume("create", state: state(route), status: status, body) }
        #expect(failure?.kind == kind, "\(route) \(body)")
        #expect(failure?.charged == (kind == .upstream ? .unknown : .no), "\(route) \(body)")
      }
    }
  }

  @Test("Resellers' words for codes are understood on both of their routes")
  func resellerWords() {
    let words: [(String, Int, FailureKind)] = [
      ("invalid_api_key", 401, .authentication), ("insufficient_user_quota", 403, .balance),
      ("model_not_found", 503, .notFound), ("rate_limit_exceeded", 429, .rateLimited),
      ("task_not_exist", 400, .notFound), ("invalid_request", 400, .invalid),
    ]
    for (word, status, kind) in words {
      for route in ["prefixed", "unified"] {
        let body = #"{"error":{"message":"m","type":"upstream_error","param":"","code":"\#(word)"}}"#
        let failure = Kling.failure { _ = try Kling.resume("poll", state: state(route), status: status, body) }
        #expect(failure?.kind == kind, "\(route) \(word)")
        #expect(failure?.vendorCode == word)
      }
    }
  }
}
