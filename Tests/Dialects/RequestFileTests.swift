// SPDX-License-Identifier: Apache-2.0

import Dialects
import Jobs
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct RequestFileTests {
  static func catalog() throws -> Catalog {
    Catalog([
      CatalogEntry(
        try Example.manifest(
          id: "first", model: "first-1",
          dialect: [
            "name": "first", "mount": "/first",
            "routes": [["name": "create", "method": "POST", "path": "/tasks", "query": ["v": "2"]]],
            "recognizes": [
              ["members": ["model", "content"], "route": "create"],
              ["members": ["model", "prompt"], "route": "create"],
              ["members": ["model", "mode"], "route": "create", "parameters": [["kind", "text"]]],
            ],
          ])),
      CatalogEntry(
        try Example.manifest(
          id: "second", model: "second-1",
          dialect: [
            "name": "second", "mount": "/second", "routes": [["name": "make", "method": "POST", "path": "/"]],
            "recognizes": [
              ["members": ["model", "content"], "route": "make"], ["members": ["key"], "route": "make"],
            ],
          ])),
    ])
  }

  static func name(_ file: RequestFile) -> String {
    switch file {
    case .unified: "unified"
    case .dialect(let plugin, let route, let head):
      "\(plugin) \(route) \(head.method) \(head.path)\(head.query.map { " \($0.name)=\($0.value)" }.joined())"
        + head.parameters.map { " \($0.name):\($0.value)" }.joined()
    }
  }

  @Test(
    arguments: [
      (["model": "x", "prompt": "p"], "unified"), (["prompt": "p"], "unified"),
      (["model": "x", "content": []], "first create POST /tasks v=2"),
      (["model": "second-1", "content": []], "second make POST /"),
      (["model": "second/second-1", "content": []], "second make POST /"),
      (["model": "first-1", "mode": "pro", "prompt": "p"], "first create POST /tasks v=2 kind:text"),
      (["model": "second-1", "mode": "pro", "prompt": "p"], "unified"),
      (["model": "unknown", "mode": "pro"], "first create POST /tasks v=2 kind:text"),
      (["model": "x", "content": .null, "prompt": "p"], "unified"),
      (["key": "k", "prompt": "p"], "second make POST /"),
    ] as [(JSON, String)])
  func `A body is recognized by its members`(body: JSON, expected: String) throws {
    #expect(Self.name(try RequestFile.recognize(body, catalog: try Self.catalog())) == expected)
  }

  @Test(
    arguments: [
      ([:], "The request is empty."), (["a": 1, "b": 2], "No wire format known here has the members \"a\", \"b\"."),
      ([], "The request is not a JSON object."),
    ] as [(JSON, String)])
  func `What is no request is told`(body: JSON, message: String) throws {
    let catalog = try Self.catalog()
    #expect(#expect(throws: Failure.self) { try RequestFile.recognize(body, catalog: catalog) }?.message == message)
  }
}
