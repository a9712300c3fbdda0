// SPDX-License-Identifier: Apache-2.0

import Dialects
import Jobs
import OrderedJSON
import Testing
import VideoDocuments

@Suite("Any model in any format")
struct FormatMatrixTests {
  /// Model, plugin, what it can begin with beside text.
  static let models: [(String, String, Set<String>)] = [
    ("doubao-seedance-2-0-260128", "seedance", ["first", "both", "references"]),
    ("doubao-seedance-1-5-pro-251215", "seedance", ["first", "both"]),
    ("volc-doubao-seedance-2-0-260128", "volc", ["first", "both", "references"]),
    ("volc/ep-20260101000000-abcde", "volc", ["first", "both", "references"]),
    ("kling-v3", "kling", ["first", "both"]), ("kling-v2-6", "kling", ["first"]),
    ("kling-v3-omni", "kling", ["first", "both", "references"]),
    ("kling-v3-pro-audio", "kling", ["first", "both"]),
    ("jimeng-v3", "jimeng", ["first", "both"]), ("jimeng-v3-pro", "jimeng", ["first"]),
    ("jimeng_t2v_v30", "jimeng", []), ("jimeng_i2v_first_tail_v30", "jimeng", ["both"]),
  ]

  static let first: JSON = "https://example.com/1.png"
  static let second: JSON = "https://example.com/2.png"

  /// A create body for 5 seconds of a cat, begun with what the scenario says: nothing, a first frame, a first and a last
  /// one, two references.
  static func body(_ format: String, _ model: String, _ scenario: String) -> (body: JSON, route: String, path: String) {
    var object: JSONObject = ["prompt": "a cat"]
    var (route, path) = ("create", "")
    switch format {
    case "unified", "openai":
      object["model"] = .string(model)
      object[format == "openai" ? "seconds" : "duration"] = "5"
      if scenario == "text" { object["aspect_ratio"] = "16:9" }
      switch scenario {
      case "first": object[format == "openai" ? "input_reference" : "image"] = first
      case "both": (object["image"], object["last_image"]) = (first, second)
      case "references":
        object["images"] = [["url": first, "role": "reference_image"], ["url": second, "role": "reference_image"]]
      default: break
      }
    case "kling":
      object["model_name"] = .string(model)
      object["duration"] = "5"
      if scenario == "text" { object["aspect_ratio"] = "16:9" }
      path = "/v1/videos/\(scenario == "text" ? "text2video" : "image2video")"
      switch scenario {
      case "first": object["image"] = first
      case "both": (object["image"], object["image_tail"]) = (first, second)
      case "references":
        path = "/v1/videos/multi-image2video"
        object["image_list"] = [["image": first], ["image": second]]
      default: break
      }
    case "jimeng":
      route = "submit"
      object["req_key"] = .string(model)
      object["frames"] = 121
      if scenario == "text" { object["aspect_ratio"] = "16:9" }
      if scenario != "text" { object["image_urls"] = .array(scenario == "first" ? [first] : [first, second]) }
    default:
      object["prompt"] = Optional.none
      object["model"] = .string(model)
      if scenario == "text" { object["ratio"] = "16:9" }
      object["duration"] = 5
      var content: [JSON] = [["type": "text", "text": "a cat"]]
      func add(_ url: JSON, _ role: String?) {
        content.append([
          "type": "image_url", "image_url": ["url": url], "role": role.map { .string($0) } ?? .null,
        ])
      }
      switch scenario {
      case "first": add(first, nil)
      case "both":
        add(first, "first_frame")
        add(second, "last_frame")
      case "references":
        add(first, "reference_image")
        add(second, "reference_image")
      default: break
      }
      object["content"] = .array(content)
    }
    return (.object(object), route, path)
  }

