// SPDX-License-Identifier: Apache-2.0
public import Loader
public import VideoDocuments

/// What can be said of one file.
public enum PluginStatus: Sendable {
  /// It can be used.
  case ready(Manifest)
  /// It crashed too often and is left alone until that time (milliseconds since 1970) or until the file changes.
  case quarantined(Manifest, reason: String, untilMilliseconds: Int64)
  /// Another file, earlier in the path, has the same id.
  case shadowed(Manifest, by: String)
  /// It cannot be used.
  case refused(reason: String)
}

/// One file that is a plugin, or was probably meant to be one.
public struct DiscoveredPlugin: Sendable {
  public let path: String
  public let origin: PluginFolder.Origin
  /// The SHA-256 of the file, empty where it was not read.
  public let sha256: [UInt8]
  public var status: PluginStatus
  /// How well its worker was jailed when it described itself; nil where it did not.
  public let jailLevel: JailLevel?
  /// For each operation of the manifest, in its order, why it is disabled.
  public let disabledOperations: [String?]
  /// When what is said here was found out, in milliseconds since 1970.
  public let checkedMilliseconds: Int64
  /// Why the file that lies there now is not used, while what was loaded from it before still is; nil where nothing is
  /// wrong. It stands after the file's name and a colon.
  public var replacementProblem: String?

  public var manifest: Manifest? {
    switch status {
    case .ready(let manifest), .quarantined(let manifest, _, _), .shadowed(let manifest, _): manifest
    case .refused: nil
    }
  }

  public var id: String? { manifest?.id }
  public var version: String? { manifest?.version }
  /// The SHA-256 as hexadecimal digits.
  public var sha256Text: String { hexadecimal(sha256) }

  /// One sentence for people on why it cannot be used, nil when it can. It stands after the file's name and a colon.
  public var problem: String? {
    switch status {
    case .ready: nil
    case .quarantined(_, let reason, _): reason
    case .shadowed(let manifest, let path): "the plugin \(manifest.id) is taken from \(path) instead."
    case .refused(let reason): reason
    }
  }
}

/// A model that two plugins offer under one id.
public struct ModelConflict: Sendable, Hashable {
  public let model: String
  /// The plugin, by id, whose model it is.
  public let winner: String
  public let loser: String

  public init(model: String, winner: String, loser: String) {
    self.model = model
    self.winner = winner
    self.loser = loser
  }
}

/// Everything that was found in the folders, in path order.
public struct PluginCatalog: Sendable {
  public let plugins: [DiscoveredPlugin]
  /// Folders that were asked for and cannot be read, one sentence each.
  public let folderProblems: [String]
  public let modelConflicts: [ModelConflict]

  public init(plugins: [DiscoveredPlugin], folderProblems: [String] = [], modelConflicts: [ModelConflict] = []) {
    self.plugins = plugins
    self.folderProblems = folderProblems
    self.modelConflicts = modelConflicts
  }

  /// The usable plugins.
  public var ready: [(plugin: DiscoveredPlugin, manifest: Manifest)] {
    plugins.compactMap { plugin in
      if case .ready(let manifest) = plugin.status { (plugin, manifest) } else { nil }
    }
  }

  /// The plugin that has the id: the usable one, or the quarantined one.
  public subscript(id: String) -> DiscoveredPlugin? {
    plugins.first { plugin in
      guard plugin.id == id else { return false }
      if case .shadowed = plugin.status { return false }
      return true
    }
  }
}
