// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import HTTPServer
import Jobs
import PluginHost
import Store
import VideoDocuments

/// What a gateway tells its operator.
extension GatewayHost {
  /// What `/readyz` looks at.
  static func fill(_ health: HealthChecks, _ engine: Engine) {
    health.addStore(engine.store)
    let data = FolderRoom("database", at: engine.dataFolder)
    health.add("disk") { await data.problem() }
    if engine.configuration.gateway.isArchiving {
      let archive = FolderRoom("archive", at: engine.archiveFolder)
      health.add("archive") { await archive.problem() }
    }
    health.add("plugins") {
      let catalog = engine.registry.catalog
      // Without any file nobody expects one to work; the built-in renderer does.
      return catalog.plugins.isEmpty || !catalog.ready.isEmpty
        ? nil : "None of the plugins can be used; `filmgate plugins list` says why."
    }
  }

  /// Figures that others keep.
  func fill(_ metrics: GatewayMetrics) {
    let (store, log, size) = (engine.store, log, ArchiveSize(folder: engine.archiveFolder))
    metrics.sources.connections = { [weak self] in self?.server?.connectionCount }
    metrics.sources.droppedLogLines = { log.droppedLines }
    metrics.sources.archiveBytes = { await size.bytes() }
    metrics.sources.webhookOutbox = { try? await store.waitingWebhookCount() }
  }

  /// What was found at the start and goes on as it is; `open` are the jobs that are not over.
  func tellWhatIsWrong(_ open: [JobRecord]) {
    let catalog = engine.registry.catalog
    tell(PluginChanges(from: PluginCatalog(plugins: []), to: catalog), onlyProblems: true)
    for problem in catalog.folderProblems { log.note(.warning, "plugins", problem) }
    for warning in engine.warnings { log.note(.warning, "configuration", warning) }
    tellOfMissingAccounts(open, "wait until it is configured again.")
  }

  /// Lines about plugins; those that cannot be used are warnings.
  func tell(_ changes: PluginChanges, onlyProblems: Bool = false) {
    for change in changes.removed + changes.quarantined + changes.refused {
      log.note(.warning, "plugins", change.sentence, plugin: change.plugin)
    }
    guard !onlyProblems else { return }
    for change in changes.changed + changes.added {
      log.note(.info, "plugins", change.sentence, plugin: change.plugin)
    }
  }

  /// Jobs whose account is not configured (any more), a line for each account; `fate` ends its sentence.
  func tellOfMissingAccounts(_ open: [JobRecord], _ fate: String) {
    let known = Set(engine.accounts.map { AccountName($0.pluginID, $0.name) })
    var counts: [AccountName: Int] = [:]
    for job in open {
      let name = AccountName(job.pluginID, job.account)
      if !known.contains(name) { counts[name, default: 0] += 1 }
    }
    for (name, count) in counts.sorted(by: { $0.key.name < $1.key.name }) {
      let jobs = count == 1 ? "1 job" : "\(count) jobs"
      log.note(
        .warning, "accounts",
        "The account \(name.name) of the plugin \(name.pluginID) is not configured: \(jobs) \(fate)")
    }
  }
}

/// A name means an account together with its plugin alone: another provider's is another account.
struct AccountName: Hashable {
  let pluginID: String
  let name: String

  init(_ pluginID: String, _ name: String) {
    self.pluginID = pluginID
    self.name = name
  }
}
