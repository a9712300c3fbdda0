// SPDX-License-Identifier: Apache-2.0

public import Network
public import OrderedJSON
public import VideoDocuments

/// Whose key pays, and how the provider is reached with it.
public struct Account: Sendable {
  /// Unique; implicit accounts are called `PLUGIN/PROFILE`.
  public var name: String
  public var pluginID: String
  /// The id of one of the manifest's profiles.
  public var profile: String
  /// Absolute, or empty when it is still missing.
  public var baseURL: String
  /// The scheme that is used; its parameters are the manifest's.
  public var authentication: AuthenticationFacts
  /// What is at hand already; `fetchingSecrets` adds what a command prints.
  public var secrets: Secrets
  /// Secrets that a command prints, by name.
  public var secretCommands: [(name: String, command: SecretCommand)]
  /// Patterns of the models that the account may be used for; empty: all.
  public var modelPatterns: [NamePattern]
  /// How large a share of the jobs it gets beside other accounts that fit; 0: only when no other can take one.
  public var weight: Int
  /// Jobs at the vendor at once; nil: any number.
  public var maximumInFlight: Int?
  /// Purchases and looks a second; nil: any number.
  public var maximumRequestsPerSecond: Double?
  /// Handed to the plugin as they are, such as model name → endpoint id.
  public var options: JSONObject
  /// What would make the account usable; each element alone is enough. Empty: it is usable.
  public var missing: [MissingSettings]
  /// A sentence about why something is missing, such as an unreadable file.
  public var missingNote: String?
  /// Tells one key of a provider's from another, for jobs to remember; empty where it is of no matter.
  public internal(set) var fingerprint = ""

  public init(
    name: String, pluginID: String, profile: String, baseURL: String, authentication: AuthenticationFacts,
    secrets: Secrets = Secrets(), options: JSONObject = JSONObject()
  ) {
    self.name = name
    self.pluginID = pluginID
    self.profile = profile
    self.baseURL = baseURL
    self.authentication = authentication
    self.secrets = secrets
    self.options = options
    secretCommands = []
    modelPatterns = []
    weight = 1
    missing = []
  }

  /// What a plugin may know of the account.
  public var connection: Connection { Connection(profile: profile, baseURL: baseURL, options: options) }

  /// Whether the account may be used for a model, under its id or the name that was asked for.
  public func carries(model: String, matchedName: String) -> Bool {
    modelPatterns.isEmpty || modelPatterns.contains { $0.matches(model) || $0.matches(matchedName) }
  }
}

/// One complete way to make an account usable.
public struct MissingSettings: Sendable, Hashable {
  /// The authentication scheme that would then be used.
  public var scheme: String
  public var settings: [MissingSetting]

  public init(scheme: String, settings: [MissingSetting]) {
    self.scheme = scheme
    self.settings = settings
  }
}

/// One secret, or the base URL, that an account lacks.
public struct MissingSetting: Sendable, Hashable {
  /// The `name` of a missing base URL; secrets have the manifest's names.
  public static let baseURLName = "base_url"

  public var name: String
  /// Environment variables that would supply it, in the order in which they are looked at.
  public var variables: [String]

  public init(name: String, variables: [String]) {
    self.name = name
    self.variables = variables
  }

  /// `ACME_KEY (or FILMGATE_ACME_API_KEY)`: the provider's own name first, because people know it.
  public var variablesText: String {
    guard let own = variables.first else { return name }
    guard variables.count > 1 else { return own }
    return "\(variables[1]) (or \(listed([own] + variables.dropFirst(2))))"
  }
}
