// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

extension Catalog {
  /// How many names a "did you mean" holds.
  public static let maximumSuggestions = 3

  /// The model of that name: an id before an alias before a pattern, and among equals the first plugin in path order.
  /// `PLUGIN/MODEL` asks one plugin. `pluginID` narrows the search to one plugin whatever the name says.
  public func model(named name: String, pluginID: String? = nil) throws(Failure) -> ModelMatch {
    guard !entries.isEmpty else {
      throw Failure(
        .plugin, "No provider plugin is installed, so there is no model to ask.",
        advice: "Run `filmgate plugins list` to see where plugins are looked for.")
    }
    guard !name.isEmpty else {
      throw Failure(
        .invalid, "No model was named.", field: "model",
        advice:
          "Name one with `-m MODEL`; `filmgate models` lists them, `filmgate models default MODEL` sets a default.")
    }
    let searched = pluginID == nil ? entries : entries.filter { $0.pluginID == pluginID }
    if let match = Self.match(name, in: searched) { return match }
    if let slash = name.firstIndex(of: "/") {
      let prefix = String(name[..<slash])
      let rest = String(name[name.index(after: slash)...])
      let named = searched.filter { $0.pluginID == prefix }
      if let match = Self.match(rest, in: named) { return match }
      if !named.isEmpty {
        throw Self.unknown(rest, "Plugin \(prefix) has no model \(shown(rest))", in: named)
      }
    }
    let place = pluginID.map { "Plugin \($0) has no model \(shown(name))" } ?? "No plugin offers a model \(shown(name))"
    throw Self.unknown(name, place, in: searched)
  }

  private static func match(_ name: String, in entries: [CatalogEntry]) -> ModelMatch? {
    for entry in entries {
      let models = entry.manifest.models
      guard let index = models.indices.first(where: { models[$0].id == name }) else { continue }
      return ModelMatch(
        entry: entry, model: models[index], requestModel: name, matchedName: name, implied: JSONObject())
    }
    for entry in entries {
      for model in entry.manifest.models {
        guard let alias = model.aliases.first(where: { $0.name == name }) else { continue }
        return ModelMatch(entry: entry, model: model, requestModel: model.id, matchedName: name, implied: alias.sets)
      }
    }
    for entry in entries {
      for model in entry.manifest.models where model.patterns.contains(where: { NamePattern($0).matches(name) }) {
        return ModelMatch(entry: entry, model: model, requestModel: name, matchedName: name, implied: JSONObject())
      }
    }
    return nil
  }

  private static func unknown(_ name: String, _ sentence: String, in entries: [CatalogEntry]) -> Failure {
    let names = entries.flatMap { entry in
      entry.manifest.models.flatMap { model in [model.id] + model.aliases.map { $0.name } }
    }
    let close = EditDistance.suggestions(for: name, among: names, limit: maximumSuggestions)
    let question = close.isEmpty ? "" : "; did you mean \(listed(close))?"
    return Failure(
      .invalid, close.isEmpty ? "\(sentence)." : "\(sentence)\(question)", field: "model",
      advice: "Run `filmgate models` to see every model.")
  }
}
