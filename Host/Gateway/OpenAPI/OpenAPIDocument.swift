// SPDX-License-Identifier: Apache-2.0

import Jobs
public import OrderedJSON
public import VideoDocuments

/// Describes every route of a gateway for OpenAPI 3.1: the host's own, and those of the plugins that are in use.
public enum OpenAPIDocument {
  /// The document. `manifests` are those of the usable plugins; `version` is the product's.
  public static func make(manifests: [Manifest], version: String) -> JSON {
    let plugins = manifests.compactMap { PluginOperations($0) }
    let hosts = Set(HostOperations.all.map { $0.path })
    // The vendors' own paths are served too; of those only what shares a path with others is told, lest all of it be
    // told twice.
    let shared = manifests.compactMap { PluginOperations($0, isVendors: true) }
      .flatMap { $0.operations.filter { hosts.contains($0.path) } }
    let operations = HostOperations.all + plugins.flatMap { $0.operations } + shared
    var paths = JSONObject()
    for operation in operations {
      var path = paths[operation.path]?.object ?? JSONObject()
      // Two plugins under one mount: the first has the route.
      guard path[operation.method.lowercased()] == nil else { continue }
      path[operation.method.lowercased()] = operation.json
      paths[operation.path] = .object(path)
    }
    return [
      "openapi": "3.1.0",
      "info": [
        "title": "Filmgate", "version": .string(version),
        "license": ["name": "Apache-2.0", "identifier": "Apache-2.0"],
        "description": .string(description),
      ],
      "servers": [["url": "/"]],
      "security": [["key": []], ["token": []], ["signature": []]],
      "paths": .object(paths),
      "components": components(manifests, plugins, Set(operations.map { $0.failure })),
    ]
  }

  private static let description = """
    Video generation on any provider. A task made in one of the wire formats can be read in all of them. Members that \
    are null count as not given; numbers may be sent as texts.
    """

  private static func components(
    _ manifests: [Manifest], _ plugins: [PluginOperations], _ failures: Set<String>
  ) -> JSON {
    var components = fixed
    var schemas = components["schemas"]?.object ?? JSONObject()
    schemas["ModelName"] = modelName(manifests)
    for (name, schema) in plugins.flatMap({ $0.schemas }) { schemas[name] = schema }
    components["schemas"] = .object(schemas)
    var responses = JSONObject()
    for schema in failures.sorted() {
      for failure in OpenAPIFailures.all {
        var response: JSONObject = [
          "description": .string(failure.meaning),
          "headers": ["X-Request-Id": ["$ref": "#/components/headers/RequestId"]],
        ]
        var content = JSONObject()
        if !failure.status.hasSuffix("XX") { content["application/json"] = ["schema": OpenAPISchema.any([schema])] }
        if failure.isOfHTTP { content["text/plain"] = ["schema": ["type": "string"]] }
        response["content"] = .object(content)
        responses[failure.name(schema)] = .object(response)
      }
    }
    components["responses"] = .object(responses)
    components["headers"] = headers
    components["securitySchemes"] = [
      "key": ["type": "http", "scheme": "bearer", "description": "A key of the gateway's own."],
      "token": [
        "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
        "description": "HS256 over the key's secret; iss is the key's id, nbf and exp bound its life.",
      ],
      "signature": [
        "type": "apiKey", "in": "header", "name": "Authorization",
        "description": "HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…, with X-Date within 15 minutes.",
      ],
    ]
    return .object(components)
  }

  /// Names that callers may ask for. A name that a pattern of a plugin matches is one too.
  private static func modelName(_ manifests: [Manifest]) -> JSON {
    var names: [String] = []
    var patterns: [String] = []
    for model in manifests.flatMap({ $0.models }) {
      names += [model.id] + model.aliases.map { $0.name }
      patterns += model.patterns
    }
    var seen: Set<String> = []
    names = (names + ["studio"]).filter { seen.insert($0).inserted }
    let list: JSON = ["enum": .array(names.map { .string($0) })]
    guard !patterns.isEmpty else { return list }
    return [
      "anyOf": [
        list, ["type": "string", "pattern": .string("^(\(patterns.map(expression).joined(separator: "|")))$")],
      ]
    ]
  }

  /// `ep-*` as a regular expression.
  private static func expression(_ pattern: String) -> String {
    var text = ""
    for scalar in pattern.unicodeScalars {
      switch scalar {
      case "*": text += ".*"
      case "a"..."z", "A"..."Z", "0"..."9", "-", "_": text.unicodeScalars.append(scalar)
      default: text += "\\\(scalar)"
      }
    }
    return text
  }

  private static let headers: JSON = [
    "RequestId": [
      "description": "Names the request in the log; the caller's own where it sent a plain one.",
      "schema": ["type": "string"],
    ],
    "X-Filmgate-Warnings": [
      "description": "A JSON array of sentences, in ASCII: fields without effect and the like.",
      "schema": ["type": "string"],
    ],
    "Retry-After": ["description": "Seconds until it is worth asking again.", "schema": ["type": "string"]],
    "openai-poll-after-ms": [
      "description": "Milliseconds until it is worth asking again.", "schema": ["type": "string"],
    ],
    "Idempotency-Replayed": ["description": "true: this is the first reply again.", "schema": ["type": "string"]],
  ]

  /// `components.json`: schemas and parameters of the host's own routes.
  private static let fixed: JSONObject = {
    guard let components = (try? JSON(parsing: PackageResources.components_json))?.object else { return JSONObject() }
    return components
  }()
}
