// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct PlannerTests {
  @Test func `Defaults are filled in and said to be defaults`() throws {
    let plan = try Acme.plan(["model": "acme-2", "prompt": "a cat"])
    #expect(
      plan.request.json == [
        "model": "acme-2", "prompt": "a cat", "duration_seconds": 5, "aspect_ratio": "16:9", "resolution": "720p",
        "audio": true, "options": ["mode": "std"],
      ])
    #expect(
      plan.ledger.map { $0.field }.sorted() == [
        "aspect_ratio", "audio", "duration_seconds", "options.mode", "resolution",
      ])
    #expect(plan.ledger.allSatisfy { $0.outcome == .defaulted })
    #expect(plan.warnings.isEmpty)
    #expect(plan.account.name == "acme/official")
    #expect(plan.pluginVersion == "1.2.0")
  }

  @Test func `Defaults follow conditions and rules`() throws {
    let image = try Acme.plan([
      "model": "acme-2", "prompt": "a", "inputs": [["kind": "image", "url": "https://a.example/1.png"]],
    ])
    #expect(image.request.aspectRatio == "adaptive")
    #expect(image.request.inputs[0].role == "first_frame")
    #expect(image.ledger.contains(LedgerEntry("inputs[0].role", .defaulted, value: "first_frame")))
    let reference = try Acme.plan([
      "model": "acme-2", "prompt": "a", "inputs": [["kind": "video", "url": "https://a.example/1.mp4"]],
    ])
    #expect(reference.request.resolution == "480p")
  }

  @Test func `No default is filled in beside a field that excludes it`() throws {
    let plan = try Acme.plan(["model": "acme-2", "prompt": "a", "frames": 33])
    #expect(plan.request.frames == 33)
    #expect(plan.request.durationSeconds == nil)
  }

  /// Requests that break one limit: what is wrong, in full.
  static let broken: [(JSON, String, String)] = [
    (
      ["prompt": "a", "duration_seconds": 16], "duration_seconds",
      "duration_seconds is 16, but acme-2 takes 4 to 15 or -1."
    ),
    (["prompt": "a", "frames": 30], "frames", "frames is 30, but acme-2 takes 29 to 289 in steps of 4."),
    (
      ["prompt": "a", "aspect_ratio": "2:1"], "aspect_ratio",
      "aspect_ratio is \"2:1\", but acme-2 takes 16:9, 4:3, 1:1 or adaptive."
    ),
    (
      ["prompt": "123456789012345678901"], "prompt",
      "prompt has 21 characters, but acme-2 takes at most 20."
    ),
    ([:], "prompt", "acme-2 needs prompt."),
    (["prompt": "  \n"], "prompt", "acme-2 needs prompt."),
    (
      ["prompt": "a", "options": ["cfg_scale": 1.5]], "options.cfg_scale",
      "options.cfg_scale is 1.5, but acme-2 takes 0 to 1 in steps of 0.1."
    ),
    (
      ["prompt": "a", "options": ["cfg_scale": "much"]], "options.cfg_scale",
      "options.cfg_scale is \"much\", but acme-2 takes a number there."
    ),
    (
      ["prompt": "a", "options": ["tools": [1, 2, 3]]], "options.tools",
      "options.tools has 3 elements, but acme-2 takes at most 2."
    ),
    (
      ["prompt": "a", "options": ["camera": "left"]], "options.camera",
      "options.camera is \"left\", but acme-2 takes an object there."
    ),
    (
      ["prompt": "a", "frames": 33, "duration_seconds": 5], "duration_seconds",
      "frames and duration_seconds cannot be given together to acme-2."
    ),
    (
      ["prompt": "a", "seed": 1, "options": ["camera": [:]]], "seed",
      "camera and seed cannot be given together to acme-2."
    ),
    (
      ["prompt": "a", "options": ["mode": "pro"]], "seed",
      "acme-2 needs seed when audio is given and mode is pro, because pro sound is seeded."
    ),
    (
      ["prompt": "a", "fps": 30], "fps",
      "acme-2 has no field fps; it accepts prompt, negative_prompt, duration_seconds, frames, aspect_ratio, "
        + "resolution, seed and audio."
    ),
    (
      ["prompt": "a", "options": ["cfg_scal": 1]], "options.cfg_scal",
      "acme-2 has no option cfg_scal; did you mean cfg_scale? Otherwise it accepts mode, cfg_scale, sound, tools and "
        + "camera."
    ),
    (["prompt": "a", "count": 2], "count", "acme-2 makes one clip at a time, and count is 2."),
    (["prompt": "a", "shots": [["prompt": "x"]]], "shots", "acme-2 makes no clips of several shots."),
    (
      ["prompt": "a", "options": ["model_name": "other"]], "options.model_name",
      "The option model_name may not change the model that was asked for."
    ),
    (
      ["prompt": "a", "seed": 1, "options": ["seed": 2]], "seed",
      "seed is given twice: as the field 1 and as an option 2."
    ),
    (
      ["prompt": "a", "options": ["duration_seconds": 99]], "duration_seconds",
      "duration_seconds is 99, but acme-2 takes 4 to 15 or -1."
    ),
    (["prompt": "a", "width": 1280], "width", "width is given without height."),
    (
      ["prompt": "a", "width": 1000, "height": 700], "width",
      "acme-2 cannot make 1000x700; the nearest is 1280x720 (resolution 720p, ratio 16:9)."
    ),
    (
      ["prompt": "a", "width": 1920, "height": 1080], "width",
      "acme-2 cannot make 1920x1080; the nearest is 1920x1088 (resolution 1080p, ratio 16:9)."
    ),
    (
      ["prompt": "a", "width": 1280, "height": 720, "aspect_ratio": "1:1"], "aspect_ratio",
      "1280x720 is aspect_ratio 16:9, but aspect_ratio is given as \"1:1\"."
    ),
  ]

  @Test(arguments: broken.indices)
  func `A broken limit is told with field, value and limit`(index: Int) throws {
    let (request, field, message) = Self.broken[index]
    var object = try #require(request.object)
    object["model"] = "acme-2"
    let problems = try Acme.problems(.object(object))
    let first = try #require(problems.first)
    #expect(first.message == message)
    #expect(first.field == field)
    #expect(first.advice?.isEmpty == false)
    #expect(problems.count == 1, "\(problems.map { $0.message })")
    #expect(first.kind == .invalid || first.kind == .unsupported)
  }

  @Test func `All problems are collected and the first one counts the others`() throws {
    let request: JSON = ["model": "acme-2", "prompt": "a", "duration_seconds": 2, "resolution": "8k", "seed": -5]
    let failure = #expect(throws: PlanFailure.self) { try Acme.plan(request) }
    #expect(failure?.problems.count == 3)
    #expect(
      failure?.failure.message
        == "duration_seconds is 2, but acme-2 takes 4 to 15 or -1. (2 more problems were found.)")
  }

  @Test func `Values are brought into the type and spelling of the facts`() throws {
    let plan = try Acme.plan([
      "model": "acme-2", "prompt": "a", "resolution": "1080P",
      "options": ["cfg_scale": "0.7", "sound": true, "mode": "STD", "tools": ["x"]],
    ])
    #expect(plan.request.resolution == "1080p")
    #expect(plan.request.options["cfg_scale"]?.text == "0.7")
    #expect(plan.request.options["sound"] == "on")
    #expect(plan.request.options["mode"] == "std")
  }

  @Test func `Lenient planning drops what the model cannot use and says so`() throws {
    let plan = try Acme.plan(
      ["model": "acme-2", "prompt": "a", "fps": 30, "user": "u", "options": ["style": "noir"]],
      PlanOptions(leniency: .lenient))
    #expect(plan.request.framesPerSecond == nil)
    #expect(plan.request.user == nil)
    #expect(plan.request.options["style"] == nil)
    #expect(plan.warnings.count == 3)
    #expect(plan.warnings.first == "fps 30 is left out: acme-2 has no such field.")
    #expect(plan.ledger.filter { $0.outcome == .unsupported }.map { $0.field } == ["fps", "user", "options.style"])
    #expect(
      try Acme.problems(["model": "acme-2", "prompt": "a", "count": 3], PlanOptions(leniency: .lenient)).count == 1)
  }

  @Test func `What the model does anyway needs no field`() throws {
    let plan = try Acme.plan(["model": "acme-2", "prompt": "a", "fps": 24, "count": 1])
    #expect(plan.request.framesPerSecond == nil)
    #expect(plan.request.count == nil)
    #expect(plan.ledger.first { $0.field == "fps" }?.outcome == .translated)
    let silent = try Acme.plan(["model": "acme-text", "prompt": "a", "audio": false])
    #expect(silent.request.audio == nil)
  }

  @Test func `Options without facts pass where a model's options are open`() throws {
    let plan = try Acme.plan(["model": "acme-1", "prompt": "a", "options": ["anything": ["x": 1]]])
    #expect(plan.request.options["anything"] == ["x": 1])
    #expect(try Acme.problems(["model": "acme-1", "prompt": "a", "options": ["req_key": "x"]]).count == 1)
  }

  @Test func `An exact size becomes a resolution and a ratio`() throws {
    let plan = try Acme.plan(["model": "acme-2", "prompt": "a", "width": 1280, "height": 720])
    #expect(plan.request.resolution == "720p")
    #expect(plan.request.aspectRatio == "16:9")
    #expect(plan.request.widthPixels == nil)
    #expect(plan.ledger.contains(LedgerEntry("width", .translated, to: "resolution 720p and aspect_ratio 16:9")))
    let lenient = try Acme.plan(
      ["model": "acme-2", "prompt": "a", "width": 1920, "height": 1080], PlanOptions(leniency: .lenient))
    #expect(lenient.request.resolution == "1080p")
    #expect(lenient.warnings == ["acme-2 makes 1920x1088 instead of 1920x1080."])
    let byRatio = try Acme.plan(["model": "acme-1", "prompt": "a", "width": 720, "height": 1280])
    #expect(byRatio.request.aspectRatio == "9:16")
  }

  @Test func `Shots share the duration, and a clip without one is as long as its shots`() throws {
    let shared = try Acme.plan([
      "model": "acme-1", "duration_seconds": 10, "shots": [["prompt": "one"], ["prompt": "two"], ["prompt": "three"]],
    ])
    #expect(shared.request.shots.map { $0.durationSeconds } == [4, 3, 3])
    let summed = try Acme.plan([
      "model": "acme-1",
      "shots": [["prompt": "one", "duration_seconds": 4], ["prompt": "two", "duration_seconds": 6]],
    ])
    #expect(summed.request.durationSeconds == 10)
    let wrong = try Acme.problems([
      "model": "acme-1", "duration_seconds": 10,
      "shots": [["prompt": "one", "duration_seconds": 4], ["prompt": "two", "duration_seconds": 4]],
    ])
    #expect(wrong.first?.message == "The shots last 8 s together, but duration_seconds is 10.")
    let tooMany = try Acme.problems([
      "model": "acme-1", "shots": [["prompt": "1"], ["prompt": "2"], ["prompt": "3"], ["prompt": "12345678901"]],
    ])
    #expect(tooMany.map { $0.field } == ["shots", "shots[3]"])
    let badSum = try Acme.problems(["model": "acme-1", "shots": [["prompt": "one", "duration_seconds": 3]]])
    #expect(badSum.first?.field == "duration_seconds")
  }

  @Test func `Filmgate's own limits hold whatever a model takes`() throws {
    let long = JSON.string(String(repeating: "a", count: 33 << 10))
    #expect(try Acme.problems(["model": "acme-1", "prompt": long]).first?.kind == .limit)
    #expect(
      try Acme.problems(["model": "acme-1", "prompt": long]).first?.message
        == "prompt has 33 KiB; at most 32 KiB are accepted.")
    let inputs = JSON.array(Array(repeating: ["kind": "image", "url": "https://a.example/1.png"], count: 33))
    #expect(try Acme.problems(["model": "acme-2", "prompt": "a", "inputs": inputs]).first?.kind == .limit)
    #expect(
      try Acme.problems([
        "model": "acme-2", "prompt": "a", "inputs": [["kind": "image", "asset": "a", "byte_count": 67_108_865]],
      ]).first?.kind == .limit)
  }

  @Test func `Nothing at all is refused`() throws {
    #expect(try Acme.problems(["model": "acme-1"]).first?.message == "There is nothing to make a clip of.")
  }

  @Test func `What decoding could not carry on is an error or a warning`() throws {
    let entry = LedgerEntry("response_format", .unsupported, note: "only links")
    let catalog = Catalog([CatalogEntry(try Acme.manifest())])
    let request = VideoRequest(model: "acme-1", prompt: "a")
    let failure = #expect(throws: PlanFailure.self) {
      try Planner.plan(request, decoded: [entry], catalog: catalog, accounts: [Acme.account()])
    }
    #expect(failure?.failure.message == "response_format cannot be used here: only links.")
    let plan = try Planner.plan(
      request, decoded: [entry], catalog: catalog, accounts: [Acme.account()], options: PlanOptions(leniency: .lenient))
    #expect(plan.warnings == ["response_format is left out: only links."])
    #expect(plan.ledger.first == entry)
  }
}
