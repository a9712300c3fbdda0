// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import VideoDocuments

/// A gateway's models and plugins.
@LoopActor struct RemoteCatalog {
  let session: Session
  let gateway: RemoteGateway

  func run(_ path: String) async throws(Failure) -> Int32 {
    if path == "models default" { return try await defaultModel() }
    let manifests = try await gateway.manifests()
    let terminal = session.terminal
    switch path {
    case "models list": return ModelsCommand.list(Catalog(manifests.map { CatalogEntry($0) }), session)
    case "models show":
      let match = try Catalog(manifests.map { CatalogEntry($0) }).model(named: session.command.positionals[0])
      terminal.result(
        session.wantsJSON
          ? match.model.json.text : ModelText.page(match.model, plugin: match.entry.manifest, style: terminal.style))
    case "plugins list":
      for manifest in manifests {
        if session.wantsJSON { continue }
        terminal.result("\(manifest.id) \(manifest.version)  \(manifest.summary)")
      }
      if session.wantsJSON {
        terminal.result(
          JSON.array(
            manifests.map { manifest in
              [
                "id": .string(manifest.id), "version": .string(manifest.version), "state": "ready",
                "models": .array(manifest.models.map { .string($0.id) }),
              ]
            }
          ).text)
      }
    default:
      let id = session.command.positionals[0]
      guard let manifest = manifests.first(where: { $0.id == id }) else {
        throw Failure(
          .plugin,
          "The gateway has no plugin \"\(id)\"."
            + Suggestion.clause(Suggestion.nearest(to: id, among: manifests.map { $0.id })), field: "plugin",
          advice: "`filmgate plugins list` shows what it has")
      }
      terminal.result(
        session.wantsJSON ? manifest.json.text : PluginText.page(manifest, style: terminal.style))
    }
    return ExitCode.done.rawValue
  }

  /// What requests get that name no model.
  private func defaultModel() async throws(Failure) -> Int32 {
    let model = try await gateway.get("/v1/models")["default_model"]?.string
    if session.wantsJSON {
      session.terminal.result(JSON.object(["default_model": model.map { .string($0) } ?? .null]).text)
    } else if let model {
      session.terminal.result(Sanitized.line(model))
    } else {
      session.terminal.say("The gateway has no default model.")
    }
    return ExitCode.done.rawValue
  }
}
