// SPDX-License-Identifier: Apache-2.0

public import Jobs
public import VideoDocuments

/// What a reload may replace: configuration, accounts and plugins as they are at the moment.
public struct GatewayWorld: Sendable {
  public var configuration: Configuration
  public var catalog: Catalog
  /// In the order of preference.
  public var accounts: [Account]
  /// Of the plugins that can be used, in path order.
  public var manifests: [Manifest]
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
