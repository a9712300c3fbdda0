// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// One usable plugin, as planning sees it. Never changed, and large: an object, so that lists of them are cheap to pass.
public final class CatalogEntry: Sendable {
  public let pluginID: String
  public let pluginVersion: String
  public let manifest: Manifest

  public init(pluginID: String, pluginVersion: String, manifest: Manifest) {
    self.pluginID = pluginID
    self.pluginVersion = pluginVersion
    self.manifest = manifest
  }

  /// The plugin under the id and version of its manifest.
  public convenience init(_ manifest: Manifest) {
    self.init(pluginID: manifest.id, pluginVersion: manifest.version, manifest: manifest)
  }
}

/// The usable plugins in path order: the first that claims a name has it.
public struct Catalog: Sendable {
  public var entries: [CatalogEntry]

  public init(_ entries: [CatalogEntry]) { self.entries = entries }
}

/// The model that a name means.
public struct ModelMatch: Sendable {
  public var entry: CatalogEntry
  public var model: ModelFacts
  /// What to ask the plugin for: the model's id, or the given name where a pattern matched it.
  public var requestModel: String
  /// The name that matched, as the caller wrote it without a plugin prefix.
  public var matchedName: String
  /// Fields and options that an alias implies.
  public var implied: JSONObject
}
