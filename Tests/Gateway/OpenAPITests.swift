// SPDX-License-Identifier: Apache-2.0
import OrderedJSON
import Testing
import VideoDocuments

@testable import Gateway

@Suite("The description of the routes") struct OpenAPITests {
  private static func manifest() throws -> Manifest {
    try Manifest([
      "manifest": 1, "id": "acme", "version": "1.0.0", "operations": [],
      "models": [["id": "acme-1", "aliases": ["one"], "patterns": ["ep-*"]]],
      "dialect": [
        "name": "acme", "mount": "/acme",
        "routes": [
          ["name": "create", "method": "POST", "path": "/tasks"],
          ["name": "get", "method": "GET", "path": "/tasks/{id}"],
          ["name": "submit", "method": "POST", "path": "/", "query": ["Action": "Submit"]],
          ["name": "result", "method": "POST", "path": "/", "query": ["Action": "Result"]],
        ],
        "documentation": [
          "routes": ["create": ["summary": "Make it", "body": "Create", "reply": "Task"]], "failure": "Failure",
          "schemas": [
            "Create": ["type": "object"], "Task": ["type": "object", "properties": ["next": ["$ref": "Task"]]],
            "Failure": ["type": "object"],
          ],
        ],
      ],
    ])
  }

  @Test("the host's operations are its routes: each leads to the pattern that it is told under")
  func hostRoutes() throws {
    let table = RouteTable([])
    for operation in HostOperations.all {
      let path = operation.path.replacing("{id}", with: "fg_1").replacing("{token}", with: "t")
      let route = try table.match(method: operation.method, path: path, query: "")
      #expect(route.pattern == operation.path, "\(operation.method) \(operation.path)")
      #expect(route.isPublic == operation.isPublic, "\(operation.path)")
    }
  }

  @Test("every reference leads somewhere, and every operation has a name of its own")
  func references() throws {
    let document = OpenAPIDocument.make(manifests: [try Self.manifest()], version: "1.2.3")
    var references: Set<String> = []
    func collect(_ json: JSON) {
      switch json {
      case .object(let object):
        for (key, value) in object {
          if key == "$ref", let text = value.string { references.insert(text) }
          collect(value)
        }
      case .array(let elements): elements.forEach(collect)
      default: return
      }
    }
    collect(document)
    #expect(references.count > 40)
    for reference in references {
      var place: JSON? = document
      for name in reference.split(separator: "/").dropFirst() { place = place?[String(name)] }
      #expect(place != nil, "\(reference)")
    }
    var names: [String] = []
    for (_, methods) in document["paths"]?.object ?? JSONObject() {
      for (_, operation) in methods.object ?? JSONObject() { names.append(operation["operationId"]?.string ?? "") }
    }
    #expect(names.count == Set(names).count && !names.contains(""))
  }

  @Test("a plugin's routes come with the schemas of its manifest, and routes of one path are one operation")
  func pluginRoutes() throws {
    let document = OpenAPIDocument.make(manifests: [try Self.manifest()], version: "1.2.3")
    let create = document["paths"]?["/acme/tasks"]?["post"]
    #expect(create?["summary"]?.string == "Make it")
    #expect(
      create?["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]?.string
        == "#/components/schemas/acme.Create")
    #expect(
      document["components"]?["schemas"]?["acme.Task"]?["properties"]?["next"]?["$ref"]?.string
        == "#/components/schemas/acme.Task")
    let actions = document["paths"]?["/acme/"]?["post"]?["parameters"]?.array?
      .first { $0["name"]?.string == "Action" }
    #expect(actions?["schema"]?["enum"]?.text == #"["Submit","Result"]"#)
    #expect(
      document["components"]?["schemas"]?["ModelName"]?.text
        == #"{"anyOf":[{"enum":["acme-1","one","studio"]},{"type":"string","pattern":"^(ep-.*)$"}]}"#)
  }
}
