// SPDX-License-Identifier: Apache-2.0

import KlingProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite("Kling: dialect")
struct KlingDialectTests {
  private func decode(
    _ route: String, kind: String? = nil, id: String? = nil, query: [NameValuePair] = [], _ body: String = ""
  ) throws -> Intent {
    var parameters: [NameValuePair] = []
    if let id { parameters.append(NameValuePair("id", id)) }
    let path = kind.map { "/v1/videos/\($0)" } ?? ""
    let head = RequestHead(method: "POST", path: path, parameters: parameters, query: query)
    return try Kling.provider.decode(DecodeCall(route: route, head: head, body: Array(body.utf8)))
  }

  private func request(route: String = "create", kind: String? = nil, _ body: String) throws -> VideoRequest {
    guard case .create(let request, _) = try decode(route, kind: kind, body) else {
      throw Failure(.internal, "not a create")
    }
    return request
  }

  private func encode(_ result: Outcome.Result) throws -> HTTPReply {
    try Kling.provider.encode(
      Outcome(result, requestID: "req_1", nowMilliseconds: Kling.now, elapsedMilliseconds: 1), route: "get")
  }

  @Test("What create writes for the official and the prefixed routes, decode reads back as a request for the same")
  func decodesWhatCreateWrites() throws {
    for fixture in try Kling.fixtures("create.json") {
      guard let path = fixture["path"]?.string, let body = fixture["body"]?.text else { continue }
      guard let range = path.firstRange(of: "/v1/videos/") else { continue }
      let name = fixture["name"]?.string ?? ""
      let kind = String(path[range.upperBound...])
      let isAvatar = kind == "avatar/image2video"
      // The host takes inline media out of the body and leaves such names.
      let received = body.replacing("<base64:", with: "filmgate-asset:").replacing(">\"", with: "\"")
        .replacing(">\\\"", with: "\\\"")
      let decoded = try request(route: isAvatar ? "create-avatar" : "create", kind: isAvatar ? nil : kind, received)
      let again = try Kling.body(Kling.create(decoded))
      var expected = try JSON(parsing: received)
      if path.hasPrefix("/kling"), let object = expected.object { expected = official(object) }
      #expect(again == expected, "\(name): \(again.text) \(expected.text)")
      // A body from a file comes without its path.
      let pathless = try request(received)
      #expect(pathless == decoded || kind == "multi-image2video" || isAvatar, "\(name)")
    }
  }

  /// The vendor's own form of a reseller's body.
  private func official(_ object: JSONObject) -> JSON {
    var flat = JSONObject()
    for (name, value) in object where name != "metadata" { flat[name == "model" ? "model_name" : name] = value }
    for (name, value) in object["metadata"]?.object ?? JSONObject() { flat[name] = value }
    return .object(flat)
  }

