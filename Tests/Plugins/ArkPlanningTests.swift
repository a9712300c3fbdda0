// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import ProviderKit
import SeedanceProvider
import Testing
import VideoDocuments
import VolcProvider

@Suite("Seedance and Volc: manifests and planning")
struct ArkPlanningTests {
  private func catalog() throws -> Catalog {
    Catalog([
      CatalogEntry(try ArkTests.manifest(SeedanceProvider.manifest)),
      CatalogEntry(try ArkTests.manifest(VolcProvider.manifest)),
    ])
  }

  private func accounts() -> [Account] {
    ["seedance", "volc"].map { plugin in
      Account(
        name: "\(plugin)/official", pluginID: plugin, profile: "official",
        baseURL: "https://ark.cn-beijing.volces.com/api/v3",
        authentication: AuthenticationFacts(scheme: "bearer", secrets: []))
    }
  }

  private func plan(_ request: VideoRequest) throws -> Plan {
    try Planner.plan(request, catalog: try catalog(), accounts: accounts())
  }

  private func problems(_ json: JSON) throws -> [Failure] {
    do {
      let plan = try plan(try VideoRequest(json))
      Issue.record("planned: \(plan.request.json.text)")
      return []
    } catch let failure as PlanFailure {
      return failure.problems
    }
  }

  /// Plans strictly and checks that nothing is lost on the way to the vendor.
  private func body(_ request: VideoRequest) throws -> JSON {
    let plan = try plan(request)
    let provider: any Provider = plan.pluginID == "volc" ? ArkTests.volc : ArkTests.seedance
    let step = try provider.create(
      CreateCall(request: plan.request, connection: plan.account.connection, nowMilliseconds: ArkTests.now))
    let check = LedgerCheck.merge(planned: plan.ledger, fromPlugin: step.ledger, request: plan.request)
    #expect(check.refusal == nil)
    return try ArkTests.body(try ArkTests.http(step))
  }

