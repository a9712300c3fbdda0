// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import PluginHost
import Sandbox
import VideoDocuments

/// What became different for a server while it served.
struct EngineChange: Sendable {
  /// Empty when only the configuration was read again.
  var plugins = PluginChanges()
  /// Whether the configuration was read again.
  var isConfiguration = false
  /// What the configuration says in vain, one sentence each.
  var warnings: [String] = []
}

extension Engine {
  /// Calls `handler` after each change of plugins, accounts or configuration, when all of it is in force.
  func onChange(_ handler: @escaping @LoopActor (EngineChange) -> Void) { changeHandlers.append(handler) }

  /// Takes over what happens in the plugin folders from now on.
  func follow() async {
    guard let live else { return }
    live.onChange { [weak self] changes in
      Task { @LoopActor in await self?.renew(EngineChange(plugins: changes)) }
    }
    await live.watch()
  }

  /// Reads configuration, keys and plugins again. Where one of them is at fault, or `preparation` for the new
  /// configuration fails, everything stays as it is.
  func reload(_ preparation: (Configuration) async throws(Failure) -> Void) async throws(Failure) {
    let (session, locations, registry) = (session, locations, registry)
    let read = await Blocking.run { () -> Result<Configuration, Failure> in
      do throws(Failure) {
        let configuration = try session.configuration(locations)
        _ = try Self.book(registry.catalog, configuration, locations, isLenient: false)
        return .success(configuration)
      } catch {
        return .failure(error)
      }
    }
    let next = try read.get()
    try await preparation(next)
    configuration = next
    // Changes of plugins are told by themselves.
    await live?.reload(with: session.pluginSettings(configuration))
    await renew(EngineChange(isConfiguration: true))
  }

  /// Puts catalog and accounts together for the plugins and the configuration as they are now.
  private func renew(_ change: EngineChange) async {
    renewals += 1
    let number = renewals
    var change = change
    let plugins = registry.catalog
    let made: [Account]
    if let sandbox {
      let address = sandbox.update(plugins: plugins.ready.map { $0.manifest })
      made = address.map { SandboxStart.accounts(of: $0) } ?? []
    } else {
      let (configuration, locations) = (configuration, locations)
      let book = await Blocking.run { () -> Result<AccountBook, Failure> in
        do throws(Failure) {
          return .success(try Self.book(plugins, configuration, locations, isLenient: true))
        } catch {
          return .failure(error)
        }
      }
      switch book {
      case .success(let book):
        made = book.accounts
        change.warnings = ConfigurationCheck.warnings(configuration, book, plugins)
      case .failure(let failure):
        // The file with keys cannot be read now; what was read from it before stays in use.
        made = accounts.filter { $0.pluginID != StudioAccount.account.pluginID }
        change.warnings = [failure.message]
      }
    }
    // A later change is about to put in what this one saw, and more.
    if number == renewals {
      catalog = Session.catalog(of: plugins)
      accounts = made + [StudioAccount.account]
      routes.update(accounts: accounts, manifests: catalog.entries.map { $0.manifest })
    }
    for handler in changeHandlers { handler(change) }
  }
}
