// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// A plugin's routes, from its manifest. What the manifest does not document is described as an object.
struct PluginOperations {
  private let manifest: Manifest
  private let dialect: DialectFacts
  /// In front of the names of this plugin's schemas, which are its own affair.
  private let prefix: String
  /// Where its routes stand.
  private let mount: String

  /// Nil for a plugin without a wire format of its own.
  ///
  /// - Parameter isVendors: at the vendor's own paths, as for clients that take a host and no path.
  init?(_ manifest: Manifest, isVendors: Bool = false) {
    guard let dialect = manifest.dialect else { return nil }
    mount = isVendors ? dialect.vendorMount : dialect.mount
    self.manifest = manifest
    self.dialect = dialect
    prefix = "\(manifest.id)."
  }

  /// The schema of answers that are errors.
  var failure: String { schemaName(dialect.documentation?.failure) }

  var schemas: [(name: String, schema: JSON)] {
    (dialect.documentation?.schemas ?? JSONObject()).map { ("\(prefix)\($0.key)", rewritten($0.value)) }
  }

  /// One operation for each method and path. Routes that differ in their query alone are one: the document knows paths.
  var operations: [OpenAPIOperation] {
    var operations: [OpenAPIOperation] = []
    for (number, group) in groups.enumerated() {
      let first = group[0]
      let facts = group.map { route in documentation(of: route) }
      let bodies = unique(facts.map { schemaName($0?.body) })
      let replies = unique(facts.map { schemaName($0?.reply) })
      let summary = unique(facts.compactMap { $0?.summary }.filter { !$0.isEmpty }).joined(separator: ", ")
      var operation = OpenAPIOperation(
        method: first.method.uppercased(), path: path(of: first),
        name: "\(manifest.id)\(mount == dialect.mount ? "" : "-vendor")-\(first.name)-\(number + 1)",
        tag: manifest.id, summary: summary.isEmpty ? first.name : summary, failure: failure)
      operation.ownParameters = pathParameters(first) + queryParameters(group, facts)
      if operation.method == "POST" || operation.method == "PUT" || operation.method == "PATCH" {
        operation.body = bodies
        operation.parameters = ["DryRun", "IdempotencyKey", "RequestID"]
      }
      // A dry run is answered in the host's own words, whatever the route.
      let isWriting = !operation.body.isEmpty
      operation.replies = [(200, "As the format has it.", .json(replies + (isWriting ? ["DryRun"] : [])))]
      operations.append(operation)
    }
    return operations
  }

  private var groups: [[RouteFacts]] {
    var order: [String] = []
    var groups: [String: [RouteFacts]] = [:]
    for route in dialect.routes where route.notOffered == nil {
      let key = "\(route.method.uppercased()) \(path(of: route))"
      if groups[key] == nil { order.append(key) }
      groups[key, default: []].append(route)
    }
    return order.compactMap { groups[$0] }
  }

  private func path(of route: RouteFacts) -> String { "\(mount)\(route.path)" }

  private func documentation(of route: RouteFacts) -> DialectDocumentation.Route? {
    dialect.documentation?.routes.first { $0.name == route.name }?.facts
  }

  private func schemaName(_ name: String?) -> String {
    guard let name, dialect.documentation?.schemas[name] != nil else { return "AnyObject" }
    return "\(prefix)\(name)"
  }

  private func unique(_ names: [String]) -> [String] {
    var seen: Set<String> = []
    return names.filter { seen.insert($0).inserted }
  }

  private func pathParameters(_ route: RouteFacts) -> [JSON] {
    route.path.split(separator: "/").filter { $0.hasPrefix("{") && $0.hasSuffix("}") }.map { part in
      [
        "name": .string(String(part.dropFirst().dropLast())), "in": "path", "required": true,
        "schema": ["type": "string", "pattern": "^[A-Za-z0-9_-][A-Za-z0-9._-]*$"],
      ]
    }
  }

  /// What tells the routes of one path apart, and what their documentation adds.
  private func queryParameters(_ routes: [RouteFacts], _ facts: [DialectDocumentation.Route?]) -> [JSON] {
    var parameters: [JSON] = []
    var seen: Set<String> = []
    for name in routes.flatMap({ $0.query.map { $0.name } }) where seen.insert(name).inserted {
      let values = unique(routes.compactMap { $0.query.first(name) })
      parameters.append([
        "name": .string(name), "in": "query", "required": true,
        "schema": ["type": "string", "enum": .array(values.map { .string($0) })],
      ])
    }
    for member in facts.flatMap({ $0?.query ?? [] }) where seen.insert(member.name).inserted {
      parameters.append([
        "name": .string(member.name), "in": "query", "description": .string(member.summary),
        "schema": rewritten(member.schema),
      ])
    }
    return parameters
  }

  /// The schema with its references made those of the whole document.
  private func rewritten(_ schema: JSON) -> JSON {
    switch schema {
    case .object(let object):
      return .object(
        JSONObject(
          object.map { key, value in
            guard key == "$ref", let name = value.string else { return (key, rewritten(value)) }
            return (key, .string("#/components/schemas/\(schemaName(name))"))
          }))
    case .array(let elements): return .array(elements.map(rewritten))
    default: return schema
    }
  }
}
