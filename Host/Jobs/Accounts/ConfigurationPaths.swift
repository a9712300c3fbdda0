// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// Where configuration and keys live.
public struct ConfigurationPaths: Sendable, Hashable {
  /// `$XDG_CONFIG_HOME/filmgate`, or `~/.config/filmgate`.
  public var folder: String
  /// `FILMGATE_CONFIG`, or `config.yaml` in the folder.
  public var configurationFile: String
  /// `keys.json` in the folder.
  public var keyFile: String
  /// Whether the configuration file was named by the caller, so that its absence is an error.
  public var isConfigurationNamed: Bool

  /// Reads the environment; throws when it names no home at all.
  public init(environment: [String: String]) throws(Failure) {
    // The base directory specification says that relative paths are to be ignored.
    if let home = environment["XDG_CONFIG_HOME"], home.hasPrefix("/") {
      folder = "\(home)/filmgate"
    } else if let home = environment["HOME"], home.hasPrefix("/") {
      folder = "\(home)/.config/filmgate"
    } else {
      throw Failure(
        .invalid, "Neither XDG_CONFIG_HOME nor HOME names a folder, so there is no place for the configuration.",
        advice: "Set HOME.")
    }
    keyFile = "\(folder)/keys.json"
    if let named = environment["FILMGATE_CONFIG"], !named.isEmpty {
      configurationFile = named
      isConfigurationNamed = true
    } else {
      configurationFile = "\(folder)/config.yaml"
      isConfigurationNamed = false
    }
  }
}
