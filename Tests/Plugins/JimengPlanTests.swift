// SPDX-License-Identifier: Apache-2.0

import JimengProvider
import Jobs
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

/// Jimeng's manifest, judged by the planner that will read it.
@Suite("Jimeng: planning")
struct JimengPlanTests {
  private func plan(_ request: VideoRequest, profile: String = "official") throws -> Plan {
    let manifest = try Jimeng.manifest()
    let facts = try #require(manifest.profiles.first { $0.id == profile })
    let account = Account(
      name: "jimeng/\(profile)", pluginID: "jimeng", profile: profile, baseURL: "https://jimeng.example",
      authentication: facts.authentication[0])
    return try Planner.plan(request, catalog: Catalog([CatalogEntry(manifest)]), accounts: [account])
  }

  @Test("Every fixture passes a strict planner, and nothing of it is without effect, unless it says so")
  func fixtures() throws {
    for fixture in try Jimeng.fixtures("create.json") where fixture["unsupported"] == nil {
      let name = fixture["name"]?.string ?? ""
      let request = try VideoRequest(try #require(fixture["request"]))
      do {
        let connection = try fixture["connection"].map { try Connection($0) } ?? Jimeng.official
        let plan = try plan(request, profile: connection.profile)
        let step = try Jimeng.create(plan.request, connection)
        let check = LedgerCheck.merge(planned: plan.ledger, fromPlugin: step.ledger, request: plan.request)
        #expect(check.unsupported.isEmpty, "\(name): \(check.unsupported)")
      } catch let failure as PlanFailure {
        Issue.record("\(name): \(failure.problems.map { $0.message })")
      }
    }
  }

  @Test("A key in place of a model decides resolution and inputs")
  func keys() throws {
    let image = MediaInput(kind: .image, url: "https://example.com/a.png")
    func key(_ name: String, _ images: Int, resolution: String? = nil) throws -> String? {
      var request = VideoRequest(model: name, prompt: "p")
      request.inputs = Array(repeating: image, count: images)
      request.resolution = resolution
      return try Jimeng.create(plan(request).request).state?["req_key"]?.string
    }
    #expect(try key("jimeng_t2v_v30_1080p", 0) == "jimeng_t2v_v30_1080p")
    #expect(try key("jimeng_i2v_first_v30_1080", 1) == "jimeng_i2v_first_v30_1080")
    #expect(try key("jimeng_i2v_first_tail_v30", 2) == "jimeng_i2v_first_tail_v30")
    #expect(try key("jimeng-v3", 2, resolution: "1080p") == "jimeng_i2v_first_tail_v30_1080")
    #expect(throws: PlanFailure.self) { try key("jimeng_t2v_v30", 1) }
    #expect(throws: PlanFailure.self) { try key("jimeng_i2v_first_v30", 0) }
    #expect(throws: PlanFailure.self) { try key("jimeng_i2v_first_v30", 2) }
    #expect(throws: PlanFailure.self) { try key("jimeng_i2v_first_tail_v30", 1) }
    #expect(throws: PlanFailure.self) { try key("jimeng_t2v_v30", 0, resolution: "1080p") }
  }

  @Test("What the vendor's tables forbid is refused before anything is bought")
  func limits() throws {
    let first: JSON = ["kind": "image", "role": "first_frame", "url": "https://example.com/a.png"]
    let file: JSON = ["kind": "image", "role": "reference", "asset": "a1", "byte_count": 1_000]
    let video: JSON = [
      "kind": "video", "role": "reference", "url": "https://example.com/v.mp4", "duration_seconds": 31,
    ]
    func sized(_ width: Int, _ height: Int, bytes: Int = 1_000) -> JSON {
      [
        "kind": "image", "role": "first_frame", "asset": "a1", "media_type": "image/png",
        "byte_count": .number(JSONNumber(bytes)), "width": .number(JSONNumber(width)),
        "height": .number(JSONNumber(height)),
      ]
    }
    let refused: [(String, JSON)] = [
      ("no prompt", ["model": "jimeng-v3"]),
      ("too long a prompt", ["model": "jimeng-v3", "prompt": .string(String(repeating: "x", count: 801))]),
      ("7 s", ["model": "jimeng-v3", "prompt": "p", "duration_seconds": 7]),
      ("frames", ["model": "jimeng-v3", "prompt": "p", "frames": 122]),
      ("frames and seconds", ["model": "jimeng-v3", "prompt": "p", "frames": 121, "duration_seconds": 5]),
      ("resolution", ["model": "jimeng-v3-pro", "prompt": "p", "resolution": "720p"]),
      ("ratio", ["model": "jimeng-v3", "prompt": "p", "aspect_ratio": "2:1"]),
      ("seed", ["model": "jimeng-v3", "prompt": "p", "seed": -2]),
      ("watermark", ["model": "jimeng-v3", "prompt": "p", "watermark": true]),
      ("no template", ["model": "jimeng-v3-recamera", "inputs": [first]]),
      ("template", ["model": "jimeng-v3-recamera", "inputs": [first], "options": ["template_id": "spin"]]),
      ("no image", ["model": "jimeng-v3-recamera", "options": ["template_id": "handheld"]]),
      ("two frames on pro", ["model": "jimeng-v3-pro", "inputs": [first, first]]),
      ("a file where links are taken", ["model": "jimeng-dream-actor-m1", "inputs": [file, video]]),
      ("31 s of video", ["model": "jimeng-dream-actor-m1", "inputs": [first, video]]),
      ("no sound", ["model": "jimeng-omnihuman-v15", "inputs": [first]]),
      ("a small image", ["model": "jimeng-v3", "inputs": [sized(319, 400)]]),
      ("a long image", ["model": "jimeng-v3", "inputs": [sized(1_300, 400)]]),
      ("too many pixels", ["model": "jimeng-v3", "inputs": [sized(4_097, 4_000)]]),
      ("too many bytes", ["model": "jimeng-v3", "inputs": [sized(640, 480, bytes: 4_928_308)]]),
    ]
    for (name, request) in refused {
      do {
        let plan = try plan(VideoRequest(request))
        Issue.record("\(name) was planned: \(plan.request.json)")
      } catch is PlanFailure {
      }
    }
  }
}
