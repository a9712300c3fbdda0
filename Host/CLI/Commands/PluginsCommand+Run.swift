// SPDX-License-Identifier: Apache-2.0

import Loader
import OrderedJSON
import PluginHost
import VideoDocuments

extension PluginsCommand {
  static func list(_ session: Session) -> Int32 {
    let catalog = session.plugins()
    if session.wantsJSON {
      session.terminal.result(JSON.array(catalog.plugins.map(json)).text)
      return ExitCode.done.rawValue
    }
    let style = session.terminal.style
    if !catalog.plugins.isEmpty { session.terminal.result(PluginText.list(catalog.plugins, style: style)) }
    for problem in catalog.folderProblems { session.terminal.say("warning: \(Sanitized.line(problem))") }
    for conflict in catalog.modelConflicts {
      session.terminal.say(
        "The model \(conflict.model) is offered by \(conflict.winner) and by \(conflict.loser); it is "
          + "\(conflict.winner)'s. Write \(conflict.loser)/\(conflict.model) for the other.")
    }
    if catalog.plugins.isEmpty {
      session.terminal.say("There are no plugins. `filmgate help plugins` shows the folders that are searched.")
    }
    return ExitCode.done.rawValue
  }

  static func show(_ session: Session) -> Int32 {
    let id = session.command.positionals[0]
    let catalog = session.plugins()
    guard let plugin = catalog[id], let manifest = plugin.manifest else {
      let known = catalog.plugins.compactMap { $0.id }
      return session.fail(
        Failure(
          .plugin, "There is no plugin \"\(id)\"." + Suggestion.clause(Suggestion.nearest(to: id, among: known)),
          field: "plugin", advice: "`filmgate plugins list` shows what is installed"))
    }
    if session.wantsJSON {
      var object = json(plugin).object ?? JSONObject()
      object["manifest"] = manifest.json
      session.terminal.result(JSON.object(object).text)
      return ExitCode.done.rawValue
    }
    session.terminal.result(PluginText.page(plugin, manifest, style: session.terminal.style))
    return ExitCode.done.rawValue
  }

  private static func json(_ plugin: DiscoveredPlugin) -> JSON {
    var object: JSONObject = ["path": .string(plugin.path), "state": .string(PluginText.state(plugin))]
    object.add("id", plugin.id)
    object.add("version", plugin.version)
    if !plugin.sha256Text.isEmpty { object.add("sha256", plugin.sha256Text) }
    object.add("jail", plugin.jailLevel.map { "\($0)" })
    object.add("problem", plugin.problem)
    if let manifest = plugin.manifest { object["models"] = .array(manifest.models.map { .string($0.id) }) }
    return .object(object)
  }
}
