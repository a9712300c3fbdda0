// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Glibc
import Network
import OrderedJSON
public import VideoDocuments

/// Reads the configuration file. Every failure names file, line and column; nothing unknown is passed over.
public struct ConfigurationReader: Sendable {
  /// Bytes of the file.
  public static let maximumFileBytes = 1 << 20

  let path: String
  let environment: [String: String]

  /// Reads the file at `paths`; an empty configuration when there is none and nobody named one. May block.
  public static func load(_ paths: ConfigurationPaths, environment: [String: String]) throws(Failure) -> Configuration {
    let path = paths.configurationFile
    let contents: SmallFile.Contents
    do throws(SmallFile.ReadFailure) {
      guard let found = try SmallFile.read(path, maximumBytes: maximumFileBytes) else {
        guard paths.isConfigurationNamed else { return Configuration() }
        throw SmallFile.ReadFailure.system(SystemFailure(call: "open", errno: ENOENT))
      }
      contents = found
    } catch {
      let reason =
        switch error {
        case .system(let failure): "\(failure)"
        case .tooLarge(let limit): "it is larger than \(shownBytes(Int64(limit)))"
        case .notRegular: "it is not a file"
        }
      throw Failure(
        .invalid, "The configuration \(path) cannot be read: \(reason).", field: "config",
        advice: "Check FILMGATE_CONFIG and the file's rights.")
    }
    let configuration = try parse(contents.bytes, path: path, environment: environment)
    let holdsSecret = configuration.accounts.first { account in
      account.secrets.contains { if case .value = $0.source { true } else { false } }
    }
    if let holdsSecret, contents.mode & 0o077 != 0 {
      throw Failure(
        .authentication, "\(holdsSecret.place): a key stands in the configuration, and others can read the file.",
        field: "config", advice: "Run `chmod 600 \(path)`, or store the key with `filmgate keys set`.")
    }
    return configuration
  }

  /// Reads the file's bytes; `path` is for messages and for paths relative to the file's folder.
  public static func parse(
    _ bytes: [UInt8], path: String, environment: [String: String] = [:]
  ) throws(Failure) -> Configuration {
    let reader = ConfigurationReader(path: path, environment: environment)
    do throws(YAMLFailure) {
      guard let root = try YAMLParser.parse(bytes), !root.isNull else { return Configuration() }
      return try reader.configuration(root)
    } catch {
      let end = error.problem.hasSuffix("?") ? "" : "."
      throw Failure(
        .invalid, "\(path):\(error.mark.line):\(error.mark.column): \(error.problem)\(end)", field: "config",
        advice: "Correct the file; `filmgate config check` tells whether it is right.")
    }
  }

  private func configuration(_ root: YAMLNode) throws(YAMLFailure) -> Configuration {
    var configuration = Configuration()
    let members = try YAMLMapping(
      root, "the configuration", keys: ["default_model", "output", "plugins", "accounts", "gateway"])
    configuration.defaultModel = try members["default_model"]?.text("default_model")
    configuration.output = try members["output"]?.text("output")
    if let node = members["plugins"] { try readPlugins(node, into: &configuration) }
    if let node = members["accounts"] {
      for element in try node.sequence("accounts") {
        let account = try account(element)
        if configuration.account(named: account.name) != nil {
          throw YAMLFailure(mark: element.mark, problem: "the account \(shown(account.name)) is given twice")
        }
        configuration.accounts.append(account)
      }
    }
    if let node = members["gateway"] {
      configuration.gateway = try GatewayKey.read(node)
      configuration.gateway.archiveFolder = configuration.gateway.archiveFolder.map { absolute($0) }
      configuration.gateway.log.file = configuration.gateway.log.file.map { absolute($0) }
    }
    return configuration
  }

  private func readPlugins(_ node: YAMLNode, into configuration: inout Configuration) throws(YAMLFailure) {
    let members = try YAMLMapping(node, "plugins", keys: ["paths", "isolation"])
    if let paths = members["paths"] {
      for text in try paths.texts("paths") { configuration.pluginFolders.append(absolute(text)) }
    }
    guard let isolation = members["isolation"] else { return }
    for member in try isolation.mapping("isolation") {
      configuration.isolation[member.key] = try self.isolation(member.value)
    }
  }

