// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import SeedanceProvider
import Testing
import VideoDocuments
import VolcProvider

@Suite("Seedance and Volc: create")
struct ArkCreateTests {
  @Test("Every fixture makes exactly its request, and its ledger names every field that was given")
  func bodies() throws {
    let providers: [(String, any Provider)] = [("Seedance", ArkTests.seedance), ("Volc", ArkTests.volc)]
    for (folder, provider) in providers {
      for fixture in try ArkTests.fixtures("\(folder)/Fixtures/create.json") { try check(fixture, provider) }
    }
  }

  private func check(_ fixture: JSON, _ provider: any Provider) throws {
    let name = Comment(rawValue: fixture["name"]?.string ?? "")
    let request = try VideoRequest(try #require(fixture["request"]))
    let connection = try fixture["connection"].map { try Connection($0) } ?? ArkTests.official
    let step = try provider.create(
      CreateCall(request: request, connection: connection, nowMilliseconds: ArkTests.now))
    let http = try ArkTests.http(step)
    #expect(http.method == "POST", name)
    #expect(http.retry == .never, name)
    #expect(http.path == fixture["path"]?.string, name)
    #expect(step.state != nil, name)
    let body = try ArkTests.body(http)
    #expect(body.isIdentical(to: try #require(fixture["body"])), "\(name): \(body.text)")
    let named = step.ledger.map { $0.field }
    for field in request.givenFields { #expect(named.contains(field.name), "\(name): \(field.name)") }
    #expect(Set(named).count == named.count, "\(name): a field stands twice in the ledger")
    let unsupported = step.ledger.filter { $0.outcome == .unsupported }.map { $0.field }
    #expect(Set(unsupported) == Set((fixture["unsupported"]?.array ?? []).compactMap { $0.string }), name)
  }

  @Test("The model that stands for any endpoint cannot be bought itself")
  func endpointModel() throws {
    let request = VideoRequest(model: "volc-endpoint", prompt: "a cat")
    let failure = try #require(throws: Failure.self) {
      try ArkTests.volc.create(
        CreateCall(request: request, connection: ArkTests.official, nowMilliseconds: ArkTests.now))
    }
    #expect(failure.kind == .invalid)
    #expect(failure.field == "model")
  }

  @Test("Every field, option and input that the facts allow has a place in the body, at the vendor and at resellers")
  func everyFieldHasAPlace() throws {
    let relay = Connection(profile: "relay", baseURL: "https://relay.example")
    let providers: [(any Provider, [UInt8])] = [
      (ArkTests.seedance, SeedanceProvider.manifest), (ArkTests.volc, VolcProvider.manifest),
    ]
    for (provider, manifest) in providers {
      for model in try ArkTests.manifest(manifest).models {
        var request = VideoRequest(model: model.patterns.isEmpty ? model.id : "ep-1")
        for named in model.fields + model.options { try request.setValue(sample(named.facts), of: named.name) }
        request.inputs = model.inputs.map {
          MediaInput(kind: $0.kind, role: $0.role, url: "https://example.com/f")
        }
        for connection in [ArkTests.official, relay] {
          let step = try provider.create(
            CreateCall(request: request, connection: connection, nowMilliseconds: ArkTests.now))
          let lost = step.ledger.filter { $0.outcome == .unsupported }.map { $0.field }
          #expect(lost.isEmpty, "\(model.id) over \(connection.profile)")
          #expect(step.ledger.count == request.givenFields.count)
        }
      }
    }
  }

  private func sample(_ facts: FieldFacts) -> JSON {
    if let value = facts.defaultValue ?? facts.values.first { return value }
    switch facts.type {
    case .text: return "x"
    case .integer, .number: return .number(JSONNumber(Int(facts.minimum ?? 5)))
    case .flag: return true
    case .object: return [:]
    case .list: return [["type": "web_search"]]
    }
  }
}
