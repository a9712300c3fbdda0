// SPDX-License-Identifier: Apache-2.0

import JimengProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite("Jimeng: dialect")
struct JimengDialectTests {
  private func decode(_ route: String, query: [NameValuePair] = [], _ body: String = "") throws -> Intent {
    let head = RequestHead(method: "POST", path: "/", query: query)
    return try Jimeng.provider.decode(DecodeCall(route: route, head: head, body: Array(body.utf8)))
  }

  private func encode(
    _ result: Outcome.Result, route: String = "result", options: JSONObject = JSONObject()
  ) throws -> HTTPReply {
    try Jimeng.provider.encode(
      Outcome(result, requestID: "req_1", nowMilliseconds: Jimeng.now, elapsedMilliseconds: 104.85, options: options),
      route: route)
  }

  @Test("What create writes, decode reads back as a request for the same, by the name of its key")
  func decodesWhatCreateWrites() throws {
    let manifest = try Jimeng.manifest()
    for fixture in try Jimeng.fixtures("create.json") {
      guard let body = fixture["body"]?.text else { continue }
      let name = fixture["name"]?.string ?? ""
      // The host takes inline media out of the body and leaves such names.
      let received = body.replacing("<base64:", with: "filmgate-asset:").replacing(">\"", with: "\"")
      let isHuman = fixture["query"]?[0]?[1]?.string == "CVSubmitTask"
      guard case .create(var decoded, _) = try decode(isHuman ? "submit-human" : "submit", received) else {
        throw Failure(.internal, "not a create")
      }
      // What the host makes of the key.
      let model = try #require(manifest.models.first { $0.aliases.contains { $0.name == decoded.model } })
      let alias = try #require(model.aliases.first { $0.name == decoded.model })
      decoded.model = model.id
      for (field, value) in alias.sets { try decoded.setValue(value, of: field) }
      for index in decoded.inputs.indices {
        if let url = decoded.inputs[index].url, url.hasPrefix("filmgate-asset:") {
          decoded.inputs[index].asset = String(url.dropFirst(15))
          decoded.inputs[index].url = nil
        }
      }
      let again = try Kling.body(Jimeng.create(decoded))
      #expect(try again == JSON(parsing: body), "\(name)")
    }
  }

