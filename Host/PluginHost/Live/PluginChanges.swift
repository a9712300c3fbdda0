// SPDX-License-Identifier: Apache-2.0
import Loader
import VideoDocuments

/// What became different when the plugins were looked at again.
public struct PluginChanges: Sendable, Hashable {
  /// One difference.
  public struct Change: Sendable, Hashable {
    /// The plugin's id; the file's name where there is none.
    public var plugin: String
    /// One sentence for people.
    public var sentence: String
  }

  /// Plugins that can be used now and could not before.
  public var added: [Change] = []
  /// Plugins that cannot be used any more.
  public var removed: [Change] = []
  /// Plugins whose file was replaced.
  public var changed: [Change] = []
  /// Plugins that crashed too often and are left alone for a while.
  public var quarantined: [Change] = []
  /// Files that were put there and cannot be used.
  public var refused: [Change] = []

  /// Whether nothing is different.
  public var isEmpty: Bool { all.isEmpty }

  /// All of them, in the order in which they should be read.
  public var all: [Change] { removed + quarantined + changed + added + refused }

  public init() {}

  /// From one look to the next.
  public init(from old: PluginCatalog, to new: PluginCatalog) {
    let before = Dictionary(old.plugins.map { ($0.path, $0) }) { first, _ in first }
    for plugin in new.plugins {
      let earlier = before[plugin.path]
      switch plugin.status {
      case .ready(let manifest): compare(plugin, manifest, with: old[manifest.id], at: earlier)
      case .quarantined(let manifest, let reason, _):
        if case .quarantined? = earlier?.status, earlier?.sha256 == plugin.sha256 { continue }
        quarantined.append(Change(plugin: manifest.id, sentence: "The plugin \(manifest.id) is left alone: \(reason)"))
      case .shadowed, .refused:
        guard let problem = plugin.problem, problem != earlier?.problem else { continue }
        refused.append(
          Change(plugin: plugin.id ?? fileName(of: plugin.path), sentence: "\(printable(plugin.path.utf8)): \(problem)")
        )
      }
    }
    for (plugin, manifest) in old.ready where new[manifest.id] == nil {
      removed.append(
        Change(
          plugin: manifest.id, sentence: "The plugin \(named(manifest)) is gone: \(reason(plugin, in: new))"))
    }
  }

  private mutating func compare(
    _ plugin: DiscoveredPlugin, _ manifest: Manifest, with old: DiscoveredPlugin?, at earlier: DiscoveredPlugin?
  ) {
    if let problem = plugin.replacementProblem, problem != earlier?.replacementProblem {
      refused.append(
        Change(
          plugin: manifest.id,
          sentence:
            "\(printable(plugin.path.utf8)): \(problem) Version \(manifest.version), loaded before, stays in use."
        ))
      return
    }
    guard let old, case .ready(let replaced) = old.status else {
      added.append(
        Change(plugin: manifest.id, sentence: "The plugin \(named(manifest)) was added\(models(of: manifest))."))
      return
    }
    guard old.sha256 != plugin.sha256 else { return }
    let step =
      replaced.version == manifest.version
      ? "with another file of the same version" : "with version \(manifest.version)"
    changed.append(
      Change(
        plugin: manifest.id, sentence: "The plugin \(named(replaced)) was replaced \(step)\(models(of: manifest))."))
  }

  private func named(_ manifest: Manifest) -> String { "\(manifest.id) \(manifest.version)" }

  private func models(of manifest: Manifest) -> String {
    guard !manifest.models.isEmpty else { return "" }
    return ", with \(manifest.models.count) \(manifest.models.count == 1 ? "model" : "models")"
  }

  private func reason(_ plugin: DiscoveredPlugin, in new: PluginCatalog) -> String {
    guard let now = new.plugins.first(where: { $0.path == plugin.path }) else {
      return "its file \(printable(plugin.path.utf8)) was removed."
    }
    return now.problem ?? "its file is another plugin now."
  }
}