  @Test(
    "A plain request for any model, in any format, is planned strictly and means the same", arguments: Formats.names)
  func plain(format: String) throws {
    for (model, plugin, scenarios) in Self.models {
      for scenario in ["text", "first", "both", "references"] where scenario == "text" || scenarios.contains(scenario) {
        // A name that says what it begins with does not begin with text, and the reverse.
        if scenario == "text", model.hasPrefix("jimeng_i2v") { continue }
        // The format has no word for roles: two pictures are what the model takes two pictures for.
        if format == "jimeng", scenario == "references" || (scenario == "both" && scenarios.contains("references")) {
          continue
        }
        let (body, route, path) = Self.body(format, model, scenario)
        let place = "\(format) \(model) \(scenario)"
        do {
          let plan = try Formats.plan(try Formats.decode(format, body, route: route, path: path))
          #expect(plan.pluginID == plugin, "\(place)")
          #expect(plan.request.prompt == "a cat", "\(place)")
          #expect(plan.request.durationSeconds == 5, "\(place)")
          let roles: [String?] =
            switch scenario {
            case "first": ["first_frame"]
            case "both": ["first_frame", "last_frame"]
            case "references": ["reference", "reference"]
            default: []
            }
          #expect(plan.request.inputs.map { $0.role } == roles, "\(place)")
          let links = [Self.first, Self.second].prefix(roles.count).compactMap { $0.string }
          #expect(plan.request.inputs.compactMap { $0.url } == links, "\(place)")
          let settled = try Formats.settle(plan)
          #expect(settled.warnings.isEmpty, "\(place): \(settled.warnings)")
        } catch {
          Issue.record("\(place): \(error)")
        }
      }
    }
  }

  /// Format, body, path: with members that only the format's own vendor knows. Model; what is reported.
  static let rich: [(format: String, body: JSON, path: String, model: String, unsupported: [String])] = [
    (
      "kling",
      [
        "prompt": "a cat", "negative_prompt": "blurry", "cfg_scale": "0.5", "mode": "pro", "sound": "on",
        "aspect_ratio": "16:9", "duration": "5", "callback_url": .null, "camera_control": .null, "seed": "7",
        "watermark_info": ["enabled": false], "external_task_id": 17, "voice_list": .null,
      ], "/v1/videos/text2video", "doubao-seedance-2-0-260128",
      ["negative_prompt", "options.cfg_scale", "options.mode"]
    ),
    (
      "kling", ["prompt": "a cat", "mode": "std", "aspect_ratio": "16:9", "duration": "5", "cfg_scale": 0.5],
      "/v1/videos/text2video", "jimeng-v3", ["options.cfg_scale", "options.mode"]
    ),
    (
      "volc",
      [
        "content": [["type": "text", "text": "a cat --rs 1080p --dur 5 --wm true"]], "generate_audio": true,
        "camera_fixed": false, "service_tier": .null, "return_last_frame": true, "safety_identifier": "u",
        "ratio": "16:9", "seed": 7,
      ], "", "kling-v3",
      ["seed", "user", "options.camera_fixed", "options.return_last_frame"]
    ),
    (
      "volc",
      ["content": [["type": "text", "text": "a cat"]], "ratio": "16:9", "duration": "5", "generate_audio": false],
      "", "jimeng-v3-pro", []
    ),
    (
      "jimeng",
      ["prompt": "a cat", "frames": "121", "aspect_ratio": "16:9", "seed": -1, "template_id": "robo_arm"], "",
      "kling-v3", ["seed", "options.template_id"]
    ),
    (
      "jimeng", ["prompt": "a cat", "frames": 97, "aspect_ratio": "16:9", "seed": -1], "",
      "doubao-seedance-1-5-pro-251215",
      []
    ),
    (
      "openai",
      ["prompt": "a cat", "seconds": "5", "size": "1280x720", "metadata": ["cfg_scale": "0.5", "watermark": "true"]],
      "",
      "doubao-seedance-2-0-260128", ["options.cfg_scale"]
    ),
    (
      "unified",
      [
        "prompt": "a cat", "duration": 5, "size": "1280x720", "fps": 24, "n": 1, "user": "u",
        "metadata": ["generate_audio": "off", "camera_fixed": true],
      ], "", "kling-v2-6", ["user", "options.camera_fixed"]
    ),
  ]

