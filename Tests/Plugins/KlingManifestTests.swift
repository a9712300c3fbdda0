// SPDX-License-Identifier: Apache-2.0

import KlingProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite("Kling: manifest and prices")
struct KlingManifestTests {
  @Test("The manifest is one, within the host's limit, and names every model of the vendor's map")
  func models() throws {
    let manifest = try Kling.manifest()
    #expect(KlingProvider.manifest.count < 256 * 1024)
    #expect(
      Set(manifest.models.map { $0.id }) == [
        "kling-v1", "kling-v1-5", "kling-v1-6", "kling-v2-master", "kling-v2-1", "kling-v2-1-master",
        "kling-v2-5-turbo", "kling-v2-6", "kling-v3", "kling-video-o1", "kling-v3-omni", "kling-video-extend",
        "kling-effects", "kling-motion-control", "kling-avatar", "kling-lip-sync",
      ])
    #expect(manifest.profiles.map { $0.id } == ["official", "relay"])
    #expect(manifest.profiles[0].authentication.map { $0.scheme } == ["jwt-hs256", "bearer"])
    let v3 = try #require(manifest.models.first { $0.id == "kling-v3" })
    #expect(
      v3.aliases.map { $0.name } == [
        "kling-v3-std-silent", "kling-v3-std-audio", "kling-v3-pro-silent", "kling-v3-pro-audio",
      ])
    #expect(v3.aliases[3].sets == ["mode": "pro", "audio": true])
  }

  @Test("The status words of the manifest are those that the reader understands")
  func statuses() throws {
    for pair in try Kling.manifest().statuses {
      let body =
        #"{"code":0,"data":{"task_id":"1","task_status":"\#(pair.name)","#
        + #""task_result":{"videos":[{"url":"https://x"}]}}}"#
      let update = try Kling.resume("poll", state: ["kind": "text2video", "route": "official"], body)
      #expect(update.phase.rawValue == pair.value)
    }
  }

  @Test("Every field and option that the facts allow has a place in the body of some kind")
  func everyFieldHasAPlace() throws {
    for model in try Kling.manifest().models {
      for named in model.fields + model.options {
        guard named.name != "shots" else { continue }
        var request = VideoRequest(model: model.id, prompt: named.name == "prompt" ? nil : "p")
        for facts in model.inputs where facts.minimum > 0 { add(facts, to: &request) }
        let inputs = model.inputs.filter { $0.minimum == 0 && $0.role != "dynamic_mask" }
        var isPlaced = false
        // Some options go with certain inputs only.
        for extra in [nil] + inputs.map({ Optional($0) }) {
          var candidate = request
          if let extra { add(extra, to: &candidate) }
          for option in model.options where option.facts.isRequired || option.name == "face_choose" {
            candidate.options[option.name] = sample(option)
          }
          try candidate.setValue(sample(named), of: named.name)
          guard let step = try? Kling.create(candidate) else { continue }
          let name = VideoRequest.scalarFieldNames.contains(named.name) ? named.name : "options.\(named.name)"
          if step.ledger.contains(where: { $0.field == name && $0.outcome != .unsupported }) { isPlaced = true }
        }
        #expect(isPlaced, "\(model.id) \(named.name)")
      }
    }
  }

  private func add(_ facts: InputFacts, to request: inout VideoRequest) {
    request.inputs.append(MediaInput(kind: facts.kind, role: facts.role, url: "https://example.com/f"))
  }

  private func sample(_ named: NamedFacts) -> JSON {
    if let value = named.facts.defaultValue ?? named.facts.values.first { return value }
    switch named.name {
    case "camera_control": return ["type": "simple", "config": ["pan": 1]]
    case "dynamic_masks": return [["mask": "https://example.com/m", "trajectories": [["x": 1, "y": 1]]]]
    case "face_choose": return [["face_id": "0", "audio_id": "a"]]
    case "multi_prompt": return [["prompt": "a"]]
    default: break
    }
    switch named.facts.type {
    case .text: return "x"
    case .integer, .number: return .number(JSONNumber(Int(named.facts.minimum ?? 5)))
    case .flag: return true
    case .object: return [:]
    case .list: return [["element_id": 1]]
    }
  }

  @Test("A clip of a priced model costs its seconds; where no price is known, the quote says so")
  func prices() throws {
    let manifest = try Kling.manifest()
    func quote(_ model: String, _ seconds: Int, _ mode: String, audio: Bool = false) throws -> Quote {
      var request = VideoRequest(model: model, prompt: "p")
      request.durationSeconds = seconds
      request.audio = audio
      request.options["mode"] = .string(mode)
      let facts = try #require(manifest.models.first { $0.id == model })
      return try Kling.provider.quote(request, prices: facts.price)
    }
    #expect(try quote("kling-v2-6", 5, "std").expected?.decimal == "0.21")
    #expect(try quote("kling-v2-6", 10, "pro").expected?.decimal == "0.7")
    #expect(try quote("kling-v2-6", 5, "pro", audio: true).expected == nil)
    let unknown = try quote("kling-v3", 5, "std")
    #expect(unknown.expected == nil)
    #expect(!unknown.basis.isEmpty)
  }
}
