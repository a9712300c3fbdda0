// SPDX-License-Identifier: Apache-2.0

import JimengProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite("Jimeng: answers")
struct JimengAnswerTests {
  @Test("Every fixture is read as exactly its update")
  func updates() throws {
    for fixture in try Jimeng.fixtures("answers.json") {
      let name = fixture["name"]?.string ?? ""
      var update = try Jimeng.resume(
        try #require(fixture["operation"]?.string),
        state: Jimeng.state(ageMilliseconds: fixture["age_ms"]?.int64 ?? 0), status: fixture["status"]?.int ?? 200,
        try #require(fixture["body"]).text)
      update.vendorTask = nil
      #expect(update.json == fixture["update"], "\(name): \(update.json.text)")
    }
  }

  @Test(
    "Every code of the service is its kind of failure when a task is submitted",
    arguments: [
      (50411, 400, FailureKind.refusedInput), (50412, 400, .refusedPrompt), (50413, 400, .refusedPrompt),
      (50511, 400, .refusedOutput), (50512, 400, .refusedPrompt), (50516, 400, .refusedOutput),
      (50517, 400, .refusedOutput), (50518, 400, .refusedInput), (50519, 400, .refusedOutput),
      (50520, 400, .refusedInput), (50521, 400, .refusedInput), (50522, 400, .refusedInput), (50429, 429, .rateLimited),
      (50430, 429, .rateLimited), (50500, 500, .upstream), (50501, 500, .upstream), (50200, 400, .invalid),
      (50201, 400, .invalid), (50204, 400, .invalid), (50205, 400, .invalid), (50206, 400, .invalid),
      (50215, 400, .invalid),
    ])
  func serviceCodes(_ code: Int, _ status: Int, _ kind: FailureKind) throws {
    let body = #"{"code":\#(code),"data":null,"message":"said so","request_id":"r7","status":\#(code)}"#
    let failure = Kling.failure { _ = try Jimeng.resume("create", status: status, body) }
    #expect(failure?.kind == kind)
    #expect(failure?.vendorCode == String(code))
    #expect(failure?.vendorMessage == "said so")
    #expect(failure?.vendorRequestID == "r7")
    #expect(failure?.charged == (kind == .upstream ? .unknown : .no))
    let retryable = [50511, 50516, 50517, 50519, 50429, 50430, 50500, 50501]
    #expect(failure?.isRetryable == retryable.contains(code))
    // At a look, limits and faults concern the look; all else is the task's verdict.
    if kind == .rateLimited || kind == .upstream {
      #expect(Kling.failure { _ = try Jimeng.resume("poll", status: status, body) }?.kind == kind)
    } else {
      let update = try Jimeng.resume("poll", status: status, body)
      #expect(update.phase == .failed)
      #expect(update.failure?.kind == kind)
    }
  }

  @Test(
    "Every code of the gateway is its kind of failure, by number or by word",
    arguments: [
      (100002, "MissingParameter", 400, FailureKind.invalid), (100004, "MissingRequestInfo", 400, .invalid),
      (100006, "InvalidTimestamp", 400, .authentication), (100007, "ServiceNotFound", 404, .notFound),
      (100008, "InvalidActionOrVersion", 404, .notFound), (100009, "InvalidAccessKey", 401, .authentication),
      (100010, "SignatureDoesNotMatch", 401, .authentication), (100013, "AccessDenied", 403, .permission),
      (100014, "InternalError", 500, .upstream), (100016, "InternalServiceTimeout", 500, .upstream),
      (100018, "FlowLimitExceeded", 429, .rateLimited), (100019, "ServiceUnavailableTemp", 500, .upstream),
      (100023, "InternalServiceError", 500, .upstream), (100024, "InvalidAuthorization", 401, .authentication),
      (100025, "InvalidCredential", 401, .authentication), (100026, "InvalidSecretToken", 401, .authentication),
    ])
  func gatewayCodes(_ code: Int, _ word: String, _ status: Int, _ kind: FailureKind) {
    let numbers = [#""CodeN":\#(code),"Code":"\#(word)","#, #""CodeN":"\#(code)","#, #""Code":"\#(word)","#]
    for number in numbers {
      for operation in ["create", "poll"] {
        let body = #"{"ResponseMetadata":{"RequestId":"r7","Error":{\#(number)"Message":"said so"}}}"#
        let failure = Kling.failure { _ = try Jimeng.resume(operation, status: status, body) }
        #expect(failure?.kind == kind, "\(number)")
        #expect(failure?.vendorMessage == "said so")
        #expect(failure?.vendorRequestID == "r7")
        #expect(failure?.charged == (kind == .upstream && operation == "create" ? .unknown : .no))
      }
    }
  }

  @Test("An acceptance that cannot be understood may have been bought")
  func drift() {
    for body in ["<html>", "", "[]", "{}", #"{"code":10000}"#, #"{"code":10000,"data":{}}"#] {
      let failure = Kling.failure { _ = try Jimeng.resume("create", body) }
      #expect(failure?.kind == .drift, "\(body)")
      #expect(failure?.charged == .unknown, "\(body)")
      #expect(Kling.failure { _ = try Jimeng.resume("create", status: 502, body) }?.kind == .upstream, "\(body)")
    }
    for body in ["<html>", "{}", #"{"code":10000,"data":null}"#] {
      #expect(Kling.failure { _ = try Jimeng.resume("poll", body) }?.kind == .drift, "\(body)")
    }
  }

  @Test("Resellers' words and plain statuses are understood")
  func resellers() {
    let words: [(String, Int, FailureKind)] = [
      ("invalid_api_key", 401, .authentication), ("insufficient_user_quota", 403, .balance),
      ("rate_limit_exceeded", 429, .rateLimited), ("model_not_found", 503, .notFound), ("strange", 402, .balance),
      ("strange", 404, .notFound), ("strange", 418, .upstream), ("strange", 400, .invalid),
    ]
    for (word, status, kind) in words {
      let body = #"{"error":{"message":"m","code":"\#(word)"}}"#
      let failure = Kling.failure { _ = try Jimeng.resume("create", status: status, body) }
      #expect(failure?.kind == kind, "\(word) \(status)")
    }
  }
}
