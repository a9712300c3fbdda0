// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct OpenAIDecodeTests {
  /// Body, meaning.
  static let bodies: [(JSON, JSON)] = [
    (["prompt": "a cat"], ["model": "", "prompt": "a cat"]),
    (
      ["prompt": "a cat", "model": "m", "seconds": "8", "size": "1280x720"],
      ["model": "m", "prompt": "a cat", "duration_seconds": 8, "width": 1280, "height": 720]
    ),
    (["prompt": "a", "seconds": 4], ["model": "", "prompt": "a", "duration_seconds": 4]),
    (["prompt": "a", "seconds": .null, "input_reference": .null, "size": .null], ["model": "", "prompt": "a"]),
    (
      ["prompt": "a", "input_reference": "https://a/1.png"],
      ["model": "", "prompt": "a", "inputs": [["kind": "image", "url": "https://a/1.png"]]]
    ),
    (
      ["prompt": "a", "input_reference": ["image_url": "https://a/1.png", "file_id": .null]],
      ["model": "", "prompt": "a", "inputs": [["kind": "image", "url": "https://a/1.png"]]]
    ),
    (
      ["prompt": "a", "input_reference": ["image_url": ["url": "https://a/1.png"]]],
      ["model": "", "prompt": "a", "inputs": [["kind": "image", "url": "https://a/1.png"]]]
    ),
    (
      ["prompt": "a", "input_reference": "data:image/png;base64,aGVsbG8="],
      ["model": "", "prompt": "a", "inputs": [["kind": "image", "url": "data:image/png;base64,aGVsbG8="]]]
    ),
    (
      ["prompt": "a", "input_reference": "aGVsbG8="],
      [
        "model": "", "prompt": "a",
        "inputs": [["kind": "image", "url": "data:application/octet-stream;base64,aGVsbG8="]],
      ]
    ),
    (
      ["prompt": "a", "input_reference": ["filmgate-asset:clip", "filmgate-asset:other", "https://a/v.MP4?x=.png"]],
      [
        "model": "", "prompt": "a",
        "inputs": [
          ["kind": "video", "url": "filmgate-asset:clip"], ["kind": "image", "url": "filmgate-asset:other"],
          ["kind": "video", "url": "https://a/v.MP4?x=.png"],
        ],
      ]
    ),
    (
      ["prompt": "a", "input_reference": "https://a/1.png", "last_image": "https://a/2.png"],
      [
        "model": "", "prompt": "a",
        "inputs": [
          ["kind": "image", "url": "https://a/1.png"],
          ["kind": "image", "role": "last_frame", "url": "https://a/2.png"],
        ],
      ]
    ),
    // The unified format's members, at the top or further down.
    (
      [
        "prompt": "a", "aspect_ratio": "9:16", "resolution": "720p", "negative_prompt": "dark", "seed": 3, "n": 1,
        "user": "u", "extra_body": ["mode": "pro"], "metadata": ["generate_audio": true, "camera": ["zoom": 1]],
      ],
      [
        "model": "", "prompt": "a", "negative_prompt": "dark", "aspect_ratio": "9:16", "resolution": "720p", "seed": 3,
        "audio": true, "count": 1, "user": "u", "options": ["mode": "pro", "camera": ["zoom": 1]],
      ]
    ),
    (["multi_prompt": ["a", "b"]], ["model": "", "shots": [["prompt": "a"], ["prompt": "b"]]]),
  ]

  @Test(arguments: bodies.indices)
  func `Create bodies mean what they say`(index: Int) throws {
    let (body, expected) = Self.bodies[index]
    let decoded = try OpenAIDialect.decode(body) { $0 == "clip" ? .video : nil }
    #expect(decoded.request.json == expected, "\(decoded.request.json)")
    #expect(decoded.ledger.isEmpty)
    #expect(decoded.warnings.isEmpty)
  }

  /// Body, kind, field, message.
  static let broken: [(JSON, FailureKind, String?, String)] = [
    ([1], .invalid, nil, "The request is not a JSON object."),
    ([:], .invalid, "prompt", "The prompt is missing."),
    (["prompt": " "], .invalid, "prompt", "The prompt is missing."),
    (["prompt": 5], .invalid, "prompt", "prompt is 5, which is not a text."),
    (
      ["prompt": "a", "seconds": "soon"], .invalid, "seconds",
      "seconds is \"soon\", which is not a number of whole seconds (or -1 where the model may choose)."
    ),
    (
      ["prompt": "a", "input_reference": ["file_id": "file-1"]], .unsupported, "input_reference.file_id",
      "input_reference.file_id names an uploaded file, and none are kept here."
    ),
    (
      ["prompt": "a", "input_reference": 5], .invalid, "input_reference",
      "input_reference is 5, which is not a file, a link, or an object with an image_url."
    ),
    (
      ["prompt": "a", "input_reference": ["x": 1]], .invalid, "input_reference",
      "input_reference is an object, which is not a file, a link, or an object with an image_url."
    ),
    (
      ["prompt": "a", "input_reference": "ref.png"], .invalid, "input_reference",
      "input_reference is neither a link nor base64."
    ),
    (
      ["prompt": "a", "input_reference": [["image_url": "ftp://a"]]], .invalid, "input_reference[0].image_url",
      "input_reference[0].image_url is neither a link nor base64."
    ),
    (
      ["prompt": "a", "metadata": ["model_name": "x"]], .invalid, "metadata.model_name",
      "metadata.model_name may not change the model that is asked for."
    ),
    (
      ["prompt": "a", "response_format": "b64_json"], .unsupported, "response_format",
      "response_format \"b64_json\" is not available: clips are too large for a JSON answer."
    ),
  ]

  @Test(arguments: broken.indices)
  func `What cannot be read is told by the caller's name for it`(index: Int) {
    let (body, kind, field, message) = Self.broken[index]
    let failure = #expect(throws: Failure.self) { try OpenAIDialect.decode(body) }
    #expect(failure?.kind == kind)
    #expect(failure?.field == field)
    #expect(failure?.message == message)
    #expect(failure?.advice?.isEmpty == false)
  }

  /// The `video` member, the source that it names.
  static let sources: [(JSON, FollowUp.Source)] = [
    (["id": "t_1-a"], .task(id: "t_1-a")),
    ("t_1-a", .task(id: "t_1-a")),
    ("filmgate-asset:part-1", .link("filmgate-asset:part-1")),
    ("https://a/v.mp4", .link("https://a/v.mp4")),
    (["url": "https://a/v.mp4"], .link("https://a/v.mp4")),
    (["video_url": ["url": "https://a/v.mp4"]], .link("https://a/v.mp4")),
    ("aGVsbG8=", .link("data:application/octet-stream;base64,aGVsbG8=")),
  ]

  @Test(arguments: sources.indices)
  func `Edits and extensions name the video that they begin with`(index: Int) throws {
    let (video, source) = Self.sources[index]
    let extended = try OpenAIDialect.decodeExtension(["prompt": "go on", "seconds": "8", "video": video])
    #expect(extended.source == source)
    #expect(extended.decoded.request.json == ["model": "", "prompt": "go on", "duration_seconds": 8])
    let edited = try OpenAIDialect.decodeEdit(["prompt": "in blue", "video": video, "seed": "4"])
    #expect(edited.source == source)
    #expect(edited.decoded.request.json == ["model": "", "prompt": "in blue", "seed": 4])
  }

  @Test func `A video that cannot be told is refused`() {
    let missing = #expect(throws: Failure.self) { try OpenAIDialect.decodeEdit(["prompt": "a"]) }
    #expect(missing?.field == "video")
    let wrong = #expect(throws: Failure.self) { try OpenAIDialect.decodeEdit(["prompt": "a", "video": 5]) }
    #expect(wrong?.message == "video is 5, which is not a file, an object with the id of a task, or a link.")
    let broken = #expect(throws: Failure.self) {
      try OpenAIDialect.decodeEdit(["prompt": "a", "video": ["id": "../../x"]])
    }
    #expect(broken?.field == "video.id")
    let silent = #expect(throws: Failure.self) { try OpenAIDialect.decodeExtension(["video": "t1"]) }
    #expect(silent?.field == "prompt")
  }

  @Test func `A remix takes over whatever it does not change`() throws {
    var original = VideoRequest(model: "m", prompt: "a cat")
    original.negativePrompt = "dark"
    original.durationSeconds = 5
    original.resolution = "720p"
    original.aspectRatio = "16:9"
    original.seed = 9
    original.options = ["mode": "pro", "style": "x"]
    original.inputs = [MediaInput(kind: .image, url: "https://a/1.png")]
    original.externalID = "unique"
    let plain = original.overlaid(by: try OpenAIDialect.decodeRemix(["prompt": "a dog"]).request)
    var expected = original
    expected.prompt = "a dog"
    expected.externalID = nil
    #expect(plain.json == expected.json)

    let changed = original.overlaid(
      by: try OpenAIDialect.decodeRemix([
        "prompt": "a dog", "model": "n", "frames": 121, "size": "720x720", "mode": "std",
        "input_reference": "https://a/2.png",
      ]).request)
    #expect(
      changed.json == [
        "model": "n", "prompt": "a dog", "negative_prompt": "dark",
        "inputs": [["kind": "image", "url": "https://a/2.png"]], "frames": 121, "width": 720, "height": 720, "seed": 9,
        "options": ["mode": "std", "style": "x"],
      ])
    let reshaped = changed.overlaid(by: try OpenAIDialect.decodeRemix(["prompt": "b", "aspect_ratio": "1:1"]).request)
    #expect(reshaped.widthPixels == nil)
    #expect(reshaped.aspectRatio == "1:1")
  }
}
