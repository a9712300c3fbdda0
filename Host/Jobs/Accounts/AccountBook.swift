// SPDX-License-Identifier: Apache-2.0

import Network
import OrderedJSON
public import VideoDocuments

/// All accounts in the order of preference: those of the configuration, then one for every other profile of every
/// plugin, found through the environment and the key file.
public struct AccountBook: Sendable {
  public var accounts: [Account]
  /// Sentences about what the configuration says in vain.
  public var warnings: [String]

  /// Puts the accounts together. May block: reads the files that the configuration names as secrets.
  ///
  /// - Parameters:
  ///   - manifests: of the usable plugins, in path order.
  ///   - environment: the process's variables.
  ///   - isLenient: leaves out, with a warning, what it would throw for: a plugin that comes while others serve must not
  ///     harm these.
  /// - Throws: for an account that can never work: unknown profile or scheme.
  public init(
    manifests: [Manifest], configuration: Configuration = Configuration(), keys: StoredKeys = StoredKeys(),
    environment: [String: String], isLenient: Bool = false
  ) throws(Failure) {
    accounts = []
    warnings = []
    for configured in configuration.accounts {
      guard let manifest = manifests.first(where: { $0.id == configured.pluginID }) else {
        let close = EditDistance.suggestions(for: configured.pluginID, among: manifests.map { $0.id }, limit: 1)
        let hint = close.first.map { " Did you mean \($0)?" } ?? ""
        warnings.append(
          "\(configured.place): account \(configured.name) needs plugin \(configured.pluginID), which is not installed."
            + hint)
        continue
      }
      do throws(Failure) {
        accounts.append(try AccountDraft(manifest, keys, environment).account(configured))
      } catch {
        guard isLenient else { throw error }
        warnings.append(error.message)
      }
    }
    for manifest in manifests {
      let draft = AccountDraft(manifest, keys, environment)
      do throws(Failure) {
        accounts += try draft.implicitAccounts(besides: accounts)
      } catch {
        guard isLenient else { throw error }
        warnings.append(error.message)
      }
    }
    for index in accounts.indices { accounts[index].fingerprint = accounts[index].keyFingerprint }
  }
}

extension AccountDraft {
  /// One account for every profile that no configuration speaks of.
  fileprivate func implicitAccounts(besides configured: [Account]) throws(Failure) -> [Account] {
    let wanted = environment[variable("PROFILE")].flatMap { $0.isEmpty ? nil : $0 }
    if let wanted, !manifest.profiles.contains(where: { $0.id == wanted }) {
      throw Failure(
        .invalid,
        "\(variable("PROFILE")) is \(shown(wanted)), but plugin \(manifest.id) has "
          + "\(listed(manifest.profiles.map { $0.id }, "and")).", field: "profile",
        advice: "Set it to one of those, or unset it.")
    }
    if let address = value(of: variable("BASE_URL")), (try? HTTPURL(address)) == nil {
      throw Failure(
        .invalid,
        "\(variable("BASE_URL")) is \(shown(HTTPURL.maskingUserInformation(address))), which is no http or https "
          + "address.", field: "base_url", advice: "Correct it, or unset it.")
    }
    return manifest.profiles.filter { profile in
      (wanted == nil || wanted == profile.id)
        && !configured.contains { $0.pluginID == manifest.id && $0.profile == profile.id }
    }.map { implicitAccount($0) }
  }
}

/// Makes the accounts of one plugin.
struct AccountDraft {
  let manifest: Manifest
  let keys: StoredKeys
  let environment: [String: String]

  init(_ manifest: Manifest, _ keys: StoredKeys, _ environment: [String: String]) {
    self.manifest = manifest
    self.keys = keys
    self.environment = environment
  }

  /// `FILMGATE_<PLUGIN>_<NAME>`.
  func variable(_ name: String) -> String { "FILMGATE_\(Self.upper(manifest.id))_\(Self.upper(name))" }

