// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import Jobs
import Network
import PluginHost
import Sandbox
import VideoDocuments

/// Starts the sandbox over the installed plugins and makes the accounts that lead to it.
@LoopActor enum SandboxStart {
  struct Started {
    var sandbox: Sandbox
    var address: SandboxAddress
    var accounts: [Account]
  }

  static func start(
    _ plugins: any PluginSource, options: SandboxOptions = SandboxOptions()
  ) async throws(Failure) -> Started {
    let manifests = plugins.registry.catalog.ready.map { $0.manifest }
    let sandbox = Sandbox()
    let address = try await sandbox.start(plugins: manifests, calling: RegistryPlugins(plugins), options: options)
    return Started(sandbox: sandbox, address: address, accounts: accounts(of: address))
  }

  /// One account for every endpoint.
  static func accounts(of address: SandboxAddress) -> [Account] {
    address.endpoints.compactMap { endpoint -> Account? in
      guard let scheme = endpoint.authentication.first else { return nil }
      return Account(
        name: "sandbox/\(endpoint.pluginID)/\(endpoint.profile)", pluginID: endpoint.pluginID,
        profile: endpoint.profile, baseURL: endpoint.baseURL, authentication: scheme, secrets: endpoint.secrets)
    }
  }
}
