// SPDX-License-Identifier: Apache-2.0

import Dialects
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct UnifiedDecodeTests {
  @Test func `A body with references is read with its metadata`() throws {
    let decoded = try UnifiedDialect.decode(try Example.request("seedance-reference"))
    let request = decoded.request
    #expect(request.model == "doubao-seedance-2-0-260128")
    #expect(request.prompt?.hasPrefix("First-person POV throughout") == true)
    #expect(request.inputs.map { $0.kind } == [.image, .image, .video, .audio])
    #expect(request.inputs.allSatisfy { $0.role == nil })
    #expect(request.inputs[2].url?.hasSuffix("r2v_tea_video1.mp4") == true)
    #expect(request.audio == true)
    #expect(request.resolution == "480p")
    #expect(request.aspectRatio == "4:3")
    #expect(request.durationSeconds == 5)
    #expect(request.watermark == false)
    #expect(request.options.isEmpty)
    #expect(decoded.warnings.isEmpty)
    #expect(decoded.ledger.isEmpty)
  }

  /// File, what it means without the prompt's text.
  static let bodies: [(String, JSON)] = [
    (
      "kling-text2video",
      [
        "model": "kling-v3", "prompt": "A cat playing piano in the garden", "negative_prompt": "blurry, low quality",
        "duration_seconds": 4, "aspect_ratio": "16:9", "audio": true, "options": ["cfg_scale": 0.7, "mode": "pro"],
      ]
    ),
    (
      "kling-image2video",
      [
        "model": "kling-v3", "prompt": "A cat playing piano in the garden", "negative_prompt": "blurry, low quality",
        "inputs": [
          ["kind": "image", "url": "https://example.com/first-frame.jpg"],
          ["kind": "image", "role": "last_frame", "url": "https://example.com/last-frame.jpg"],
        ], "duration_seconds": 4, "audio": true, "options": ["cfg_scale": 0.7, "mode": "pro"],
      ]
    ),
    (
      "relay-text",
      [
        "model": "kling-v3-std-silent", "prompt": " camera, Yes, camera, action. ", "negative_prompt": "blur, ",
        "duration_seconds": 5, "aspect_ratio": "16:9", "options": ["cfg_scale": 0.5, "shot_type": "customize"],
      ]
    ),
    (
      "relay-image",
      [
        "model": "kling-v3-pro-audio", "prompt": ", action, and. ", "negative_prompt": "artifacts, ",
        "inputs": [["kind": "image", "url": "https://example.com/start-frame.png"]], "duration_seconds": 6,
        "aspect_ratio": "16:9", "options": ["cfg_scale": 0.6, "shot_type": "intelligent"],
      ]
    ),
    (
      "relay-first-last",
      [
        "model": "kling-v3-pro-silent", "prompt": " camera, keep identity stable, natural motion. ",
        "inputs": [
          ["kind": "image", "url": "https://example.com/first-frame.png"],
          ["kind": "image", "role": "last_frame", "url": "https://example.com/last-frame.png"],
        ], "duration_seconds": 8, "options": ["cfg_scale": 0.5, "shot_type": "customize"],
      ]
    ),
    (
      "relay-shots",
      [
        "model": "kling-v3-std-audio", "inputs": [["kind": "image", "url": "https://example.com/source-image.png"]],
        "duration_seconds": 10, "shots": [["prompt": "camera. "], ["prompt": " camera. "]],
        "options": ["shot_type": "customize"],
      ]
    ),
  ]

  @Test(arguments: bodies.indices)
  func `Published bodies mean what they say`(index: Int) throws {
    let (name, expected) = Self.bodies[index]
    let decoded = try UnifiedDialect.decode(try Example.request(name))
    #expect(decoded.request.json == expected, "\(decoded.request.json.prettyText())")
    #expect(decoded.warnings.isEmpty)
  }

  /// Body, meaning.
  static let meanings: [(JSON, JSON)] = [
    (["model": "m", "prompt": .null, "image": .null, "duration": .null, "metadata": .null], ["model": "m"]),
    (
      ["model": "m", "duration": "5", "seed": "-1", "n": 2.0, "fps": "24", "width": "1280", "height": 720.0],
      [
        "model": "m", "duration_seconds": 5, "width": 1280, "height": 720, "fps": 24, "seed": -1, "count": 2,
      ]
    ),
    (
      ["model": "m", "seconds": "8", "size": "720x1280"],
      [
        "model": "m", "duration_seconds": 8, "width": 720, "height": 1280,
      ]
    ),
    (
      ["model": "m", "ratio": "16:9", "generate_audio": "off"], ["model": "m", "aspect_ratio": "16:9", "audio": false]
    ),
    (["model": "m", "audio": false, "sound": "off"], ["model": "m", "audio": false]),
    (["model": "m", "duration": -1], ["model": "m", "duration_seconds": -1]),
    (["model": "m", "response_format": "url", "user": 7], ["model": "m", "user": "7"]),
    (
      ["model": "m", "metadata": ["x": ["y": 1]], "extra_body": ["z": true], "w": "v"],
      [
        "model": "m", "options": ["w": "v", "z": true, "x": ["y": 1]],
      ]
    ),
    (["model": "m", "metadata": "{\"seed\": 3}"], ["model": "m", "seed": 3]),
    (["model": "m", "extra_body": ["metadata": ["seed": 3]]], ["model": "m", "seed": 3]),
    (["model": "m", "metadata": ["model": "m"]], ["model": "m"]),
    (
      ["model": "m", "image": "https://a/1.png", "images": ["https://a/1.png"]],
      [
        "model": "m", "inputs": [["kind": "image", "url": "https://a/1.png"]],
      ]
    ),
    (
      ["model": "m", "image": ["https://a/1.png", "https://a/2.png"], "video": "https://a/v.mp4"],
      [
        "model": "m",
        "inputs": [
          ["kind": "image", "url": "https://a/1.png"], ["kind": "image", "url": "https://a/2.png"],
          ["kind": "video", "url": "https://a/v.mp4"],
        ],
      ]
    ),
    (
      [
        "model": "m",
        "images": [["url": "https://a/1.png", "role": "reference_image"], ["image_url": ["url": "asset://x"]]],
      ],
      [
        "model": "m",
        "inputs": [
          ["kind": "image", "role": "reference", "url": "https://a/1.png"], ["kind": "image", "url": "asset://x"],
        ],
      ]
    ),
    (
      ["model": "m", "image": "aGVsbG8="],
      [
        "model": "m", "inputs": [["kind": "image", "url": "data:application/octet-stream;base64,aGVsbG8="]],
      ]
    ),
    (
      ["model": "m", "image": "filmgate-asset:inline-1", "last_image": ""],
      [
        "model": "m", "inputs": [["kind": "image", "url": "filmgate-asset:inline-1"]],
      ]
    ),
    (
      ["model": "m", "multi_prompt": ["a", ["prompt": "b", "duration": "3"]]],
      [
        "model": "m", "shots": [["prompt": "a"], ["prompt": "b", "duration_seconds": 3]],
      ]
    ),
    (
      ["model": "m", "multi_prompt": [["index": 2, "prompt": "b"], ["index": "1", "prompt": "a"]]],
      [
        "model": "m", "shots": [["prompt": "a"], ["prompt": "b"]],
      ]
    ),
  ]

  @Test(arguments: meanings.indices)
  func `Numbers, names and forms vary and mean the same`(index: Int) throws {
    let (body, expected) = Self.meanings[index]
    let decoded = try UnifiedDialect.decode(body)
    #expect(decoded.request.json == expected, "\(decoded.request.json)")
  }

  @Test func `A wish that is always granted is in the ledger`() throws {
    let decoded = try UnifiedDialect.decode(["model": "m", "response_format": "url"])
    #expect(decoded.ledger.map { $0.field } == ["response_format"])
    #expect(decoded.ledger.map { $0.outcome } == [.translated])
  }

  @Test func `The top wins over extra_body, and that over metadata, with a warning`() throws {
    let decoded = try UnifiedDialect.decode([
      "model": "m", "duration": 5, "extra_body": ["seconds": 6, "style": "a", "seed": 1],
      "metadata": ["duration": 5, "style": "b", "seed": 2],
    ])
    #expect(decoded.request.durationSeconds == 5)
    #expect(decoded.request.seed == 1)
    #expect(decoded.request.options["style"] == "a")
    #expect(
      decoded.warnings.sorted() == [
        "extra_body.seconds is overridden by duration.", "metadata.seed is overridden by extra_body.seed.",
        "metadata.style is overridden by extra_body.style.",
      ])
  }

  /// Body, field, message.
  static let broken: [(JSON, String?, String)] = [
    ([1], nil, "The request is not a JSON object."),
    (["model": 5], "model", "model is 5, which is not a text."),
    (["prompt": ["a"]], "prompt", "prompt is a list of 1, which is not a text."),
    (
      ["duration": "long"], "duration",
      "duration is \"long\", which is not a number of whole seconds (or -1 where the model may choose)."
    ),
    (
      ["metadata": ["duration": 5.5]], "metadata.duration",
      "metadata.duration is 5.5, which is not a number of whole seconds (or -1 where the model may choose)."
    ),
    (["duration": 5, "seconds": 6], "seconds", "duration and seconds mean the same and have different values."),
    (["audio": true, "sound": "off"], "sound", "audio and sound mean the same and have different values."),
    (["seed": "abc"], "seed", "seed is \"abc\", which is not a whole number."),
    (["n": 0], "n", "n is 0, which is not a whole number from 1."),
    (["size": "big"], "size", "size is \"big\", which is not a size like \"1280x720\"."),
    (["size": "1280x"], "size", "size is \"1280x\", which is not a size like \"1280x720\"."),
    (["size": "1280x720", "width": 1920], "size", "size 1280x720 and width 1920 contradict each other."),
    (
      ["generate_audio": "loud"], "generate_audio",
      "generate_audio is \"loud\", which is not true or false (on or off)."
    ),
    (
      ["response_format": "b64_json"], "response_format",
      "response_format \"b64_json\" is not available: clips are too large for a JSON answer."
    ),
    (["metadata": [1]], "metadata", "metadata is not an object."),
    (
      ["model": "m", "metadata": ["model": "other"]], "metadata.model",
      "metadata.model may not change the model that is asked for."
    ),
    (
      ["model": "m", "metadata": ["model_name": "m"]], "metadata.model_name",
      "metadata.model_name may not change the model that is asked for."
    ),
    (
      ["model": "m", "extra_body": ["req_key": "x"]], "extra_body.req_key",
      "extra_body.req_key may not change the model that is asked for."
    ),
    (["image": "not base64!"], "image", "image is neither a link nor base64."),
    (["images": ["https://a/1.png", "ftp://a/1.png"]], "images[1]", "images[1] is neither a link nor base64."),
    (["images": [5]], "images[0]", "images[0] is 5, which is not a link, base64, or an object with a url."),
    (["image": "https://a/b c"], "image", "image is a link with spaces or control characters in it."),
    (
      ["last_image": ["https://a/1", "https://a/2"]], "last_image",
      "2 last images were given; a clip has one last frame."
    ),
    (["multi_prompt": "a"], "multi_prompt", "multi_prompt is \"a\", which is not a list of shots."),
    (
      ["multi_prompt": [["text": "a"]]], "multi_prompt[0]",
      "multi_prompt[0] is an object, which is not a text or an object with a prompt."
    ),
    (
      ["multi_prompt": [["prompt": "a", "duration": 0]]], "multi_prompt[0].duration",
      "multi_prompt[0].duration is 0, which is not a whole number above 0."
    ),
    (
      ["multi_prompt": [["prompt": "a", "index": 1], ["prompt": "a", "index": 1]]], "multi_prompt",
      "Two elements of multi_prompt have the same index."
    ),
  ]

  @Test(arguments: broken.indices)
  func `A member that is not what it should be is told by the caller's name for it`(index: Int) throws {
    let (body, field, message) = Self.broken[index]
    let failure = #expect(throws: Failure.self) { try UnifiedDialect.decode(body) }
    #expect(failure?.message == message)
    #expect(failure?.field == field)
    #expect(failure?.advice?.isEmpty == false)
  }
}
