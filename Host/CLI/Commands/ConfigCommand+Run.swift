// SPDX-License-Identifier: Apache-2.0

import Glibc
import Jobs
import Network
import OrderedJSON
import PluginHost
import VideoDocuments

extension ConfigCommand {
  static func show(_ session: Session) -> Int32 {
    session.run { () throws(Failure) -> Int32 in
      let locations = try session.locations()
      let configuration = try session.configuration(locations)
      let book = try AccountBook(
        manifests: session.plugins().ready.map { $0.manifest }, configuration: configuration,
        keys: try KeyStore(path: locations.configuration.keyFile).load(), environment: locations.environment)
      if session.wantsJSON {
        var object: JSONObject = ["accounts": .array(book.accounts.map(json))]
        object.add("default_model", configuration.defaultModel)
        object.add("output", configuration.output)
        object.add("plugin_folders", configuration.pluginFolders)
        object["gateway"] = .object(
          JSONObject(GatewayKey.all.map { ($0.name, $0.show(configuration.gateway).map { .string($0) } ?? .null) }))
        session.terminal.result(JSON.object(object).text)
      } else {
        session.terminal.result(
          "default model  \(configuration.defaultModel ?? "none; pass -m, or `filmgate models default MODEL`")")
        session.terminal.result("output         \(configuration.output ?? "filmgate-{id}.mp4")")
        for folder in configuration.pluginFolders { session.terminal.result("plugins        \(folder)") }
        session.terminal.result("")
        session.terminal.result("Accounts:")
        let rows = book.accounts.map { ["  \($0.name)", base($0), state($0)] }
        session.terminal.result(rows.isEmpty ? "  none; no plugin is installed" : TextTable.render(rows))
        session.terminal.result("")
        session.terminal.result("Gateway:")
        session.terminal.result(
          TextTable.render(GatewayKey.all.map { ["  \($0.name)", $0.show(configuration.gateway) ?? "-"] }))
      }
      for warning in book.warnings { session.terminal.say("warning: \(warning)") }
      return ExitCode.done.rawValue
    }
  }

  private static func state(_ account: Account) -> String {
    guard let missing = account.missing.first else { return "ready, \(account.authentication.scheme)" }
    return "lacks " + missing.settings.map { $0.variablesText }.joined(separator: " and ")
  }

  private static func base(_ account: Account) -> String {
    account.baseURL.isEmpty ? "no base URL" : account.baseURL
  }

  private static func json(_ account: Account) -> JSON {
    var object: JSONObject = [
      "name": .string(account.name), "plugin": .string(account.pluginID), "profile": .string(account.profile),
      "base_url": .string(account.baseURL), "scheme": .string(account.authentication.scheme),
      "ready": .bool(account.missing.isEmpty),
    ]
    object.add("secrets", account.secrets.names)
    return .object(object)
  }

  static func path(_ session: Session) -> Int32 {
    session.run { () throws(Failure) -> Int32 in
      let locations = try session.locations()
      let rows = [
        ("configuration", locations.configuration.configurationFile), ("keys", locations.configuration.keyFile),
        ("jobs", locations.databaseFile), ("cache", locations.cacheFolder),
      ]
      let folders = session.pluginSettings().folders.map { $0.path }
      if session.wantsJSON {
        var object = JSONObject(rows.map { ($0.0, JSON.string($0.1)) })
        object.add("plugins", folders)
        session.terminal.result(JSON.object(object).text)
        return ExitCode.done.rawValue
      }
      for (name, path) in rows + folders.map({ ("plugins", $0) }) {
        let mark = access(path, F_OK) == 0 ? "" : "  (not there)"
        session.terminal.result(name + String(repeating: " ", count: 15 - name.count) + path + mark)
      }
      return ExitCode.done.rawValue
    }
  }

  static func check(_ session: Session) -> Int32 {
    session.run { () throws(Failure) -> Int32 in
      let locations = try session.locations()
      let configuration = try session.configuration(locations)
      let book = try AccountBook(
        manifests: session.plugins().ready.map { $0.manifest }, configuration: configuration,
        keys: try KeyStore(path: locations.configuration.keyFile).load(), environment: locations.environment)
      for warning in book.warnings { session.terminal.say("warning: \(warning)") }
      let path = locations.configuration.configurationFile
      let isThere = access(path, F_OK) == 0
      if session.wantsJSON {
        session.terminal.result(
          JSON.object([
            "path": .string(path), "is_there": .bool(isThere), "warnings": .array(book.warnings.map { .string($0) }),
          ])
          .text)
      } else {
        session.terminal.result(isThere ? "\(path): no fault found" : "\(path): not there; the defaults are in force")
      }
      return ExitCode.done.rawValue
    }
  }
}

extension ModelsCommand {
  /// Shows the default model, or writes it into the configuration file without touching the rest of it.
  static func useAsDefault(_ session: Session) -> Int32 {
    session.run { () throws(Failure) -> Int32 in
      let locations = try session.locations()
      let configuration = try session.configuration(locations)
      guard let name = session.command.positionals.first else {
        if session.wantsJSON {
          session.terminal.result(
            JSON.object(["default_model": configuration.defaultModel.map { .string($0) } ?? .null]).text)
        } else if let model = configuration.defaultModel {
          session.terminal.result(model)
        } else {
          session.terminal.say("No default model is set; `filmgate models default MODEL` sets one.")
        }
        return ExitCode.done.rawValue
      }
      let match = try Session.catalog(of: session.plugins()).model(named: name, pluginID: nil)
      try ConfigurationEditor.set("default_model", to: name, in: locations.configuration.configurationFile)
      session.terminal.say("The default model is now \(name) (\(match.model.name), by \(match.entry.pluginID)).")
      return ExitCode.done.rawValue
    }
  }
}
