// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import SeedanceProvider
import Testing
import VideoDocuments
import VolcProvider

@Suite("Seedance and Volc: requests of the vendor's clients")
struct ArkDecodeTests {
  @Test("The vendor's own client sends every parameter that was left out as null")
  func nulls() throws {
    let request = try ArkTests.created(
      #"{"model":"m","content":[{"type":"text","text":"x"}],"safety_identifier":null,"callback_url":null,"#
        + #""return_last_frame":null,"service_tier":null,"execution_expires_after":null,"priority":null,"#
        + #""generate_audio":null,"draft":null,"camera_fixed":null,"watermark":null,"seed":null,"resolution":null,"#
        + #""ratio":null,"duration":null,"frames":null,"tools":null,"output_format":null,"#
        + #""omni_reference_task_type":null}"#)
    #expect(request.json == ["model": "m", "prompt": "x"])
  }

  @Test("Every member has its canonical place, and what nobody knows is an option")
  func members() throws {
    let request = try ArkTests.created(
      #"""
      {"model": "doubao-seedance-2-5-260628", "content": [
         {"type": "text", "text": "a  cat "},
         {"type": "image_url", "image_url": {"url": "filmgate-asset:a1"}, "role": "reference_image"},
         {"type": "video_url", "video_url": {"url": "asset://v"}, "role": "reference_video"},
         {"type": "audio_url", "audio_url": {"url": "https://example.com/a.mp3"}, "role": "reference_audio"}],
       "safety_identifier": "u", "callback_url": "https://example.com", "return_last_frame": true,
       "service_tier": "default", "execution_expires_after": 3600, "priority": 2, "generate_audio": false,
       "draft": false, "camera_fixed": false, "watermark": true, "seed": "7", "resolution": "720p",
       "ratio": "adaptive", "duration": "-1", "tools": [], "output_format": "mov",
       "omni_reference_task_type": "edit", "foo": {"bar": [1]}}
      """#)
    #expect(
      request.json == [
        "model": "doubao-seedance-2-5-260628", "prompt": "a  cat ",
        "inputs": [
          ["kind": "image", "role": "reference", "url": "filmgate-asset:a1"],
          ["kind": "video", "role": "reference", "url": "asset://v"],
          ["kind": "audio", "role": "reference", "url": "https://example.com/a.mp3"],
        ],
        "duration_seconds": -1, "aspect_ratio": "adaptive", "resolution": "720p", "seed": 7, "audio": false,
        "watermark": true, "user": "u",
        "options": [
          "callback_url": "https://example.com", "return_last_frame": true, "service_tier": "default",
          "execution_expires_after": 3600, "priority": 2, "draft": false, "camera_fixed": false, "tools": [],
          "output_format": "mov", "omni_reference_task_type": "edit", "foo": ["bar": [1]],
        ],
      ])
  }

  @Test("Members of metadata and extra_body stand beside the others, and may not change the model")
  func nested() throws {
    let body =
      #"{"model":"m","content":[{"type":"text","text":"x"}],"ratio":"1:1","#
      + #""metadata":{"ratio":"4:3","duration":"5","seed":null},"extra_body":{"watermark":true}}"#
    guard case .create(let request, let ledger) = try ArkTests.decode("create", body) else {
      throw Failure(.internal, "not a request to create")
    }
    #expect(
      request.json == ["model": "m", "prompt": "x", "duration_seconds": 5, "aspect_ratio": "1:1", "watermark": true])
    #expect(ledger.map { $0.field } == ["metadata.ratio"])
    for name in ["model", "model_name", "req_key"] {
      let failure = #expect(throws: Failure.self) {
        try ArkTests.created(#"{"model":"m","content":[{"type":"text","text":"x"}],"metadata":{"\#(name)":"n"}}"#)
      }
      #expect(failure?.field == "metadata.\(name)")
      #expect(failure?.vendorCode == "InvalidParameter")
    }
  }

  @Test("An image without a role is left to the planner, frames keep theirs")
  func roles() throws {
    let request = try ArkTests.created(
      #"""
      {"model": "m", "content": [
        {"type": "image_url", "image_url": {"url": "https://example.com/1"}},
        {"type": "image_url", "image_url": {"url": "https://example.com/2"}, "role": null},
        {"type": "image_url", "image_url": {"url": "https://example.com/3"}, "role": "first_frame"},
        {"type": "image_url", "image_url": "https://example.com/4", "role": "last_frame"}]}
      """#)
    #expect(request.inputs.map { $0.role } == [nil, nil, "first_frame", "last_frame"])
    #expect(request.prompt == nil)
  }

  @Test("A draft is an option; the number of frames wins over the duration")
  func draftAndFrames() throws {
    let draft = try ArkTests.created(
      #"{"model":"m","content":[{"type":"draft_task","draft_task":{"id":"cgt-1"}}]}"#)
    #expect(draft.options == ["draft_task": "cgt-1"])
    let intent = try ArkTests.decode(
      "create", #"{"model":"m","content":[{"type":"text","text":"x"}],"frames":57,"duration":5}"#)
    guard case .create(let request, let ledger) = intent else { return #expect(Bool(false)) }
    #expect(request.frames == 57)
    #expect(request.durationSeconds == nil)
    #expect(ledger.map { $0.field } == ["duration_seconds"])
    #expect(ledger.map { $0.outcome } == [.translated])
  }

  @Test(
    "Commands at the end of the prompt become fields; the body wins",
    arguments: [
      (
        "a cat --rs 720p --rt 16:9 --dur 5 --seed 11 --cf false --wm true",
        [
          "model": "m", "prompt": "a cat", "duration_seconds": 5, "aspect_ratio": "16:9", "resolution": "720p",
          "seed": 11,
          "watermark": true, "options": ["camera_fixed": false],
        ]
      ),
      (
        "a cat --resolution=1080P  --ratio=adaptive\n--duration=-1 --frames=57 --fps 24 ",
        [
          "model": "m", "prompt": "a cat", "frames": 57, "aspect_ratio": "adaptive", "resolution": "1080p", "fps": 24,
        ]
      ),
      ("--dur 5", ["model": "m", "duration_seconds": 5]),
      ("a cat --dur 5 --dur 6", ["model": "m", "prompt": "a cat", "duration_seconds": 6]),
      ("a cat --dur 5 that yawns", ["model": "m", "prompt": "a cat --dur 5 that yawns"]),
      ("a cat --style noir --dur 5", ["model": "m", "prompt": "a cat --style noir", "duration_seconds": 5]),
      ("a cat -- dur 5", ["model": "m", "prompt": "a cat -- dur 5"]),
      ("a -- b --", ["model": "m", "prompt": "a -- b --"]),
      ("a cat", ["model": "m", "prompt": "a cat"]), (" ", ["model": "m", "prompt": " "]),
    ] as [(String, JSON)])
  func commands(text: String, expected: JSON) throws {
    let body: JSON = ["model": "m", "content": [["type": "text", "text": .string(text)]]]
    #expect(try ArkTests.created(body.text).json == expected)
    var given = try #require(body.object)
    given["ratio"] = "1:1"
    #expect(try ArkTests.created(JSON.object(given).text).aspectRatio == "1:1")
  }

  @Test(
    "A command with a bad value is an error, not a silent default",
    arguments: [
      "a --rs 8k", "a --rt keep_ratio", "a --dur five", "a --wm yes", "a --seed", "a --cf=", "a --rs 720p --dur x",
    ])
  func badCommands(text: String) throws {
    let body: JSON = ["model": "m", "content": [["type": "text", "text": .string(text)]], "duration": 5]
    let failure = try #require(throws: Failure.self) { try ArkTests.created(body.text) }
    #expect(failure.kind == .invalid)
    #expect(failure.field?.hasPrefix("--") == true)
  }

  @Test(
    "What is wrong with a body is said with the vendor's code and the member's name",
    arguments: [
      ("", "InvalidParameter", nil), ("[]", "InvalidParameter", nil), ("{}", "MissingParameter", "model"),
      (#"{"model": 5}"#, "InvalidParameter", "model"), (#"{"model": ""}"#, "InvalidParameter", "model"),
      (#"{"model": "m"}"#, "MissingParameter", "content"),
      (#"{"model": "m", "content": "x"}"#, "InvalidParameter", "content"),
      (#"{"model": "m", "content": []}"#, "InvalidParameter", "content"),
      (#"{"model": "m", "content": [5]}"#, "InvalidParameter", "content[0]"),
      (#"{"model": "m", "content": [{"type": "smell"}]}"#, "InvalidParameter", "content[0].type"),
      (#"{"model": "m", "content": [{"type": "text"}]}"#, "MissingParameter", "content[0].text"),
      (#"{"model": "m", "content": [{"type": "image_url"}]}"#, "MissingParameter", "content[0].image_url.url"),
      (
        #"{"model": "m", "content": [{"type": "image_url", "image_url": {"url": "u"}, "role": "reference_video"}]}"#,
        "InvalidParameter", "content[0].role"
      ),
      (
        #"{"model": "m", "content": [{"type": "draft_task", "draft_task": {}}]}"#, "MissingParameter",
        "content[0].draft_task.id"
      ),
      (
        #"{"model":"m","content":[{"type":"draft_task","draft_task":{"id":"c"}},{"type":"text","text":"x"}]}"#,
        "InvalidParameter", "content"
      ),
      (
        #"{"model": "m", "content": [{"type": "text", "text": "x"}], "duration": 5.5}"#, "InvalidParameter", "duration"
      ),
      (
        #"{"model": "m", "content": [{"type": "text", "text": "x"}], "generate_audio": "perhaps"}"#, "InvalidParameter",
        "generate_audio"
      ),
      (#"{"model": "m", "content": [{"type": "text", "text": "x"}], "ratio": 1}"#, "InvalidParameter", "ratio"),
      (
        #"{"model": "m", "content": [{"type": "text", "text": "x"}], "seed": 99999999999999999999}"#,
        "InvalidParameter",
        "seed"
      ),
    ] as [(String, String, String?)])
  func refusals(body: String, code: String, field: String?) throws {
    let failure = try #require(throws: Failure.self) { try ArkTests.decode("create", body) }
    #expect(failure.kind == .invalid)
    #expect(failure.vendorCode == code)
    #expect(failure.field == field)
    let reply = try ArkTests.encode(.failure(failure), route: "create")
    #expect(reply.status == 400)
    #expect(reply.body?["error"]?["code"]?.string == code)
    #expect(reply.body?["error"]?["param"]?.string == field ?? "")
  }

  @Test("Looking, listing and deleting are read with all their filters")
  func others() throws {
    let id = [NameValuePair("id", "fg_1")]
    #expect(try ArkTests.decode("get", parameters: id) == .get(id: "fg_1", options: [:]))
    #expect(try ArkTests.decode("delete", "{}", parameters: id) == .remove(id: "fg_1"))
    #expect(try ArkTests.decode("list") == .list(TaskFilter()))
    var filter = TaskFilter(pageNumber: 2, pageSize: 10)
    filter.ids = ["a", "b"]
    filter.phase = .succeeded
    filter.model = "ep-1"
    #expect(
      try ArkTests.decode(
        "list",
        query: [
          NameValuePair("page_num", "2"), NameValuePair("page_size", "10"),
          NameValuePair("filter.status", "succeeded"), NameValuePair("filter.model", "ep-1"),
          NameValuePair("filter.service_tier", "default"), NameValuePair("filter.task_ids", "a"),
          NameValuePair("filter.task_ids", "b"),
        ]) == .list(filter))
    let bad = [
      ("page_num", "0"), ("page_num", "501"), ("page_size", "x"), ("filter.status", "done"),
      ("filter.service_tier", "slow"),
    ]
    for (name, value) in bad {
      let failure = try #require(throws: Failure.self) {
        try ArkTests.decode("list", query: [NameValuePair(name, value)])
      }
      #expect(failure.field == name)
    }
  }

  @Test("Both plugins read alike, and what they send reads as what was asked for")
  func roundTrip() throws {
    for fixture in try ArkTests.fixtures("Seedance/Fixtures/create.json") where fixture["unsupported"] == nil {
      let request = try VideoRequest(try #require(fixture["request"]))
      let step = try ArkTests.seedance.create(
        CreateCall(request: request, connection: ArkTests.official, nowMilliseconds: ArkTests.now))
      let body = try ArkTests.body(try ArkTests.http(step)).text
      let call = DecodeCall(
        route: "create", head: RequestHead(method: "POST", path: "/contents/generations/tasks"),
        body: Array(body.utf8))
      let intent = try ArkTests.seedance.decode(call)
      #expect(try ArkTests.volc.decode(call) == intent)
      guard case .create(var read, let ledger) = intent else { return #expect(Bool(false)) }
      #expect(ledger.isEmpty)
      // A file stands as its place holder; the vendor has one name for the end user.
      var asked = request
      asked.user = request.user ?? request.options["safety_identifier"]?.string
      asked.options["safety_identifier"] = nil
      for index in asked.inputs.indices where asked.inputs[index].asset != nil {
        asked.inputs[index] = MediaInput(
          kind: asked.inputs[index].kind, role: asked.inputs[index].role,
          url: "<data_url:\(asked.inputs[index].asset ?? "")>")
      }
      for index in read.inputs.indices { read.inputs[index].mediaType = nil }
      #expect(read == asked, "\(fixture["name"]?.text ?? "")")
    }
  }
}
