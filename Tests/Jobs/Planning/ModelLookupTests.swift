// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct ModelLookupTests {
  @Test(arguments: [
    ("acme-2", "acme", "acme-2", "acme-2"), ("acme-latest", "acme", "acme-2", "acme-2"),
    ("ep-20260101-abc", "acme", "acme-2", "ep-20260101-abc"), ("acme/acme-1", "acme", "acme-1", "acme-1"),
    ("second/acme-1", "second", "acme-1", "acme-1"), ("second/ep-1", "second", "acme-2", "ep-1"),
  ])
  func `A model is found by id, alias, pattern and plugin`(
    name: String, plugin: String, model: String, asked: String
  ) throws {
    let catalog = Catalog([CatalogEntry(try Acme.manifest()), CatalogEntry(try Acme.manifest(id: "second"))])
    let match = try catalog.model(named: name)
    #expect(match.entry.pluginID == plugin)
    #expect(match.model.id == model)
    #expect(match.requestModel == asked)
  }

  @Test func `An id wins over a pattern of a plugin that stands earlier`() throws {
    let greedy = try Acme.manifest(id: "greedy") { manifest in
      manifest.models.removeAll { $0.id != "acme-2" }
      manifest.models[0].id = "other"
      manifest.models[0].aliases = []
      manifest.models[0].patterns = ["*"]
    }
    let catalog = Catalog([CatalogEntry(greedy), CatalogEntry(try Acme.manifest())])
    #expect(try catalog.model(named: "acme-1").entry.pluginID == "acme")
    #expect(try catalog.model(named: "whatever").entry.pluginID == "greedy")
  }

  @Test func `An unknown model gets up to three suggestions`() throws {
    let catalog = Catalog([CatalogEntry(try Acme.manifest())])
    let failure = #expect(throws: Failure.self) { try catalog.model(named: "acem-2") }
    #expect(failure?.kind == .invalid)
    #expect(failure?.field == "model")
    #expect(failure?.message == "No plugin offers a model \"acem-2\"; did you mean acme-2 or acme-1?")
    #expect(failure?.advice == "Run `filmgate models` to see every model.")
    let part = #expect(throws: Failure.self) { try catalog.model(named: "motion") }
    #expect(part?.message == "No plugin offers a model \"motion\"; did you mean acme-motion?")
    let strange = #expect(throws: Failure.self) { try catalog.model(named: "zzzzzzzzzzzz") }
    #expect(strange?.message == "No plugin offers a model \"zzzzzzzzzzzz\".")
    let inPlugin = #expect(throws: Failure.self) { try catalog.model(named: "acme/acme-3") }
    #expect(inPlugin?.message.hasPrefix("Plugin acme has no model \"acme-3\"; did you mean acme-2 or acme-1") == true)
  }

  @Test func `No plugin and no name are failures of their own`() throws {
    #expect(#expect(throws: Failure.self) { try Catalog([]).model(named: "x") }?.kind == .plugin)
    let catalog = Catalog([CatalogEntry(try Acme.manifest())])
    #expect(#expect(throws: Failure.self) { try catalog.model(named: "") }?.message == "No model was named.")
  }

  @Test func `An alias implies fields, and contradicting it is an error that names both`() throws {
    let plan = try Acme.plan(["model": "acme-2-pro-silent", "prompt": "a cat", "seed": 1])
    #expect(plan.request.model == "acme-2")
    #expect(plan.request.options["mode"] == "pro")
    #expect(plan.request.audio == false)
    #expect(
      plan.ledger.contains(
        LedgerEntry("options.mode", .defaulted, value: "pro", note: "implied by the name acme-2-pro-silent")))
    let same = try Acme.plan(["model": "acme-2-pro-silent", "prompt": "a", "seed": 1, "options": ["mode": "PRO"]])
    #expect(same.request.options["mode"] == "pro")
    let problems = try Acme.problems(["model": "acme-2-pro-silent", "prompt": "a", "seed": 1, "audio": true])
    #expect(problems.count == 1)
    #expect(
      problems.first?.message
        == "The model name acme-2-pro-silent means audio false, but audio is given as true.")
    #expect(problems.first?.advice == "Leave audio out, or name the model acme-2 to choose it freely.")
  }

  @Test(arguments: [
    ("ep-*", "ep-1", true), ("ep-*", "EP-1", false), ("*", "", true), ("a*b*c", "axxbyyc", true),
    ("a*b*c", "axxbyy", false), ("", "", true), ("", "a", false), ("a", "a", true), ("*a", "bba", true),
  ])
  func `A star stands for any run of characters`(pattern: String, name: String, fits: Bool) {
    #expect(NamePattern(pattern).matches(name) == fits)
  }

  @Test func `A hostile pattern takes no exponential time`() {
    let pattern = NamePattern(String(repeating: "a*", count: 200) + "b")
    #expect(!pattern.matches(String(repeating: "a", count: 2_000)))
  }

  @Test(arguments: [("kitten", "sitting", 3), ("ab", "ba", 1), ("", "abc", 3), ("same", "same", 0)])
  func `Distances count insertions, deletions, replacements and swaps`(left: String, right: String, distance: Int) {
    #expect(EditDistance.distance(Array(left), Array(right)) == distance)
  }
}
