// SPDX-License-Identifier: Apache-2.0

public import Jobs
public import VideoDocuments

/// What a reload may replace: configuration, accounts and plugins as they are at the moment. Every request holds one, so
/// it is an object: a copy would count each of its parts.
public final class GatewayWorld: Sendable {
  public let configuration: Configuration
  public let catalog: Catalog
  /// In the order of preference.
  public let accounts: [Account]
  /// Of the plugins that can be used, in path order.
  public let manifests: [Manifest]
  let routes: RouteTable
  let openAPI: OpenAPIPage

  public init(configuration: Configuration, catalog: Catalog, accounts: [Account], manifests: [Manifest]) {
    self.configuration = configuration
    self.catalog = catalog
    self.accounts = accounts
    self.manifests = manifests
    routes = RouteTable(manifests)
    openAPI = OpenAPIPage(manifests)
  }

  /// For requests that name no model.
  var defaultModel: String? {
    configuration.defaultModel ?? catalog.entries.first?.manifest.models.first?.id
  }

  var settings: GatewayConfiguration { configuration.gateway }
}
