// SPDX-License-Identifier: Apache-2.0

import KlingProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite("Kling: create")
struct KlingCreateTests {
  @Test("Every fixture makes exactly its request, and its ledger names every field that was given")
  func bodies() throws {
    for fixture in try Kling.fixtures("create.json") {
      let name = fixture["name"]?.string ?? ""
      let request = try VideoRequest(try #require(fixture["request"]))
      var connection = Kling.official()
      if let given = fixture["connection"] { connection = try Connection(given) }
      let step = try Kling.create(request, connection)
      let http = try Kling.http(step)
      #expect(http.method == "POST")
      #expect(http.retry == .never)
      #expect(http.path == fixture["path"]?.string, "\(name)")
      let body = try Kling.body(step)
      if let expected = fixture["body"] {
        #expect(body.isIdentical(to: expected), "\(name): \(body.text)")
      } else {
        Issue.record("\(name) \(http.path ?? ""): \(body.text) \(step.ledger.map { $0.json.text })")
      }
      let named = Set(step.ledger.map { $0.field })
      for field in request.givenFields { #expect(named.contains(field.name), "\(name): \(field.name)") }
      #expect(named.count == step.ledger.count, "\(name): a field stands twice in the ledger")
      let unsupported = step.ledger.filter { $0.outcome == .unsupported }.map { $0.field }
      #expect(unsupported == (fixture["unsupported"]?.array ?? []).compactMap { $0.string }, "\(name)")
    }
  }
}