  @Test("What another vendor's model cannot use is reported, and the rest has its effect", arguments: rich.indices)
  func reported(index: Int) throws {
    let (format, plain, path, model, unsupported) = Self.rich[index]
    var body = try #require(plain.object)
    body[format == "jimeng" ? "req_key" : format == "kling" ? "model_name" : "model"] = .string(model)
    let decoded = try Formats.decode(
      format, .object(body), route: format == "jimeng" ? "submit" : "create", path: path)
    let plan = try Formats.plan(decoded, .lenient)
    let settled = try Formats.settle(plan)
    let lost = settled.ledger.filter { $0.outcome == .unsupported }.map { $0.field }
    #expect(lost.sorted() == unsupported.sorted(), "\(format) \(model)")
    for field in unsupported {
      #expect(settled.warnings.contains { $0.hasPrefix("\(field) ") }, "\(field): \(settled.warnings)")
    }
    #expect(plan.request.durationSeconds == (body["frames"] == 97 ? 4 : 5))
    #expect(plan.request.aspectRatio == "16:9")
  }

  /// The words of `dialects.md`: phase, unified, openai, kling, volc, jimeng.
  static let words: [(TaskPhase, String, String, String, String, String?)] = [
    (.queued, "QUEUED", "queued", "submitted", "queued", "in_queue"),
    (.running, "IN_PROGRESS", "in_progress", "processing", "running", "generating"),
    (.succeeded, "SUCCESS", "completed", "succeed", "succeeded", "done"),
    (.failed, "FAILURE", "failed", "failed", "failed", nil),
    (.cancelled, "FAILURE", "failed", "failed", "cancelled", nil),
    (.expired, "FAILURE", "failed", "failed", "expired", "expired"),
    (.unknown, "QUEUED", "queued", "submitted", "queued", "in_queue"),
  ]

  @Test("A task of any provider is told in any format's words", arguments: words.indices)
  func told(index: Int) throws {
    let (phase, unified, openai, kling, volc, jimeng) = Self.words[index]
    for (model, plugin, _) in Self.models {
      let (body, route, path) = Self.body("unified", model, "text")
      guard !model.hasPrefix("jimeng_i2v") else { continue }
      let request = try Formats.plan(try Formats.decode("unified", body, route: route, path: path)).request
      var task = VideoTask(id: "fg_1", request: request, phase: phase, createdAtMilliseconds: ArkTests.now)
      task.vendorTask = ["id": "fg_1", "status": "whatever", "data": ["task_id": "fg_1"]]
      if phase == .succeeded { task.outputs = [VideoOutput(url: "https://gate.example/fg_1", durationSeconds: 5.041)] }
      if [.failed, .cancelled, .expired].contains(phase) {
        task.failure = Failure(phase == .failed ? .refusedOutput : .cancelled, "No.", vendorCode: "strange")
      }
      for format in Formats.names {
        let place = "\(plugin) in \(format)"
        let reply = try Formats.encode(format, .task(task))
        let body = try #require(reply.body)
        let (word, expected): (String, String?) =
          switch format {
          case "unified": ("data.status", unified)
          case "openai": ("status", openai)
          case "kling": ("data.task_status", kling)
          case "volc": ("status", volc)
          default: ("data.status", jimeng ?? "done")
          }
        #expect(body.value(at: word)?.string == expected, "\(place)")
        #expect(body.text.contains("https://gate.example/fg_1") == (phase == .succeeded), "\(place)")
        #expect((reply.status == 200) == (format != "jimeng" || jimeng != nil), "\(place)")
        if format == "jimeng" { #expect((body["code"] == 10000) == (jimeng != nil), "\(place)") }
        #expect(try Formats.encode(format, .created(task), route: "create").body?.text.contains("fg_1") == true)
      }
    }
  }
}
