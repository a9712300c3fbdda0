// SPDX-License-Identifier: Apache-2.0

public import Network
public import OrderedJSON

/// What the configuration file says.
public struct Configuration: Sendable {
  /// For requests that name no model.
  public var defaultModel: String?
  /// Where clips go: a path or a template.
  public var output: String?
  /// Further folders of plugins, absolute.
  public var pluginFolders: [String] = []
  /// Plugins that do not run in the usual jail, by id.
  public var isolation: [String: Isolation] = [:]
  /// In the order of preference.
  public var accounts: [ConfiguredAccount] = []
  public var gateway = GatewayConfiguration()

  public init() {}

  /// How a plugin is kept from the rest.
  public enum Isolation: Sendable, Hashable {
    /// In a jailed process of its own: what every plugin gets unless it is said otherwise.
    case worker
    /// In the host's own process; only the file with this SHA-256.
    case inProcess(sha256: String)
  }

  public func account(named name: String) -> ConfiguredAccount? { accounts.first { $0.name == name } }
}

/// One account of the configuration file.
public struct ConfiguredAccount: Sendable {
  public var name: String
  public var pluginID: String
  /// Nil: the plugin's first.
  public var profile: String?
  /// Nil: the profile's own.
  public var baseURL: String?
  /// The authentication scheme to use; nil: the first whose secrets are there.
  public var scheme: String?
  public var secrets: [(name: String, source: SecretSource)] = []
  /// Where each of them stands, by its name.
  public var secretPlaces: [String: String] = [:]
  /// Patterns of models; empty: all.
  public var models: [String] = []
  public var options = JSONObject()
  /// As in `Account`.
  public var weight = 1
  public var maximumInFlight: Int?
  public var maximumRequestsPerSecond: Double?
  /// Where it stands, for messages: `config.yaml:12:5`.
  public var place: String

  public init(name: String, pluginID: String, place: String) {
    self.name = name
    self.pluginID = pluginID
    self.place = place
  }
}

/// Where a secret comes from.
public enum SecretSource: Sendable {
  /// An environment variable.
  case environment(String)
  /// The first line of a file; an absolute path.
  case file(String)
  case command(SecretCommand)
  /// Written into the configuration; kept in `Secrets` under the name `value` so that it prints masked.
  case value(Secrets)
}
