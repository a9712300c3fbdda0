// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import VideoDocuments

/// What can be asked for, as `GET /v1/models` and `/v1/plugins` answer it.
enum ModelListing {
  /// The list of models in the shape that OpenAI's clients read, with each model's facts beside it.
  /// `default` is the one for requests that name none.
  static func all(_ world: GatewayWorld, _ caller: Caller) -> JSON {
    var models: [JSON] = []
    var seen: Set<String> = []
    for entry in world.catalog.entries {
      for model in entry.manifest.models where caller.mayUse(model.id) && seen.insert(model.id).inserted {
        models.append(summary(model, entry))
      }
    }
    return [
      "object": "list", "data": .array(models), "default_model": world.defaultModel.map { .string($0) } ?? .null,
    ]
  }

  /// One model with all its facts, by id, alias or a name that a pattern matches.
  static func one(_ name: String, _ catalog: Catalog, _ caller: Caller) throws(Failure) -> JSON {
    let match: ModelMatch
    do throws(Failure) {
      match = try catalog.model(named: name)
    } catch {
      var failure = error
      // Here the name is the thing that is asked for.
      if failure.kind == .invalid { failure.kind = .notFound }
      throw failure
    }
    guard caller.mayUse(match.model.id) else {
      throw Failure(.permission, "This key may not use the model \(match.model.id).", field: "model")
    }
    guard var object = summary(match.model, match.entry).object else { return .null }
    object["facts"] = match.model.json
    return .object(object)
  }

  private static func summary(_ model: ModelFacts, _ entry: CatalogEntry) -> JSON {
    [
      "id": .string(model.id), "object": "model", "created": 0, "owned_by": .string(entry.pluginID),
      "aliases": .array(model.aliases.map { .string($0.name) }), "plugin": .string(entry.pluginID),
      "plugin_version": .string(entry.pluginVersion),
    ]
  }

  static func plugins(_ world: GatewayWorld) -> JSON {
    [
      "object": "list",
      "data": .array(
        world.manifests.map { manifest in
          [
            "id": .string(manifest.id), "object": "plugin", "version": .string(manifest.version),
            "name": .string(manifest.name), "models": .array(manifest.models.map { .string($0.id) }),
            "manifest": manifest.json,
          ]
        }),
    ]
  }
}

extension Caller {
  /// Whether the key may be used for the model.
  func mayUse(_ model: String) -> Bool {
    modelPatterns.isEmpty || modelPatterns.contains { NamePattern($0).matches(model) }
  }
}