  private func isolation(_ node: YAMLNode) throws(YAMLFailure) -> Configuration.Isolation {
    if case .scalar("worker", _) = node.content { return .worker }
    guard case .mapping = node.content else {
      throw YAMLFailure(
        mark: node.mark, problem: "isolation is worker, or {mode: in-process, sha256: HASH} with the file's hash")
    }
    let members = try YAMLMapping(node, "isolation", keys: ["mode", "sha256"])
    let mode = try members.required("mode").text("mode")
    switch mode {
    case "worker": return .worker
    case "in-process":
      let node = try members.required("sha256")
      let hash = try node.text("sha256").lowercased()
      guard hash.utf8.count == 64, hash.allSatisfy({ $0.isHexDigit }) else {
        throw YAMLFailure(mark: node.mark, problem: "sha256 is 64 hexadecimal digits")
      }
      return .inProcess(sha256: hash)
    default:
      throw YAMLFailure(mark: node.mark, problem: "mode is \(shown(mode)); it can be worker or in-process")
    }
  }

  /// The keys of an account.
  public static let accountKeys = [
    "name", "plugin", "profile", "base_url", "scheme", "secrets", "models", "options", "weight", "limits",
  ]
  /// The keys of an account's limits.
  public static let limitKeys = ["in_flight", "requests_per_second"]

  private func account(_ node: YAMLNode) throws(YAMLFailure) -> ConfiguredAccount {
    let members = try YAMLMapping(node, "an account", keys: Self.accountKeys)
    let plugin = try members.required("plugin").text("plugin")
    let profile = try members["profile"]?.text("profile")
    var account = ConfiguredAccount(
      name: try members["name"]?.text("name") ?? (profile.map { "\(plugin)/\($0)" } ?? plugin), pluginID: plugin,
      place: "\(path):\(node.mark.line):\(node.mark.column)")
    account.profile = profile
    account.scheme = try members["scheme"]?.text("scheme")
    if let scheme = account.scheme, let node = members["scheme"], !AuthenticationScheme.names.contains(scheme) {
      throw YAMLFailure(
        mark: node.mark, problem: "scheme is \(shown(scheme)); it can be \(listed(AuthenticationScheme.names))")
    }
    if let node = members["base_url"] { account.baseURL = try baseURL(node) }
    account.models = try members["models"]?.texts("models") ?? []
    if let node = members["options"] {
      _ = try node.mapping("options")
      account.options = node.json.object ?? JSONObject()
    }
    if let node = members["weight"] { account.weight = Int(try node.number("weight", in: 0...1_000, isWhole: true)) }
    if let node = members["limits"] { try readLimits(node, into: &account) }
    for member in try members["secrets"]?.mapping("secrets") ?? [] {
      account.secrets.append((member.key, try secret(member)))
      account.secretPlaces[member.key] = "\(path):\(member.keyMark.line):\(member.keyMark.column)"
    }
    return account
  }

  private func readLimits(_ node: YAMLNode, into account: inout ConfiguredAccount) throws(YAMLFailure) {
    let members = try YAMLMapping(node, "limits", keys: Self.limitKeys)
    if let node = members["in_flight"] {
      account.maximumInFlight = Int(try node.number("in_flight", in: 1...1_000_000, isWhole: true))
    }
    if let node = members["requests_per_second"] {
      account.maximumRequestsPerSecond = try node.number("requests_per_second", in: 0.001...1_000_000)
    }
  }

  private func baseURL(_ node: YAMLNode) throws(YAMLFailure) -> String {
    let text = try node.text("base_url")
    do {
      _ = try HTTPURL(text)
    } catch {
      let text = HTTPURL.maskingUserInformation(text)
      throw YAMLFailure(mark: node.mark, problem: "base_url \(shown(text)) is not an http or https address")
    }
    return text
  }

  private func secret(_ member: YAMLNode.Member) throws(YAMLFailure) -> SecretSource {
    if case .scalar = member.value.content {
      return .value(Secrets(["value": try member.value.text(member.key)]))
    }
    let members = try YAMLMapping(member.value, member.key, keys: ["env", "file", "command", "value"])
    guard members.count == 1 else {
      throw YAMLFailure(
        mark: member.value.mark, problem: "\(member.key) needs exactly one of env, file, command and value")
    }
    if let node = members["env"] { return .environment(try node.text("env")) }
    if let node = members["file"] { return .file(absolute(try node.text("file"))) }
    if let node = members["value"] { return .value(Secrets(["value": try node.text("value")])) }
    let node = try members.required("command")
    guard let command = SecretCommand(try node.texts("command")) else {
      throw YAMLFailure(mark: node.mark, problem: "command is a list of a program and its arguments")
    }
    return .command(command)
  }

  /// `~/x` is under the home folder, and what is not absolute is beside the configuration file.
  private func absolute(_ text: String) -> String {
    if text.hasPrefix("/") { return text }
    if text.hasPrefix("~/"), let home = environment["HOME"] { return "\(home)/\(text.dropFirst(2))" }
    return "\(SmallFile.parent(of: path))/\(text)"
  }
}