  @Test("Both manifests are within the host's limit and name what each plugin offers")
  func manifests() throws {
    let seedance = try ArkTests.manifest(SeedanceProvider.manifest)
    let volc = try ArkTests.manifest(VolcProvider.manifest)
    #expect(SeedanceProvider.manifest.count < 256 * 1024)
    #expect(VolcProvider.manifest.count < 256 * 1024)
    #expect(
      Set(seedance.models.map { $0.id }) == [
        "doubao-seedance-1-0-lite-t2v-250428", "doubao-seedance-1-0-lite-i2v-250428",
        "doubao-seedance-1-0-pro-250528", "doubao-seedance-1-0-pro-fast-251015", "doubao-seedance-1-5-pro-251215",
        "doubao-seedance-2-0-260128", "doubao-seedance-2-0-fast-260128", "doubao-seedance-2-0-mini-260615",
        "doubao-seedance-2-5-260628",
      ])
    // One list of facts, under two names.
    for (ours, theirs) in zip(seedance.models, volc.models) {
      var model = theirs
      #expect(model.id == "volc-\(ours.id)")
      model.id = ours.id
      model.aliases = ours.aliases
      model.hasOpenOptions = ours.hasOpenOptions
      #expect(model.json == ours.json)
    }
    #expect(volc.models.last?.patterns == ["ep-*"])
    #expect(seedance.profiles.map { $0.id } == ["official", "byteplus", "relay"])
    #expect(volc.dialect?.mount == "/volc")
    #expect(seedance.dialect?.mount == "/seedance")
  }

  @Test("The status words of the manifest are those that the reader understands")
  func statuses() throws {
    for pair in try ArkTests.manifest(VolcProvider.manifest).statuses {
      let body = #"{"id":"1","status":"\#(pair.name)","content":{"video_url":"https://example.com"}}"#
      let step = try ArkTests.volc.resume(ArkTests.answer("poll", state: ["routes": "ark"], body))
      #expect(try ArkTests.update(step).phase.rawValue == pair.value)
    }
  }

  @Test(
    "Every name finds its plugin and its model",
    arguments: [
      ("doubao-seedance-2-0-260128", "seedance", "doubao-seedance-2-0-260128"),
      ("seedance-2.0", "seedance", "doubao-seedance-2-0-260128"),
      ("seedance-1.5-pro", "seedance", "doubao-seedance-1-5-pro-251215"),
      ("seedance-1-0-lite-t2v-250428", "seedance", "doubao-seedance-1-0-lite-t2v-250428"),
      ("dreamina-seedance-2-5-260628", "seedance", "doubao-seedance-2-5-260628"),
      ("volc/doubao-seedance-2-0-260128", "volc", "volc-doubao-seedance-2-0-260128"),
      ("volc-doubao-seedance-2-0-fast-260128", "volc", "volc-doubao-seedance-2-0-fast-260128"),
      ("ep-20260101000000-abcde", "volc", "ep-20260101000000-abcde"),
    ])
  func names(name: String, plugin: String, model: String) throws {
    let match = try catalog().model(named: name)
    #expect(match.entry.pluginID == plugin)
    #expect(match.requestModel == model)
  }

  @Test("The documented reference request is planned strictly and goes out as it should")
  func references() throws {
    let json = try JSON(parsing: ArkTests.file("Tests/Requests/seedance-reference.json"))
    var request = VideoRequest(model: try #require(json["model"]?.string), prompt: json["prompt"]?.string)
    for (kind, name) in [(MediaKind.image, "images"), (.video, "videos"), (.audio, "audios")] {
      for link in json[name]?.array ?? [] { request.inputs.append(MediaInput(kind: kind, url: link.string)) }
    }
    request.audio = true
    request.resolution = "480p"
    request.aspectRatio = "4:3"
    request.durationSeconds = 5
    request.watermark = false
    let body = try body(request)
    #expect(
      body["content"]?.array?.map { $0["role"]?.string } == [
        nil, "reference_image", "reference_image", "reference_video", "reference_audio",
      ])
    #expect(body["ratio"] == "4:3")
    let relay = Connection(profile: "relay", baseURL: "https://relay.example")
    let step = try ArkTests.seedance.create(
      CreateCall(request: try plan(request).request, connection: relay, nowMilliseconds: ArkTests.now))
    #expect(try ArkTests.body(try ArkTests.http(step)) == json)
  }

  @Test("The documented first-frame request is planned strictly and goes out as it came", arguments: ["", "volc/"])
  func firstFrame(prefix: String) throws {
    let bytes = try ArkTests.file("Tests/Requests/ark-first-frame.json")
    var request = try ArkTests.created(String(decoding: bytes, as: UTF8.self))
    let name = request.model
    request.model = prefix + name
    let body = try body(request)
    #expect(body["model"]?.string == name)
    #expect(body["content"]?[1]?["role"] == "first_frame")
    #expect(body["duration"] == 4)
    #expect(body["ratio"] == "adaptive")
    #expect(body["watermark"] == false)
    #expect(body["resolution"] == "720p")
    #expect(body["generate_audio"] == true)
  }

  @Test("A draft is finished without saying anything anew")
  func draft() throws {
    var request = VideoRequest(model: "seedance-1.5-pro")
    request.resolution = "1080p"
    request.options["draft_task"] = "cgt-1"
    #expect(
      try body(request) == [
        "model": "doubao-seedance-1-5-pro-251215",
        "content": [["type": "draft_task", "draft_task": ["id": "cgt-1"]]], "watermark": false,
        "resolution": "1080p",
      ])
  }

  @Test(
    "Defaults follow the model and the scene",
    arguments: [
      (["model": "seedance-2.0", "prompt": "p"], "720p", "adaptive", 5),
      (["model": "seedance-1.0-pro", "prompt": "p"], "1080p", "16:9", 5),
      (["model": "seedance-1.0-lite-t2v", "prompt": "p"], "720p", "16:9", 5),
      (
        ["model": "seedance-1.0-pro", "prompt": "p", "inputs": [["kind": "image", "url": "https://a/1"]]], "1080p",
        "adaptive", 5
      ),
      (
        [
          "model": "seedance-1.0-lite-i2v", "prompt": "p",
          "inputs": [["kind": "image", "role": "reference", "url": "https://a/1"]],
        ], "720p", "16:9", 5
      ),
      (["model": "seedance-1.5-pro", "prompt": "p", "options": ["draft": true]], "480p", "adaptive", 5),
      (
        [
          "model": "seedance-2.5", "prompt": "p", "inputs": [["kind": "video", "url": "https://a/1"]],
          "options": ["omni_reference_task_type": "edit"],
        ], "720p", "adaptive", -1
      ),
    ] as [(JSON, String, String, Int)])
  func defaults(json: JSON, resolution: String, ratio: String, seconds: Int) throws {
    let planned = try plan(try VideoRequest(json)).request
    #expect(planned.resolution == resolution)
    #expect(planned.aspectRatio == ratio)
    #expect(planned.durationSeconds == seconds)
  }

  private static let image: JSON = ["kind": "image", "url": "https://a.example/1.png"]
  private static let last: JSON = ["kind": "image", "role": "last_frame", "url": "https://a.example/2.png"]
  private static let reference: JSON = ["kind": "image", "role": "reference", "url": "https://a.example/3.png"]
  private static let video: JSON = ["kind": "video", "url": "https://a.example/v.mp4"]
  private static let sound: JSON = ["kind": "audio", "url": "https://a.example/a.mp3"]

  /// One request for every limit of the vendor's documents, and the field at fault.
  static let refused: [(JSON, String)] = [
    (["model": "seedance-2.0", "prompt": "p", "duration_seconds": 16], "duration_seconds"),
    (["model": "seedance-2.0", "prompt": "p", "duration_seconds": 3], "duration_seconds"),
    (["model": "seedance-1.5-pro", "prompt": "p", "duration_seconds": 13], "duration_seconds"),
    (["model": "seedance-1.0-pro", "prompt": "p", "duration_seconds": -1], "duration_seconds"),
    (["model": "seedance-1.0-pro", "prompt": "p", "frames": 30], "frames"),
    (["model": "seedance-1.0-pro", "prompt": "p", "frames": 33, "duration_seconds": 5], "duration_seconds"),
    (["model": "seedance-1.5-pro", "prompt": "p", "frames": 33], "frames"),
    (["model": "seedance-1.0-pro", "prompt": "p", "audio": true], "audio"),
    (["model": "seedance-1.0-pro", "prompt": "p", "aspect_ratio": "adaptive"], "aspect_ratio"),
    (["model": "seedance-2.0-fast", "prompt": "p", "resolution": "1080p"], "resolution"),
    (["model": "seedance-2.0-mini", "prompt": "p", "resolution": "4k"], "resolution"),
    (["model": "seedance-1.5-pro", "prompt": "p", "resolution": "4k"], "resolution"),
    (["model": "seedance-2.0", "prompt": "p", "options": ["service_tier": "flex"]], "options.service_tier"),
    (["model": "seedance-2.0", "prompt": "p", "options": ["camera_fixed": true]], "options.camera_fixed"),
    (["model": "seedance-2.0", "prompt": "p", "options": ["draft": true]], "options.draft"),
    (["model": "seedance-2.0", "prompt": "p", "options": ["priority": 10]], "options.priority"),
    (["model": "seedance-1.5-pro", "prompt": "p", "options": ["priority": 1]], "options.priority"),
    (
      ["model": "seedance-2.0", "prompt": "p", "options": ["execution_expires_after": 60]],
      "options.execution_expires_after"
    ),
    (["model": "seedance-2.0", "prompt": "p", "seed": 4_294_967_296], "seed"),
    (
      ["model": "seedance-2.0", "prompt": "p", "user": "u", "options": ["safety_identifier": "u"]],
      "safety_identifier"
    ),
    (["model": "seedance-1.5-pro", "prompt": "p", "resolution": "720p", "options": ["draft": true]], "resolution"),
    (
      ["model": "seedance-1.5-pro", "prompt": "p", "options": ["draft": true, "return_last_frame": true]],
      "options.return_last_frame"
    ),
    (["model": "seedance-1.5-pro", "prompt": "p", "options": ["draft_task": "c"]], "prompt"),
    (["model": "seedance-1.0-lite-t2v", "prompt": "p", "inputs": [image]], "inputs[0]"),
    (["model": "seedance-1.0-lite-t2v"], "prompt"), (["model": "seedance-1.0-lite-i2v", "prompt": "p"], "image"),
    (["model": "seedance-1.0-pro-fast", "prompt": "p", "inputs": [image, last]], "inputs[1]"),
    (["model": "seedance-1.0-pro", "prompt": "p", "inputs": [last]], "image.first_frame"),
    (["model": "seedance-1.0-pro", "prompt": "p", "inputs": [reference]], "inputs[0]"),
    (
      ["model": "seedance-1.0-lite-i2v", "prompt": "p", "resolution": "1080p", "inputs": [reference]], "resolution"
    ),
    (
      [
        "model": "seedance-1.0-lite-i2v", "prompt": "p", "inputs": [reference],
        "options": ["camera_fixed": true],
      ], "camera_fixed"
    ),
    (["model": "seedance-2.0", "prompt": "p", "inputs": [sound]], "image.reference"),
    (["model": "seedance-2.0", "prompt": "p", "inputs": [last, reference]], "image.reference"),
    (
      ["model": "seedance-2.0", "prompt": "p", "inputs": [["kind": "video", "role": "reference", "asset": "a1"]]],
      "inputs[0]"
    ),
    (["model": "seedance-2.0", "prompt": "p", "inputs": [video, video, video, video]], "inputs"),
    (
      ["model": "seedance-2.5", "prompt": "p", "aspect_ratio": "16:9", "inputs": [image]], "aspect_ratio"
    ),
    (
      ["model": "seedance-2.5", "prompt": "p", "options": ["omni_reference_task_type": "extend"]], "video.reference"
    ),
    (
      [
        "model": "seedance-2.5", "prompt": "p", "inputs": [video], "duration_seconds": 5,
        "options": ["omni_reference_task_type": "edit"],
      ], "duration_seconds"
    ),
    (["model": "ep-1", "prompt": "p", "resolution": "8k"], "resolution"),
  ]

  @Test("What the vendor would refuse is refused before anything is sent", arguments: refused)
  func limits(json: JSON, field: String) throws {
    let found = try problems(json).map { $0.field }
    #expect(found.contains(field), "\(json.text): \(found)")
  }

  @Test("Sound alone is enough for 2.5")
  func soundAlone() throws {
    _ = try plan(try VideoRequest(["model": "seedance-2.5", "prompt": "p", "inputs": [Self.sound]]))
  }

  @Test("An endpoint takes whatever some model may, and nothing is assumed")
  func endpoint() throws {
    let planned = try plan(
      try VideoRequest(["model": "ep-1", "prompt": "p", "fps": 24, "options": ["brand_new": 1]]))
    #expect(planned.request.json == ["model": "ep-1", "prompt": "p", "options": ["brand_new": 1]])
  }
}