  @Test("A submit is read: frames as seconds, links and inline images by their order, the rest as options")
  func submits() throws {
    let intent = try decode(
      "submit",
      #"{"req_key":"jimeng_i2v_first_tail_v30","prompt":null,"image_urls":["https://a","https://b"],"frames":"241","#
        + #""seed":7,"metadata":{"style":"x"}}"#)
    guard case .create(let request, let ledger) = intent else { throw Failure(.internal, "not a create") }
    #expect(ledger.isEmpty)
    #expect(
      request.json == [
        "model": "jimeng_i2v_first_tail_v30",
        "inputs": [
          ["kind": "image", "role": "first_frame", "url": "https://a"],
          ["kind": "image", "role": "last_frame", "url": "https://b"],
        ],
        "duration_seconds": 10, "seed": 7, "options": ["style": "x"],
      ])
    guard case .create(let long, _) = try decode("submit", #"{"req_key":"m","prompt":"p","frames":"193"}"#) else {
      throw Failure(.internal, "not a create")
    }
    // Whole seconds are so for any model.
    #expect(long.durationSeconds == 8)
    #expect(long.frames == nil)
    guard case .create(let other, _) = try decode("submit", #"{"req_key":"veo","frames":100,"image_urls":["u"]}"#)
    else { throw Failure(.internal, "not a create") }
    #expect(other.frames == 100)
    #expect(other.inputs.map { $0.role } == [nil])
  }

  @Test("Numbers beyond all sense are carried or refused, never a crash")
  func hugeNumbers() throws {
    for number in ["9223372036854775807", "-9223372036854775808", "1e400"] {
      for member in ["frames", "duration", "seed"] {
        let body = #"{"req_key":"jimeng_t2v_v30","prompt":"p","\#(member)":\#(number)}"#
        guard case .create(var request, _)? = try? decode("submit", body) else { continue }
        request.model = "jimeng-v3"
        _ = try Jimeng.create(request)
        let prices = try Jimeng.manifest().models.first { $0.price != nil }?.price
        _ = try Jimeng.provider.quote(request, prices: prices)
      }
    }
    let failure = Failure(.upstream, "m", retryAfterMilliseconds: .max)
    #expect(try encode(.failure(failure), route: "submit").status == 500)
  }

  @Test("A result, a cancel and their wishes are read")
  func looks() throws {
    #expect(
      try decode("result", #"{"req_key":"k","task_id":"fg_1","req_json":"{\"return_url\":true}"}"#)
        == .get(id: "fg_1", options: ["req_json": ["return_url": true]]))
    #expect(try decode("result-human", #"{"task_id":"fg_1"}"#) == .get(id: "fg_1", options: JSONObject()))
    #expect(try decode("cancel", #"{"task_id":"fg_1"}"#) == .cancel(id: "fg_1"))
  }

  @Test("Bad bodies and unknown actions are refused with the vendor's codes")
  func refusals() {
    let cases: [(String, String, String?)] = [
      ("submit", "", "50204"), ("submit", "[]", "50204"), ("submit", "{}", "50201"),
      ("submit", #"{"req_key":"k","binary_data_base64":["a"],"image_urls":["b"]}"#, "50200"),
      ("submit", #"{"req_key":"k","image_urls":[5]}"#, "50200"), ("submit", #"{"req_key":"k","seed":"x"}"#, "50200"),
      ("submit", #"{"req_key":"k","metadata":{"req_key":"other"}}"#, "50200"), ("result", #"{"req_key":"k"}"#, "50201"),
      ("result", #"{"task_id":"t","req_json":{}}"#, "50204"), ("result", #"{"task_id":"t","req_json":"{"}"#, "50204"),
    ]
    for (route, body, code) in cases {
      let failure = Kling.failure { _ = try decode(route, body) }
      #expect(failure?.kind == .invalid, "\(body)")
      #expect(failure?.vendorCode == code, "\(body)")
    }
    let missing = Kling.failure { _ = try decode("unknown", query: [NameValuePair("Action", "X")]) }
    #expect(missing?.vendorCode == "100002")
    let query = [NameValuePair("Action", "X"), NameValuePair("Version", "2022-08-31")]
    let unknown = Kling.failure { _ = try decode("unknown", query: query) }
    #expect(unknown?.vendorCode == "100008")
  }

  @Test("Every phase is written so that resume reads it back")
  func phases() throws {
    let expected: [(TaskPhase, TaskPhase, Int)] = [
      (.queued, .queued, 200), (.unknown, .queued, 200), (.running, .running, 200), (.succeeded, .succeeded, 200),
      (.failed, .failed, 400), (.cancelled, .failed, 500), (.expired, .expired, 200),
    ]
    for (phase, read, status) in expected {
      var task = Jimeng.task(phase)
      if phase == .succeeded { task.outputs = [VideoOutput(url: "https://f.example/v.mp4")] }
      if phase == .failed { task.failure = Failure(.refusedOutput, "m", vendorMessage: "risk") }
      let reply = try encode(.task(task))
      #expect(reply.status == status)
      let update = try Jimeng.resume("poll", status: reply.status, try #require(reply.body).text)
      #expect(update.phase == read)
      if phase == .succeeded { #expect(update.outputs == task.outputs) }
      if phase == .failed {
        #expect(update.failure?.kind == .refusedOutput)
        #expect(update.failure?.vendorMessage == "risk")
      }
    }
  }

  @Test("Replies have every member of the vendor's")
  func envelopes() throws {
    #expect(
      try encode(.created(Jimeng.task(.queued)), route: "submit").body == [
        "code": 10000, "data": ["task_id": "fg_task_1"], "message": "Success", "request_id": "req_1", "status": 10000,
        "time_elapsed": "104.85ms",
      ])
    var task = Jimeng.task(.succeeded)
    task.outputs = [VideoOutput(url: "https://f.example/v.mp4")]
    let tagged: JSONObject = ["req_json": ["aigc_meta": ["content_propagator": "x"]]]
    for (options, flag) in [(JSONObject(), false), (tagged, true)] {
      #expect(
        try encode(.task(task), options: options).body?["data"] == [
          "status": "done", "video_url": "https://f.example/v.mp4", "aigc_meta_tagged": .bool(flag),
        ])
    }
    let created = try encode(.created(Jimeng.task(.queued)), route: "submit")
    #expect(try Jimeng.resume("create", try #require(created.body).text).upstreamID == "fg_task_1")
  }

  @Test("An unknown id is no error but a status; an unknown action is the gateway's error")
  func notFound() throws {
    let reply = try encode(.failure(Failure(.notFound, "no such task")))
    #expect(reply.status == 200)
    #expect(reply.body?["data"] == ["status": "not_found"])
    let unknown = try encode(.failure(Failure(.notFound, "m", vendorCode: "100008")), route: "unknown")
    #expect(unknown.status == 404)
    #expect(unknown.body?.value(at: "ResponseMetadata.Error.CodeN") == 100008)
    #expect(unknown.body?.value(at: "ResponseMetadata.Error.Code") == "InvalidActionOrVersion")
  }

  @Test("Every failure kind is written with a code and status of the vendor's", arguments: FailureKind.allCases)
  func failures(_ kind: FailureKind) throws {
    let reply = try encode(.failure(Failure(kind, "m", retryAfterMilliseconds: 1_500)), route: "submit")
    #expect(reply.status >= 400)
    #expect(reply.headers == [NameValuePair("Retry-After", "2")])
    let failure = Kling.failure {
      _ = try Jimeng.resume("create", status: reply.status, try #require(reply.body).text)
    }
    let same: Set<FailureKind> = [
      .invalid, .refusedPrompt, .refusedInput, .refusedOutput, .authentication, .permission, .rateLimited, .upstream,
    ]
    if same.contains(kind) { #expect(failure?.kind == kind) }
    #expect(failure != nil)
    #expect(failure?.vendorRequestID == "req_1")
    #expect(failure?.vendorMessage == "m")
  }

  @Test("A vendor's code comes back as it was, unless it belongs to another vendor or kind")
  func vendorCodes() throws {
    func code(_ failure: Failure) throws -> Int? {
      let body = try encode(.failure(failure), route: "submit").body
      return body?["code"]?.int ?? body?.value(at: "ResponseMetadata.Error.CodeN")?.int
    }
    #expect(try code(Failure(.rateLimited, "m", vendorCode: "50430")) == 50430)
    #expect(try code(Failure(.rateLimited, "m", vendorCode: "1303")) == 50429)
    #expect(try code(Failure(.authentication, "m", vendorCode: "100026")) == 100026)
    #expect(try code(Failure(.upstream, "m", vendorCode: "50412")) == 50500)
  }

  @Test("Times are written as the vendor writes them")
  func elapsed() throws {
    for (milliseconds, text) in [(104.85, "104.85ms"), (1.2, "1.2ms"), (0, "0ms"), (3.004, "3ms"), (2.05, "2.05ms")] {
      let outcome = Outcome(
        .created(Jimeng.task(.queued)), requestID: "r", nowMilliseconds: 0, elapsedMilliseconds: milliseconds)
      #expect(try Jimeng.provider.encode(outcome, route: "submit").body?["time_elapsed"]?.string == text)
    }
  }

  @Test("The manifest is one, within the host's limit, and its status words are those of the reader")
  func manifest() throws {
    let manifest = try Jimeng.manifest()
    #expect(JimengProvider.manifest.count < 256 * 1024)
    #expect(manifest.models.count == 7)
    for pair in manifest.statuses {
      let body = #"{"code":10000,"data":{"status":"\#(pair.name)","video_url":"https://x"}}"#
      #expect(try Jimeng.resume("poll", body).phase.rawValue == pair.value)
    }
  }
}
