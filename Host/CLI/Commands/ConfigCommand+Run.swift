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
      let plugins = session.plugins()
      let book = try Engine.book(plugins, configuration, locations, isLenient: false)
      let warnings = ConfigurationCheck.warnings(configuration, book, plugins)
      let report = ConfigurationText.json(configuration, book.accounts)
      session.terminal.result(session.wantsJSON ? report.text : ConfigurationText.render(report))
      for warning in warnings { session.terminal.say("warning: \(warning)") }
      return ExitCode.done.rawValue
    }
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
      let plugins = session.plugins()
      let book = try Engine.book(plugins, configuration, locations, isLenient: false)
      let warnings = ConfigurationCheck.warnings(configuration, book, plugins)
      for warning in warnings { session.terminal.say("warning: \(warning)") }
      let path = locations.configuration.configurationFile
      let isThere = access(path, F_OK) == 0
      if session.wantsJSON {
        session.terminal.result(
          JSON.object([
            "path": .string(path), "is_there": .bool(isThere), "warnings": .array(warnings.map { .string($0) }),
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
