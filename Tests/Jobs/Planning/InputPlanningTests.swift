// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct InputPlanningTests {
  static func image(_ role: JSON? = nil) -> JSON {
    var object: JSONObject = ["kind": "image", "url": "https://a.example/1.png"]
    object["role"] = role
    return .object(object)
  }
  static let video: JSON = ["kind": "video", "url": "https://a.example/1.mp4"]
  static let audio: JSON = ["kind": "audio", "url": "https://a.example/1.mp3"]

  /// Model, inputs, roles that are chosen.
  static let roles: [(String, [JSON], [String])] = [
    ("acme-2", [image()], ["first_frame"]),
    ("acme-2", [image(), image("last_frame")], ["first_frame", "last_frame"]),
    ("acme-2", [image("first_frame"), image()], ["first_frame", "last_frame"]),
    ("acme-2", [image(), image()], ["reference", "reference"]),
    ("acme-2", [image(), image(), image()], ["reference", "reference", "reference"]),
    ("acme-2", [image(), video], ["reference", "reference"]),
    ("acme-2", [image(), image(), video, audio], ["reference", "reference", "reference", "reference"]),
    ("acme-2", [image("reference"), image()], ["reference", "reference"]),
    ("acme-1", [image(), image()], ["first_frame", "last_frame"]),
    ("acme-1", [video], ["source"]),
    ("acme-motion", [image(), video], ["first_frame", "source"]),
  ]

  @Test(arguments: roles.indices)
  func `Roles follow from the facts`(index: Int) throws {
    let (model, inputs, expected) = Self.roles[index]
    let plan = try Acme.plan(["model": .string(model), "prompt": "a", "inputs": .array(inputs)])
    #expect(plan.request.inputs.map { $0.role } == expected)
  }

  /// Model, inputs, field, message.
  static let broken: [(String, [JSON], String, String)] = [
    ("acme-text", [image()], "inputs[0]", "acme-text takes no image; it works from text alone."),
    ("acme-1", [audio], "inputs[0]", "acme-1 takes no audio; it takes image and video."),
    (
      "acme-1", [image("mask")], "inputs[0]",
      "image 1 is given as mask, but acme-1 takes image as first_frame or last_frame."
    ),
    (
      "acme-1", [image(), image(), image()], "inputs[0]",
      "It is not clear what image 1 of 3 is for; acme-1 takes image as first_frame or last_frame."
    ),
    (
      "acme-2", [image("first_frame"), image("reference")], "image.reference",
      "image.first_frame and image.reference cannot be given together to acme-2."
    ),
    (
      "acme-2", [image("last_frame")], "image.first_frame",
      "acme-2 needs image.first_frame when the inputs are a last frame, because a film has a beginning."
    ),
    (
      "acme-2", [image(), image(), image(), image(), image()], "inputs",
      "5 inputs of image as reference were given, but acme-2 takes at most 4."
    ),
    (
      "acme-2", [image(), image(), image(), image(), video, video, audio], "inputs",
      "7 inputs were given, but acme-2 takes at most 6 together."
    ),
    ("acme-2", [["kind": "image", "asset": "a", "byte_count": 0]], "inputs[0]", "image 1 is empty (0 bytes)."),
    (
      "acme-2", [["kind": "image", "asset": "a", "byte_count": 41_943_040]], "inputs[0]",
      "image 1 has 40 MiB, but acme-2 takes at most 10 MiB."
    ),
    (
      "acme-2", [["kind": "image", "asset": "a", "media_type": "image/gif"]], "inputs[0]",
      "image 1 is gif, but acme-2 takes jpeg or png."
    ),
    (
      "acme-2", [["kind": "image", "asset": "a", "width": 200, "height": 400]], "inputs[0]",
      "image 1 is 200x400, but acme-2 takes sides of at least 300 pixels."
    ),
    (
      "acme-2", [["kind": "image", "asset": "a", "width": 3200, "height": 6400]], "inputs[0]",
      "image 1 is 3200x6400, but acme-2 takes sides of at most 6000 pixels."
    ),
    (
      "acme-2", [["kind": "image", "asset": "a", "width": 3000, "height": 1000]], "inputs[0]",
      "image 1 is 3000x1000 (3 to 1), but acme-2 takes a width to height of 0.4 to 2.5."
    ),
    (
      "acme-2", [["kind": "video", "asset": "a"]], "inputs[0]",
      "acme-2 takes video as reference by link alone, and video 1 is a file."
    ),
    (
      "acme-2", [["kind": "video", "url": "https://a.example/1", "duration_seconds": 16]], "inputs[0]",
      "video 1 lasts 16 s, but acme-2 takes 2 to 15 s."
    ),
    (
      "acme-2",
      [
        ["kind": "video", "url": "https://a.example/1", "duration_seconds": 12.5],
        ["kind": "video", "url": "https://a.example/1", "duration_seconds": 10],
      ], "inputs",
      "The inputs of video as reference last 22.5 s together, but acme-2 takes at most 20 s."
    ),
  ]

  @Test(arguments: broken.indices)
  func `A broken limit of inputs is told with the input, the value and the limit`(index: Int) throws {
    let (model, inputs, field, message) = Self.broken[index]
    let problems = try Acme.problems(["model": .string(model), "prompt": "a", "inputs": .array(inputs)])
    let first = try #require(problems.first)
    #expect(first.message == message)
    #expect(first.field == field)
    #expect(first.advice?.isEmpty == false)
  }

  @Test func `Inputs are never dropped, not even leniently`() throws {
    let problems = try Acme.problems(
      ["model": "acme-text", "prompt": "a", "inputs": [Self.image()]], PlanOptions(leniency: .lenient))
    #expect(problems.count == 1)
  }

  @Test func `A model that needs inputs says which`() throws {
    let problems = try Acme.problems(["model": "acme-motion", "prompt": "a"])
    #expect(
      problems.map { $0.message } == [
        "acme-motion needs 1 image as first_frame, and 0 were given.",
        "acme-motion needs 1 video as source, and 0 were given.",
      ])
  }

  @Test func `Formats have several names`() throws {
    for type in ["image/jpeg", "image/jpg", "IMAGE/PNG", "image/jpeg; q=1"] {
      _ = try Acme.plan([
        "model": "acme-2", "prompt": "a", "inputs": [["kind": "image", "asset": "a", "media_type": .string(type)]],
      ])
    }
  }
}
