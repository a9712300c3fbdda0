// SPDX-License-Identifier: Apache-2.0

import Jobs
import PluginHost
import VideoDocuments

/// Finds what a configuration says in vain: it is not wrong, for the plugins may come later, but nobody wants it so.
enum ConfigurationCheck {
  /// One sentence each; those that were found while the accounts were put together come first.
  static func warnings(_ configuration: Configuration, _ book: AccountBook, _ plugins: PluginCatalog) -> [String] {
    var warnings = book.warnings
    let catalog = Session.catalog(of: plugins)
    if let model = configuration.defaultModel {
      do throws(Failure) {
        _ = try catalog.model(named: model)
      } catch {
        warnings.append("default_model: \(error.message)")
      }
    }
    for account in configuration.accounts {
      guard let manifest = plugins[account.pluginID]?.manifest else { continue }
      for pattern in ModelPatterns.unknown(account.models, Catalog([CatalogEntry(manifest)])) {
        warnings.append(
          "\(account.place): account \(account.name) is for \(pattern), and no model of plugin \(manifest.id) is called so."
        )
      }
    }
    for id in configuration.isolation.keys.sorted() where plugins[id] == nil {
      warnings.append("plugins.isolation names the plugin \(id), which is not installed.")
    }
    return warnings
  }
}