  private static func upper(_ name: String) -> String {
    String(name.uppercased().map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
  }

  /// The account of a profile that no configuration speaks of.
  func implicitAccount(_ profile: ProfileFacts) -> Account {
    let owners = ["\(manifest.id)/\(profile.id)", manifest.id]
    var account = account(
      name: "\(manifest.id)/\(profile.id)", profile,
      baseURL: value(of: variable("BASE_URL")).map { HTTPURL.maskingUserInformation($0) } ?? profile.baseURL,
      schemes: profile.authentication, configured: [], owners: owners)
    // Nobody asked for it: it stands in for accounts of the configuration, and takes no share of their jobs.
    account.weight = 0
    return account
  }

  func account(_ configured: ConfiguredAccount) throws(Failure) -> Account {
    let wanted = configured.profile ?? manifest.profiles.first?.id ?? ""
    guard let profile = manifest.profiles.first(where: { $0.id == wanted }) else {
      throw Failure(
        .invalid,
        "\(configured.place): plugin \(manifest.id) has no profile \(shown(wanted)); it has "
          + "\(listed(manifest.profiles.map { $0.id }, "and")).", field: "config", advice: "Correct the configuration.")
    }
    try checkSecrets(of: configured, profile)
    var schemes = profile.authentication
    if let scheme = configured.scheme {
      schemes = schemes.filter { $0.scheme == scheme }
      guard !schemes.isEmpty else {
        throw Failure(
          .invalid,
          "\(configured.place): profile \(profile.id) of plugin \(manifest.id) has no scheme \(scheme); it "
            + "has \(listed(profile.authentication.map { $0.scheme }, "and")).", field: "config",
          advice: "Correct the configuration.")
      }
    }
    var account = account(
      name: configured.name, profile, baseURL: configured.baseURL ?? profile.baseURL, schemes: schemes,
      configured: configured.secrets, owners: [configured.name, "\(manifest.id)/\(profile.id)", manifest.id])
    account.modelPatterns = configured.models.map { NamePattern($0) }
    account.options = configured.options
    account.weight = configured.weight
    account.maximumInFlight = configured.maximumInFlight
    account.maximumRequestsPerSecond = configured.maximumRequestsPerSecond
    return account
  }

  /// A secret that no scheme asks for is a slip of the pen, and the account would lack the right one.
  private func checkSecrets(of configured: ConfiguredAccount, _ profile: ProfileFacts) throws(Failure) {
    let known = profile.authentication.flatMap { $0.secrets.map { $0.name } } + callbackSecrets(profile).map { $0.name }
    for (name, _) in configured.secrets where !known.contains(name) {
      let place = configured.secretPlaces[name] ?? configured.place
      let close = EditDistance.suggestions(for: name, among: known, limit: 1)
      let names = Array(Set(known)).sorted()
      let hint =
        close.first.map { "did you mean \($0)?" }
        ?? (names.isEmpty ? "it has none." : "it has \(listed(names, "and")).")
      throw Failure(
        .invalid, "\(place): profile \(profile.id) of plugin \(manifest.id) has no secret \(shown(name)); \(hint)",
        field: "config", advice: "Correct the configuration.")
    }
  }

  func value(of name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }

  private func account(
    name: String, _ profile: ProfileFacts, baseURL: String, schemes: [AuthenticationFacts],
    configured: [(name: String, source: SecretSource)], owners: [String]
  ) -> Account {
    let schemes = schemes.isEmpty ? [AuthenticationFacts(scheme: "none", secrets: [])] : schemes
    var missing: [MissingSettings] = []
    var notes: [String] = []
    var chosen: Account?
    for scheme in schemes {
      var settings: [MissingSetting] = []
      var values: [String: String] = [:]
      var commands: [(name: String, command: SecretCommand)] = []
      for secret in scheme.secrets + callbackSecrets(profile) {
        let variables = [variable(secret.name)] + secret.environment
        switch find(secret.name, configured: configured, variables: variables, owners: owners) {
        case .value(let value): values[secret.name] = value
        case .command(let command): commands.append((secret.name, command))
        case .unusable(let note, let variables):
          notes.append(note)
          // Whoever named a source for it does not want to go on without.
          let isForCallbacks = !scheme.secrets.contains(secret)
          if isForCallbacks || !secret.isOptional {
            settings.append(MissingSetting(name: secret.name, variables: variables))
          }
        case .absent:
          if !secret.isOptional { settings.append(MissingSetting(name: secret.name, variables: variables)) }
        }
      }
      if baseURL.isEmpty {
        settings.append(MissingSetting(name: MissingSetting.baseURLName, variables: [variable("BASE_URL")]))
      }
      guard settings.isEmpty || chosen == nil else {
        missing.append(MissingSettings(scheme: scheme.scheme, settings: settings))
        continue
      }
      var account = Account(
        name: name, pluginID: manifest.id, profile: profile.id, baseURL: baseURL, authentication: scheme,
        secrets: Secrets(values))
      account.secretCommands = commands
      chosen = account
      if settings.isEmpty { return account }
      missing.append(MissingSettings(scheme: scheme.scheme, settings: settings))
    }
    // `schemes` is never empty, so something was chosen.
    var account =
      chosen
      ?? Account(
        name: name, pluginID: manifest.id, profile: profile.id, baseURL: baseURL, authentication: schemes[0])
    account.missing = missing
    account.missingNote = notes.first
    return account
  }

  /// Secrets with which the vendor signs what it announces; none of them is needed to buy.
  private func callbackSecrets(_ profile: ProfileFacts) -> [SecretFacts] {
    guard let callback = manifest.callback, callback.holds(for: profile.id) else { return [] }
    return (callback.signature?.secrets ?? []).map { secret in
      var secret = secret
      secret.isOptional = true
      return secret
    }
  }

  private enum Finding {
    case value(String)
    case command(SecretCommand)
    /// Configured, but the source gives nothing; the variables are those that would.
    case unusable(note: String, variables: [String])
    case absent
  }

  private func find(
    _ name: String, configured: [(name: String, source: SecretSource)], variables: [String], owners: [String]
  ) -> Finding {
    if let source = configured.first(where: { $0.name == name })?.source {
      switch source {
      case .environment(let variable):
        if let value = value(of: variable) { return .value(value) }
        return .unusable(
          note: "The configuration takes \(name) from \(variable), which is not set.", variables: [variable])
      case .file(let path):
        switch Self.firstLine(of: path) {
        case .success(let line): return .value(line)
        case .failure(let failure): return .unusable(note: failure.message, variables: variables)
        }
      case .command(let command): return .command(command)
      case .value(let secrets): return secrets["value"].map { .value($0) } ?? .absent
      }
    }
    for variable in variables { if let value = value(of: variable) { return .value(value) } }
    for owner in owners { if let value = keys.secrets(of: owner)[name] { return .value(value) } }
    return .absent
  }

  private static func firstLine(of path: String) -> Result<String, Failure> {
    let contents: SmallFile.Contents?
    do throws(SmallFile.ReadFailure) {
      contents = try SmallFile.read(path, maximumBytes: KeyStore.maximumSecretBytes)
    } catch {
      return .failure(Failure(.authentication, "The file \(path) with a key cannot be read."))
    }
    guard let contents else { return .failure(Failure(.authentication, "The file \(path) with a key does not exist.")) }
    let line = contents.bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    guard let text = String(validating: line, as: UTF8.self), !text.isEmpty else {
      return .failure(Failure(.authentication, "The file \(path) holds no key."))
    }
    return .success(text)
  }
}
