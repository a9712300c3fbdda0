// SPDX-License-Identifier: Apache-2.0

import Jobs
import KlingProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

/// Kling's manifest, judged by the planner that will read it.
@Suite("Kling: planning")
struct KlingPlanTests {
  private func plan(_ request: VideoRequest, profile: String = "official") throws -> Plan {
    let manifest = try Kling.manifest()
    let facts = try #require(manifest.profiles.first { $0.id == profile })
    let account = Account(
      name: "kling/\(profile)", pluginID: "kling", profile: profile, baseURL: "https://kling.example",
      authentication: facts.authentication[0])
    return try Planner.plan(request, catalog: Catalog([CatalogEntry(manifest)]), accounts: [account])
  }

  @Test("Every fixture passes a strict planner, and nothing of it is without effect, unless it says so")
  func fixtures() throws {
    for fixture in try Kling.fixtures("create.json") where fixture["unsupported"] == nil {
      let name = fixture["name"]?.string ?? ""
      var request = try VideoRequest(try #require(fixture["request"]))
      for index in request.inputs.indices where request.inputs[index].asset != nil {
        request.inputs[index].byteCount = 1_000
      }
      do {
        let connection = try fixture["connection"].map { try Connection($0) } ?? Kling.official()
        let plan = try plan(request, profile: connection.profile)
        let step = try Kling.create(plan.request, connection)
        let check = LedgerCheck.merge(planned: plan.ledger, fromPlugin: step.ledger, request: plan.request)
        #expect(check.unsupported.isEmpty, "\(name): \(check.unsupported)")
      } catch let failure as PlanFailure {
        Issue.record("\(name): \(failure.problems.map { $0.message })")
      }
    }
  }

  @Test("Defaults are the vendor's: mode and resolution agree, text has a ratio, an image has none")
  func defaults() throws {
    let text = try plan(VideoRequest(model: "kling-v3", prompt: "p")).request
    #expect(text.durationSeconds == 5)
    #expect(text.aspectRatio == "16:9")
    #expect(text.resolution == "720p")
    #expect(text.options["mode"] == "std")
    #expect(text.audio == false)
    var large = VideoRequest(model: "kling-v3", prompt: "p")
    large.resolution = "1080p"
    #expect(try plan(large).request.options["mode"] == "pro")
    var pro = VideoRequest(model: "kling-v3", prompt: "p")
    pro.options["mode"] = "pro"
    #expect(try plan(pro).request.resolution == "1080p")
    var image = VideoRequest(model: "kling-v3")
    image.inputs = [MediaInput(kind: .image, url: "https://example.com/a.png")]
    let planned = try plan(image).request
    #expect(planned.aspectRatio == nil)
    #expect(planned.inputs[0].role == "first_frame")
    #expect(try plan(VideoRequest(model: "kling-video-o1", prompt: "p")).request.options["mode"] == "pro")
  }

  @Test("Seed 004's names mean a mode and sound")
  func aliases() throws {
    let request = try plan(VideoRequest(model: "kling-v3-pro-audio", prompt: "p")).request
    #expect(request.model == "kling-v3")
    #expect(request.options["mode"] == "pro")
    #expect(request.audio == true)
    #expect(request.resolution == "1080p")
    let step = try Kling.create(request, Kling.relay("unified"))
    #expect(try Kling.body(step)["model"] == "kling-v3-pro-audio")
  }

  @Test("A clip to continue is all that an extension needs")
  func extensions() throws {
    var request = VideoRequest(model: "kling-video-extend")
    request.options["video_id"] = "v9"
    #expect(try Kling.body(Kling.create(plan(request).request)) == ["video_id": "v9"])
  }

  @Test("A size in pixels becomes a resolution, a ratio and so a mode")
  func sizes() throws {
    var request = VideoRequest(model: "kling-v2-6", prompt: "p")
    request.widthPixels = 1080
    request.heightPixels = 1920
    let body = try Kling.body(Kling.create(plan(request).request))
    #expect(body["mode"] == "pro")
    #expect(body["aspect_ratio"] == "9:16")
  }

  @Test("What the vendor's map forbids is refused before anything is bought")
  func limits() throws {
    let first: JSON = ["kind": "image", "role": "first_frame", "url": "https://example.com/a.png"]
    let last: JSON = ["kind": "image", "role": "last_frame", "url": "https://example.com/b.png"]
    let mask: JSON = ["kind": "image", "role": "mask", "url": "https://example.com/m.png"]
    let reference: JSON = ["kind": "image", "role": "reference", "url": "https://example.com/r.png"]
    let source: JSON = ["kind": "video", "role": "source", "url": "https://example.com/v.mp4"]
    let camera: JSON = ["type": "simple", "config": ["pan": 1]]
    let refused: [(String, JSON)] = [
      ("no prompt", ["model": "kling-v3"]),
      ("too long a prompt", ["model": "kling-v3", "prompt": .string(String(repeating: "x", count: 2_501))]),
      ("2 s", ["model": "kling-v3", "prompt": "p", "duration_seconds": 2]),
      ("16 s", ["model": "kling-v3", "prompt": "p", "duration_seconds": 16]),
      ("7 s", ["model": "kling-v2-6", "prompt": "p", "duration_seconds": 7]),
      ("ratio", ["model": "kling-v3", "prompt": "p", "aspect_ratio": "4:3"]),
      ("4k", ["model": "kling-v2-6", "prompt": "p", "resolution": "4k"]),
      ("mode", ["model": "kling-v2-6", "prompt": "p", "options": ["mode": "4k"]]),
      ("contradiction", ["model": "kling-v3", "prompt": "p", "resolution": "720p", "options": ["mode": "pro"]]),
      ("cfg_scale", ["model": "kling-v3", "prompt": "p", "options": ["cfg_scale": 1.1]]),
      ("cfg_scale on 2.x", ["model": "kling-v2-6", "prompt": "p", "options": ["cfg_scale": 0.5]]),
      ("sound in std", ["model": "kling-v2-6", "prompt": "p", "audio": true]),
      ("sound on 2.5", ["model": "kling-v2-5-turbo", "prompt": "p", "audio": true]),
      (
        "sound between frames",
        ["model": "kling-v2-6", "audio": true, "inputs": [first, last], "options": ["mode": "pro"]]
      ),
      ("voices without sound", ["model": "kling-v3", "prompt": "p", "options": ["voice_list": [["voice_id": "v"]]]]),
      ("text on 1.5", ["model": "kling-v1-5", "prompt": "p"]),
      ("text on 2.1", ["model": "kling-v2-1", "prompt": "p"]),
      ("last frame in std", ["model": "kling-v2-1", "inputs": [first, last]]),
      ("last frame alone", ["model": "kling-v3", "inputs": [last]]),
      ("last frame on a master", ["model": "kling-v2-1-master", "inputs": [first, last]]),
      ("last frame of 10 s on 1.0", ["model": "kling-v1", "duration_seconds": 10, "inputs": [first, last]]),
      ("frames and references", ["model": "kling-v1-6", "prompt": "p", "inputs": [first, reference]]),
      (
        "five references",
        ["model": "kling-v1-6", "prompt": "p", "inputs": .array(Array(repeating: reference, count: 5))]
      ),
      ("references without words", ["model": "kling-v1-6", "inputs": [reference]]),
      ("camera with an image", ["model": "kling-v1", "inputs": [first], "options": ["camera_control": camera]]),
      ("camera in pro", ["model": "kling-v1", "prompt": "p", "options": ["mode": "pro", "camera_control": camera]]),
      ("camera on 3.0", ["model": "kling-v3", "prompt": "p", "options": ["camera_control": camera]]),
      (
        "mask and last frame",
        ["model": "kling-v1-5", "inputs": [first, last, mask], "options": ["mode": "pro"]]
      ),
      ("elements from text", ["model": "kling-v3", "prompt": "p", "options": ["element_list": [["element_id": 1]]]]),
      ("seven shots", ["model": "kling-v3", "shots": .array(Array(repeating: ["prompt": "p"], count: 7))]),
      ("shots and a last frame", ["model": "kling-v3", "inputs": [first, last], "shots": [["prompt": "p"]]]),
      ("shots on 2.6", ["model": "kling-v2-6", "shots": [["prompt": "p"]]]),
      ("7 s of text on O1", ["model": "kling-video-o1", "prompt": "p", "duration_seconds": 7]),
      (
        "eight images on Omni",
        ["model": "kling-v3-omni", "prompt": "p", "inputs": .array(Array(repeating: reference, count: 8))]
      ),
      (
        "five images and a video on Omni",
        ["model": "kling-v3-omni", "prompt": "p", "inputs": .array(Array(repeating: reference, count: 5) + [source])]
      ),
      ("sound with a video on Omni", ["model": "kling-v3-omni", "prompt": "p", "audio": true, "inputs": [source]]),
      ("extension of nothing", ["model": "kling-video-extend"]),
      ("effect on nothing", ["model": "kling-effects", "options": ["effect_scene": "hug"]]),
      ("an avatar without a voice", ["model": "kling-avatar", "inputs": [first]]),
      ("a seed", ["model": "kling-v3", "prompt": "p", "seed": 7]),
      ("a wrong option", ["model": "kling-v3", "prompt": "p", "options": ["cfg_scal": 0.5]]),
      ("a small image", ["model": "kling-v3", "inputs": [image(width: 299, height: 400)]]),
      ("a wide image", ["model": "kling-v3", "inputs": [image(width: 1_300, height: 500)]]),
      ("a WebP image", ["model": "kling-v3", "inputs": [image(type: "image/webp")]]),
      ("a large image", ["model": "kling-v3", "inputs": [image(bytes: 10_485_761)]]),
      ("an empty image", ["model": "kling-v3", "inputs": [image(bytes: 0)]]),
    ]
    for (name, request) in refused {
      do {
        let plan = try plan(VideoRequest(request))
        Issue.record("\(name) was planned: \(plan.request.json)")
      } catch is PlanFailure {
      }
    }
  }

  private func image(
    width: Int = 640, height: Int = 480, type: String = "image/png", bytes: Int = 1_000
  ) -> JSON {
    [
      "kind": "image", "role": "first_frame", "asset": "a1", "media_type": .string(type),
      "byte_count": .number(JSONNumber(bytes)), "width": .number(JSONNumber(width)),
      "height": .number(JSONNumber(height)),
    ]
  }
}
