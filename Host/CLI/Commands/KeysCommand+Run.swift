// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import PluginHost
import VideoDocuments

extension KeysCommand {
  static func set(_ session: Session) throws(UsageFailure) -> Int32 {
    session.run { () throws(Failure) -> Int32 in
      let locations = try session.locations()
      let id = session.command.positionals[0]
      // "plugin/profile" or a configured account's name work as owners too.
      let pluginID = id.split(separator: "/").first.map(String.init) ?? id
      let facts = try secrets(of: pluginID, session)
      let secret = try chosenSecret(session.command.positionals.dropFirst().first, facts, pluginID)
      guard let value = try SecretPrompt.read("\(secret) of \(id): ") else { return ExitCode.interrupted.rawValue }
      try KeyStore(path: locations.configuration.keyFile).set(value, owner: id, secret: secret)
      session.terminal.say("Stored \(secret) of \(id) in \(locations.configuration.keyFile).")
      return ExitCode.done.rawValue
    }
  }

  private static func secrets(of id: String, _ session: Session) throws(Failure) -> [String] {
    let catalog = session.plugins()
    guard let manifest = catalog[id]?.manifest else {
      let known = catalog.ready.map { $0.manifest.id }
      throw Failure(
        .plugin, "There is no plugin \"\(id)\"." + Suggestion.clause(Suggestion.nearest(to: id, among: known)),
        field: "plugin", advice: "`filmgate plugins list` shows what is installed")
    }
    return manifest.secrets.map { $0.name }
  }

  private static func chosenSecret(_ name: String?, _ known: [String], _ plugin: String) throws(Failure) -> String {
    if let name {
      guard known.contains(name) else {
        // The word is not repeated: it may be the secret itself, put where its name belongs.
        throw Failure(
          .invalid, "The plugin \(plugin) has no secret of that name; it has \(known.joined(separator: ", ")).",
          field: "secret", advice: "name one of those; the value itself is typed at the prompt or piped in")
      }
      return name
    }
    guard known.count == 1 else {
      throw Failure(
        .invalid, "The plugin \(plugin) has several secrets: \(known.joined(separator: ", ")).", field: "secret",
        advice: "name one: filmgate keys set \(plugin) \(known.first ?? "api_key")")
    }
    return known[0]
  }

  static func list(_ session: Session) -> Int32 {
    session.run { () throws(Failure) -> Int32 in
      let locations = try session.locations()
      let manifests = session.plugins().ready.map { $0.manifest }
      return list(try known(manifests, try session.configuration(locations), locations), session)
    }
  }

  /// Which credentials are known, and from where; they are never shown whole. May block.
  static func known(
    _ manifests: [Manifest], _ configuration: Configuration, _ locations: Locations
  ) throws(Failure) -> [JSON] {
    func row(_ owner: String, _ secret: String, _ masked: String, _ source: String) -> JSON {
      ["owner": .string(owner), "secret": .string(secret), "masked": .string(masked), "source": .string(source)]
    }
    var rows = try KeyStore(path: locations.configuration.keyFile).load().listed.map {
      row($0.owner, $0.secret, $0.masked, "key file")
    }
    for account in configuration.accounts {
      for (name, source) in account.secrets { rows.append(row(account.name, name, "***", words(source))) }
    }
    for manifest in manifests {
      for secret in manifest.secrets {
        let own = "FILMGATE_\(manifest.id)_\(secret.name)".uppercased().map { $0 == "-" ? "_" : $0 }
        for variable in [String(own)] + secret.environment where !(locations.environment[variable] ?? "").isEmpty {
          rows.append(row(manifest.id, secret.name, "***", variable))
        }
      }
    }
    return rows
  }

  private static func words(_ source: SecretSource) -> String {
    switch source {
    case .environment(let variable): "configuration: variable \(variable)"
    case .file(let path): "configuration: file \(path)"
    case .command: "configuration: command"
    case .value: "configuration"
    }
  }

  /// Shows what is known, here or at a gateway.
  static func list(_ rows: [JSON], _ session: Session) -> Int32 {
    if session.wantsJSON {
      session.terminal.result(JSON.array(rows).text)
    } else if rows.isEmpty {
      session.terminal.say("No keys are known. `filmgate keys set PLUGIN` stores one.")
    } else {
      let words = rows.map { row in
        ["owner", "secret", "masked", "source"].map { Sanitized.line(row[$0]?.string ?? "") }
      }
      session.terminal.result(TextTable.render(words.map { [$0[0], $0[1], $0[2], "from \($0[3])"] }))
    }
    return ExitCode.done.rawValue
  }

  static func remove(_ session: Session) -> Int32 {
    session.run { () throws(Failure) -> Int32 in
      let locations = try session.locations()
      let owner = session.command.positionals[0]
      let secret = session.command.positionals.dropFirst().first
      let count = try KeyStore(path: locations.configuration.keyFile).remove(owner: owner, secret: secret)
      guard count > 0 else {
        throw Failure(
          .notFound, "No key of \(owner) is stored.", field: "plugin", advice: "`filmgate keys list` shows what is")
      }
      session.terminal.say("Removed \(count) of \(owner).")
      return ExitCode.done.rawValue
    }
  }
}
