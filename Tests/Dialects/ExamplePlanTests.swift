// SPDX-License-Identifier: Apache-2.0

import Dialects
import Jobs
import OrderedJSON
import Testing
import VideoDocuments

/// Published request bodies, from bytes to a plan, with the manifests of the plugins as they are.
@Suite struct ExamplePlanTests {
  static func catalog() throws -> Catalog {
    Catalog(try ["Jimeng", "Kling", "Seedance", "Volc"].map { CatalogEntry(try Example.manifest($0)) })
  }

  static func plan(_ body: JSON, _ environment: [String: String]) throws -> Plan {
    let catalog = try catalog()
    let decoded = try UnifiedDialect.decode(body)
    let book = try AccountBook(manifests: catalog.entries.map { $0.manifest }, environment: environment)
    return try Planner.plan(
      decoded.request, decoded: decoded.ledger, catalog: catalog, accounts: book.accounts,
      options: PlanOptions(needsSecrets: false))
  }

  /// File, plugin, roles of the inputs.
  static let examples: [(String, String, [String])] = [
    ("seedance-reference", "seedance", ["reference", "reference", "reference", "reference"]),
    ("kling-text2video", "kling", []), ("kling-image2video", "kling", ["first_frame", "last_frame"]),
    ("relay-text", "kling", []), ("relay-image", "kling", ["first_frame"]),
    ("relay-first-last", "kling", ["first_frame", "last_frame"]), ("relay-shots", "kling", ["first_frame"]),
  ]

  @Test(arguments: examples.indices, [[:], ["FILMGATE_KLING_PROFILE": "relay", "FILMGATE_SEEDANCE_PROFILE": "relay"]])
  func `Every published body can be planned strictly`(index: Int, environment: [String: String]) throws {
    let (name, plugin, roles) = Self.examples[index]
    let plan = try Self.plan(try Example.request(name), environment)
    #expect(plan.pluginID == plugin)
    #expect(plan.request.inputs.map { $0.role } == roles)
    #expect(plan.warnings.isEmpty)
  }

  @Test func `A model name that implies mode and sound is taken apart`() throws {
    let plan = try Self.plan(try Example.request("relay-image"), [:])
    #expect(plan.request.model == "kling-v3")
    #expect(plan.request.audio == true)
    #expect(plan.request.options["mode"] == "pro")
    let shots = try Self.plan(try Example.request("relay-shots"), [:])
    #expect(shots.request.shots.map { $0.durationSeconds } == [5, 5])
  }

  @Test(arguments: [
    ("seedance-reference", "unified"), ("relay-shots", "unified"), ("relay-text", "unified"),
    ("ark-first-frame", "seedance"), ("kling-text2video", "kling"), ("kling-image2video", "kling"),
  ])
  func `Every published body is recognized`(name: String, format: String) throws {
    switch try RequestFile.recognize(try Example.request(name), catalog: try Self.catalog()) {
    case .unified: #expect(format == "unified")
    case .dialect(let plugin, let route, _):
      #expect(format == plugin)
      #expect(route == "create")
    }
  }
}
