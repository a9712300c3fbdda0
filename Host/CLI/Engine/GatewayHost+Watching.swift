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

  /// Jobs whose account is not configured (any more) or leads elsewhere, a line for each account; `fate` ends its
  /// sentence.
  func tellOfMissingAccounts(_ open: [JobRecord], _ fate: String) {
    struct Problem: Hashable {
      var account: AccountName
      var lack: AccountRoutes.Lack
    }
    var counts: [Problem: Int] = [:]
    for job in open {
      guard let lack = engine.routes.lack(for: job) else { continue }
      counts[Problem(account: AccountName(job.pluginID, job.account), lack: lack), default: 0] += 1
    }
    for (problem, count) in counts.sorted(by: { $0.key.account.name < $1.key.account.name }) {
      let jobs = count == 1 ? "1 job" : "\(count) jobs"
      let name = "The account \(problem.account.name) of the plugin \(problem.account.pluginID)"
      switch problem.lack {
      case .unknown: log.note(.warning, "accounts", "\(name) is not configured: \(jobs) \(fate)")
      case .moved:
        log.note(
          .warning, "accounts",
          "\(name) leads elsewhere now than where it bought \(jobs), which wait for an account with the old address "
            + "and key, under any name.")
      }
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
