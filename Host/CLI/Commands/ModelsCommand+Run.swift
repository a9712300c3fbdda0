// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import PluginHost
import VideoDocuments

extension ModelsCommand {
  static func list(_ session: Session) -> Int32 {
    let models = Session.catalog(of: session.plugins()).entries.flatMap { entry in
      entry.manifest.models.map { (entry.manifest, $0) }
    }
    if session.wantsJSON {
      let list = models.map { manifest, model in
        var object: JSONObject = ["id": .string(model.id), "plugin": .string(manifest.id), "name": .string(model.name)]
        object.add("aliases", model.aliases.map { $0.name })
        object.add("patterns", model.patterns)
        return JSON.object(object)
      }
      session.terminal.result(JSON.array(list).text)
      return ExitCode.done.rawValue
    }
    let width = models.map { $0.1.id.count }.max() ?? 0
    let pluginWidth = models.map { $0.0.id.count }.max() ?? 0
    for (manifest, model) in models {
      session.terminal.result(
        ModelText.line(
          model, plugin: manifest.id, width: width, pluginWidth: pluginWidth, style: session.terminal.style))
    }
    return ExitCode.done.rawValue
  }

  static func show(_ session: Session) -> Int32 {
    do throws(Failure) {
      let match = try Session.catalog(of: session.plugins()).model(named: session.command.positionals[0], pluginID: nil)
      session.terminal.result(
        session.wantsJSON
          ? match.model.json.text
          : ModelText.page(match.model, plugin: match.entry.manifest, style: session.terminal.style))
      return ExitCode.done.rawValue
    } catch {
      return session.fail(error)
    }
  }
}

/// The words that completion scripts offer.
enum CompletionWords {
  static func list(_ kind: String, _ session: Session) -> [String] {
    switch kind {
    case "models":
      return Session.catalog(of: session.plugins()).entries.flatMap { entry in
        entry.manifest.models.flatMap { [$0.id] + $0.aliases.map { $0.name } }
      }
    case "plugins": return session.plugins().ready.map { $0.manifest.id }
    case "jobs": return JobWords.list(session)
    case "tokens": return TokensCommand.words(session)
    default: return []
    }
  }
}
