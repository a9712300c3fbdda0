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
    let manifests = try await manifests()
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
          JSON.array(manifests.map { ["id": .string($0.id), "version": .string($0.version)] }).text)
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
      terminal.result(manifest.json.text)
    }
    return ExitCode.done.rawValue
  }

  private func manifests() async throws(Failure) -> [Manifest] {
    var manifests: [Manifest] = []
    for plugin in try await gateway.get("/v1/plugins")["data"]?.array ?? [] {
      guard let document = plugin["manifest"] else { continue }
      do throws(DocumentFailure) {
        manifests.append(try Manifest(document))
      } catch {
        throw Failure(.drift, "The gateway describes a plugin in a way that is not understood: \(error).")
      }
    }
    return manifests
  }
}