  @Test("Seed 000's body, a duration as text and sound in metadata, is read like the vendor's own")
  func seedBody() throws {
    let body = """
      {"model": "kling-v3", "prompt": "A cat playing piano in the garden", "negative_prompt": "blurry, low quality",
       "cfg_scale": 0.7, "mode": "pro", "aspect_ratio": "16:9", "duration": "4", "metadata": {"sound": "on"}}
      """
    let decoded = try request(body)
    #expect(
      decoded.json == [
        "model": "kling-v3", "prompt": "A cat playing piano in the garden",
        "negative_prompt": "blurry, low quality", "duration_seconds": 4, "aspect_ratio": "16:9", "audio": true,
        "options": ["cfg_scale": 0.7, "mode": "pro"],
      ])
    #expect(try request(kind: "text2video", body) == decoded)
  }

  @Test("Fields of seed 001's VideoRequest are carried, nulls are absent, and what is left over becomes an option")
  func otherFields() throws {
    let decoded = try request(
      kind: "text2video",
      #"{"model":null,"prompt":"p","width":1280,"height":"720","fps":24,"seed":7,"n":1,"user":"u","#
        + #""response_format":"url","style":"x","image":null,"duration":5.0}"#)
    #expect(
      decoded.json == [
        "model": "kling-v1", "prompt": "p", "duration_seconds": 5, "width": 1280, "height": 720, "fps": 24, "seed": 7,
        "count": 1, "user": "u", "options": ["style": "x"],
      ])
  }

  @Test("A field given on top and in metadata counts as on top; metadata may not change the model")
  func metadata() throws {
    #expect(try request(#"{"model_name":"kling-v3","sound":"off","metadata":{"sound":"on"}}"#).audio == false)
    for name in ["model", "model_name", "req_key"] {
      let failure = Kling.failure { _ = try request(#"{"model":"kling-v3","metadata":{"\#(name)":"x"}}"#) }
      #expect(failure?.kind == .invalid)
    }
  }

  @Test("The caller's external id becomes the request's, and comes back in task_info")
  func externalID() throws {
    let decoded = try request(kind: "text2video", #"{"model_name":"kling-v3","external_task_id":"mine"}"#)
    #expect(decoded.externalID == "mine")
    let reply = try encode(.task(Kling.task(decoded, .queued)))
    #expect(reply.body?.value(at: "data.task_info.external_task_id")?.string == "mine")
  }

  @Test("Bodies that are none, and members of the wrong type, are refused with the member's name")
  func badBodies() {
    let cases: [(String, String?)] = [
      ("", nil), ("[]", nil), ("{", nil), (#"{"prompt":5}"#, "prompt"), (#"{"duration":"long"}"#, "duration"),
      (#"{"duration":4.5}"#, "duration"), (#"{"sound":"loud"}"#, "sound"), (#"{"image":5}"#, "image"),
      (#"{"multi_prompt":"x"}"#, "shots"), (#"{"multi_prompt":[{}]}"#, "shots"), (#"{"metadata":5}"#, "metadata"),
      (#"{"watermark_info":5}"#, "watermark_info"), (#"{"dynamic_masks":[5]}"#, "dynamic_masks"),
      (#"{"watermark_info":{"enabled":"maybe"}}"#, "watermark_info"),
    ]
    for (body, field) in cases {
      let failure = Kling.failure { _ = try request(kind: "image2video", body) }
      #expect(failure?.kind == .invalid, "\(body)")
      #expect(failure?.field == field, "\(body)")
    }
    let failure = Kling.failure { _ = try request(kind: "hologram", "{}") }
    #expect(failure?.kind == .notFound)
    #expect(failure?.vendorCode == "1202")
  }

  @Test("Numbers beyond all sense are carried or refused, never a crash")
  func hugeNumbers() throws {
    for number in ["9223372036854775807", "-9223372036854775808", "1e400"] {
      for body in [
        #"{"duration":\#(number)}"#,
        #"{"model_name":"kling-v3","duration":\#(number),"multi_prompt":[{"prompt":"a","duration":\#(number)},"#
          + #"{"prompt":"b","duration":\#(number)},{"prompt":"c"}]}"#,
        #"{"model_name":"kling-v3","multi_prompt":[{"prompt":"a","duration":\#(number)},"#
          + #"{"prompt":"b","duration":\#(number)}]}"#,
      ] {
        guard let decoded = try? request(kind: "text2video", body) else { continue }
        _ = try? Kling.create(decoded)
        _ = try Kling.provider.quote(decoded, prices: Kling.manifest().models.first { $0.id == "kling-v2-6" }?.price)
      }
    }
    #expect(try encode(.failure(Failure(.upstream, "m", retryAfterMilliseconds: .max))).status == 500)
  }

  @Test("Get, list and the costs that clients ask for first are read")
  func otherRoutes() throws {
    #expect(try decode("get", kind: "text2video", id: "fg_1") == .get(id: "fg_1", options: JSONObject()))
    #expect(try decode("get-avatar", id: "fg_1") == .get(id: "fg_1", options: JSONObject()))
    var filter = TaskFilter(pageNumber: 1, pageSize: 30)
    #expect(try decode("list") == .list(filter))
    let pages = [NameValuePair("pageNum", "2"), NameValuePair("pageSize", "500")]
    #expect(try decode("list", kind: "omni-video", query: pages) == .list(TaskFilter(pageNumber: 2, pageSize: 500)))
    for (kind, scenarios) in [
      ("text2video", ["text"]), ("image2video", ["first_frame", "last_frame"]), ("multi-image2video", ["reference"]),
    ] {
      filter.scenarios = scenarios
      #expect(try decode("list", kind: kind) == .list(filter))
    }
    filter.scenarios = []
    for kind in ["video-extend", "effects", "motion-control"] {
      filter.model = "kling-\(kind)"
      #expect(try decode("list", kind: kind) == .list(filter))
    }
    for (name, value) in [("pageNum", "0"), ("pageNum", "1001"), ("pageSize", "501"), ("pageSize", "x")] {
      let failure = Kling.failure {
        _ = try decode("list", kind: "text2video", query: [NameValuePair(name, value)])
      }
      #expect(failure?.field == name)
    }
    guard case .reply(let reply) = try decode("costs") else { throw Failure(.internal, "not a reply") }
    #expect(reply.status == 200)
    #expect(reply.body?.value(at: "data.resource_pack_subscribe_infos") == .array([]))
  }

  @Test("Every phase is written so that resume reads it back")
  func phases() throws {
    let expected: [(TaskPhase, TaskPhase, String)] = [
      (.queued, .queued, "submitted"), (.unknown, .queued, "submitted"), (.running, .running, "processing"),
      (.succeeded, .succeeded, "succeed"), (.failed, .failed, "failed"), (.cancelled, .failed, "failed"),
      (.expired, .failed, "failed"),
    ]
    for (phase, read, word) in expected {
      var task = Kling.task(VideoRequest(model: "kling-v3", prompt: "p"), phase)
      if phase == .succeeded {
        task.outputs = [VideoOutput(url: "https://f.example/v.mp4", id: "v1", durationSeconds: 5.0416)]
      }
      if phase == .failed { task.failure = Failure(.refusedOutput, "m", vendorMessage: "risk control") }
      let reply = try encode(.task(task))
      #expect(reply.status == 200)
      let update = try Kling.resume(
        "poll", state: ["kind": "text2video", "route": "official"], try #require(reply.body).text)
      #expect(update.phase == read)
      #expect(update.rawStatus == word)
      #expect(update.upstreamID == "fg_task_1")
      if phase == .succeeded {
        #expect(update.outputs == [VideoOutput(url: "https://f.example/v.mp4", id: "v1", durationSeconds: 5.041)])
        #expect(update.cost?.decimal == "0")
      }
      if phase == .failed { #expect(update.failure?.kind == .refusedOutput) }
    }
  }

  @Test("A finished task has every member of the vendor's answer")
  func finished() throws {
    var task = Kling.task(VideoRequest(model: "kling-v3", prompt: "p"), .succeeded)
    task.request.durationSeconds = 4
    task.request.watermark = false
    task.outputs = [VideoOutput(url: "https://f.example/v.mp4")]
    task.updatedAtMilliseconds = Kling.now + 1
    #expect(
      try encode(.task(task)).body == [
        "code": 0, "message": "SUCCEED", "request_id": "req_1",
        "data": [
          "task_id": "fg_task_1", "task_status": "succeed", "task_status_msg": "", "task_info": [:],
          "created_at": 1_767_323_045_000, "updated_at": 1_767_323_045_001,
          "task_result": ["videos": [["id": "fg_task_1", "url": "https://f.example/v.mp4", "duration": "4"]]],
          "watermark_info": ["enabled": false], "final_unit_deduction": "0",
        ],
      ])
    let page = try encode(.page([task], total: 1))
    #expect(page.body?.value(at: "data[0].task_id")?.string == "fg_task_1")
    let created = try encode(.created(Kling.task(task.request, .queued)))
    let update = try Kling.resume(
      "create", state: ["kind": "text2video", "route": "official"], try #require(created.body).text)
    #expect(update.upstreamID == "fg_task_1")
  }

  @Test("Every failure kind has a code of the vendor's table and its HTTP status", arguments: FailureKind.allCases)
  func failures(_ kind: FailureKind) throws {
    let reply = try encode(.failure(Failure(kind, "m", retryAfterMilliseconds: 1_500)))
    #expect(reply.status >= 400)
    #expect(reply.headers == [NameValuePair("Retry-After", "2")])
    #expect(reply.body?["request_id"]?.string == "req_1")
    let failure = Kling.failure {
      _ = try Kling.resume(
        "create", state: ["kind": "text2video", "route": "official"], status: reply.status,
        try #require(reply.body).text)
    }
    let same: Set<FailureKind> = [
      .invalid, .refusedPrompt, .authentication, .permission, .balance, .rateLimited, .upstream, .notFound,
    ]
    if same.contains(kind) { #expect(failure?.kind == kind) }
    #expect(failure != nil)
  }

  @Test("A vendor's code comes back as it was, unless it belongs to another vendor or kind")
  func vendorCodes() throws {
    func code(_ failure: Failure) throws -> Int? { try encode(.failure(failure)).body?["code"]?.int }
    #expect(try code(Failure(.rateLimited, "m", vendorCode: "1303")) == 1303)
    #expect(try code(Failure(.permission, "m", vendorCode: "1304")) == 1304)
    #expect(try code(Failure(.balance, "m", vendorCode: "AccountOverdueError")) == 1102)
    #expect(try code(Failure(.upstream, "m", vendorCode: "1002")) == 5000)
    #expect(try code(Failure(.invalid, "m")) == 1201)
  }

  @Test("A kind that has one model keeps it whatever generation the body names; other vendors' models are theirs")
  func kindsWithOneModel() throws {
    for kind in ["effects", "motion-control", "video-extend", "advanced-lip-sync"] {
      let own = try request(kind: kind, "{}").model
      #expect(own.hasPrefix("kling-"))
      #expect(try request(kind: kind, #"{"model_name":"kling-v2-6"}"#).model == own)
      #expect(try request(kind: kind, #"{"model_name":"\#(own)"}"#).model == own)
      #expect(try request(kind: kind, #"{"model_name":"doubao-seedance-2-0-260128"}"#).model.hasPrefix("doubao"))
    }
    #expect(try request(route: "create-avatar", #"{"model_name":"kling-v2-6"}"#).model == "kling-avatar")
    #expect(try request(kind: "image2video", #"{"model_name":"kling-v2-6"}"#).model == "kling-v2-6")
  }

  @Test("Clips come by link alone")
  func responseFormat() throws {
    let failure = Kling.failure { _ = try request(kind: "text2video", #"{"prompt":"p","response_format":"b64_json"}"#) }
    #expect(failure?.kind == .unsupported)
    #expect(failure?.field == "response_format")
  }

  @Test("An id may be a number, and what stands on top of a nested member is said in the ledger")
  func leniency() throws {
    let decoded = try request(kind: "text2video", #"{"prompt":"p","external_task_id":17,"user":5}"#)
    #expect(decoded.externalID == "17")
    #expect(decoded.user == "5")
    let intent = try decode(
      "create", kind: "text2video",
      #"{"prompt":"p","mode":"pro","metadata":{"mode":"std"},"extra_body":{"mode":"pro"}}"#)
    guard case .create(let request, let ledger) = intent else { throw Failure(.internal, "not a create") }
    #expect(request.options["mode"] == "pro")
    #expect(ledger.map { $0.field } == ["metadata.mode"])
    #expect(ledger.map { $0.outcome } == [.unsupported])
  }

  @Test("A refusal says what the vendor said, or what to do; nothing of the gateway's account")
  func sentences() throws {
    func message(_ failure: Failure) throws -> String? { try encode(.failure(failure)).body?["message"]?.string }
    #expect(
      try message(Failure(.invalid, "duration_seconds is 99.", field: "duration_seconds", advice: "Choose 5 or 10."))
        == "duration is 99. Choose 5 or 10.")
    #expect(
      try message(Failure(.invalid, "options.mode is x.", field: "options.mode", advice: "See `models`."))
        == "mode is x.")
    #expect(try message(Failure(.invalid, "Refused.", vendorMessage: "prompt is too long")) == "prompt is too long")
    #expect(try message(Failure(.balance, "Nothing left.", vendorMessage: "account 17 in arrears")) == "Nothing left.")
  }
}
