// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Testing
import VideoDocuments

@Suite struct ManifestTests {
  private let text = """
    {"manifest":1,"id":"acme","version":"1.2.3","name":"Acme","summary":"s","licence":"MIT","homepage":"https://a",
    "abi":{"major":1,"minor":0},"operations":[{"name":"create","symbol":"filmgate_create","parameters":["request","out"]},
    {"name":"extend","symbol":"filmgate_extend","kind":"extra","parameters":[{"name":"seconds","type":"i32","default":5},
    {"name":"later","optional":true}]}],"profiles":[{"id":"official","name":"Official","base_url":"https://a",
    "authentication":[{"scheme":"bearer","secrets":[{"name":"api_key","environment":["ACME_KEY"]}]}],
    "allowed_hosts":["*.a"]}],"models":[{"id":"acme-1","name":"Acme 1","aliases":["one",{"name":"one-hd","sets":{"resolution":"1080p"}}],
    "patterns":["ep-*"],"fields":{"seed":{"type":"integer","minimum":-1.0,"maximum":9.0,"also":[-2],"default":-1},
    "aspect_ratio":{"type":"text","values":["16:9"],"defaults":[{"when":{"scenario":"text"},"value":"16:9"}]}},
    "options":{"mode":{"type":"text","required":true,"maximum_characters":3}},"inputs":[{"kind":"image","role":"first_frame",
    "maximum":1,"formats":["png"],"maximum_bytes":5,"minimum_side_pixels":3,"maximum_ratio":2.5,"forms":["url"]}],
    "exclusive":[["seed","image.first_frame"]],"rules":[{"when":{"mode":"x"},"require":["seed"],"forbid":["prompt"],
    "fields":{"seed":{"type":"integer"}},"because":"so"}],"sizes":{"720p":{"16:9":[1280,720]}},"frame_rate":24,
    "price":{"currency":"USD","unit":"second","as_of":"2026-11-01","rows":[{"when":{"mode":"x"},"amount":"0.07"}],"note":"n"},
    "typical_seconds":60}],"dialect":{"name":"acme","mount":"/acme","routes":[{"name":"create","method":"POST",
    "path":"/v1/{kind}","query":{"Action":"Go"}}],"authentication":[{"scheme":"bearer","secrets":[]}],
    "recognizes":[{"members":["content"],"route":"create","parameters":[["kind","x"]]}]},"statuses":{"done":"succeeded"},
    "polling":{"first_ms":1,"interval_ms":2,"slow_after_ms":3,"slow_interval_ms":4},"state_version":2}
    """

  @Test func aManifestComesBack() throws {
    let manifest = try Manifest(JSON(parsing: text))
    #expect(try Manifest(manifest.json) == manifest)
    #expect(manifest.models[0].aliases[1].sets == ["resolution": "1080p"])
    #expect(manifest.models[0].size(resolution: "720p", aspectRatio: "16:9")?.widthPixels == 1280)
    #expect(manifest.dialect?.routes[0].query == [NameValuePair("Action", "Go")])
  }

  @Test func rulesReplaceFactsWhileTheyHold() throws {
    let model = try Manifest(JSON(parsing: text)).models[0]
    var request = VideoRequest(model: "acme-1")
    #expect(model.facts(of: "seed", for: request, profile: nil)?.maximum == 9)
    request.options = ["mode": "x"]
    #expect(model.facts(of: "seed", for: request, profile: nil)?.maximum == nil)
  }

  @Test func aNewerFormatIsRefused() {
    #expect(throws: DocumentFailure.self) { try Manifest(JSON(parsing: #"{"manifest":2,"id":"a","version":"1"}"#)) }
  }

  @Test(arguments: ["", "A", "a b", "../a", "-a", "abcdefghijklmnopqrstuvwxyzabcdefg"])
  func anIDThatCouldBeAPathIsRefused(_ id: String) {
    #expect(throws: DocumentFailure.self) {
      try Manifest(["manifest": 1, "id": .string(id), "version": "1"])
    }
  }

  @Test func aStatusWordMustMeanAPhase() {
    #expect(throws: DocumentFailure.self) {
      try Manifest(JSON(parsing: #"{"manifest":1,"id":"a","version":"1","statuses":{"x":"finished"}}"#))
    }
  }
}
