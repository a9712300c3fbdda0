// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Glibc
import Jobs
import OrderedJSON
import PluginHost
import Store
import VideoDocuments

/// From a request to a clip: plan, price, buy, wait, save.
@LoopActor struct Purchase {
  let session: Session
  let engine: Engine
  let arguments: GenerateArguments
  let interruption: MainThread.Interruption

  func run(_ draft: RequestDraft) async throws(Failure) -> Int32 {
    let command = arguments.command
    let isDryRun = command.isOn("dry-run")
    let output = arguments.outputPath ?? engine.configuration.output
    try OutputCheck.check(output, mayReplace: command.isOn("overwrite"), writes: !isDryRun)
    let plan = try plan(draft, isDryRun: isDryRun)
    let quote = try await engine.quote(plan)
    let display = JobDisplay(session)
    display.planned(plan, quote)
    if let limit = arguments.maximumCost { try limit.check(quote) }
    if isDryRun {
      return try await DryRun(session: session, engine: engine).show(plan, quote, assets: draft.assets)
    }
    var job = JobDraft(
      plan: plan, quote: quote, assets: draft.assets, isLenient: command.isOn("lenient"))
    let model = plan.request.model
    job.outputPathForID = { Self.absolute(OutputPath.expand(output, id: $0, model: model)) }
    job.isOverwriting = command.isOn("overwrite")
    job.warnings += draft.decoded.warnings
    if let interval = try engine.locations.pollingMilliseconds() {
      job.polling = PollingFacts(everyMilliseconds: interval)
    } else if engine.isSandbox {
      // The stand-in is on this machine and done in seconds: no need to spare it.
      job.polling = PollingFacts(everyMilliseconds: 300)
    }
    let record = try await engine.runner.submit(job)
    display.submitted(record)
    var follower = JobFollower(session: session, runner: engine.runner, interruption: interruption, display: display)
    follower.showsPaths = !arguments.writesToStandardOutput
    let code = try await follower.follow(
      record.id, until: command.isOn("no-wait") ? .accepted : .done,
      timeoutMilliseconds: arguments.timeoutMilliseconds)
    if arguments.writesToStandardOutput, code == ExitCode.done.rawValue {
      return try await JobSaving.stream(record.id, engine.runner)
    }
    return code
  }

  private func plan(_ draft: RequestDraft, isDryRun: Bool) throws(Failure) -> Plan {
    let command = arguments.command
    var options = PlanOptions(
      leniency: command.isOn("lenient") ? .lenient : .strict, account: command.value("account"),
      profile: command.value("profile"), defaultModel: engine.configuration.defaultModel, needsSecrets: !isDryRun)
    options.limits = PlanLimits()
    try checkQuarantine(draft.decoded.request.model.isEmpty ? options.defaultModel : draft.decoded.request.model)
    do throws(PlanFailure) {
      return try Planner.plan(
        draft.decoded.request, decoded: draft.decoded.ledger, catalog: engine.catalog, accounts: engine.accounts,
        options: options)
    } catch {
      throw error.failure
    }
  }

  /// A model whose plugin is quarantined is not unknown: its plugin says why it cannot be had.
  private func checkQuarantine(_ model: String?) throws(Failure) {
    guard let model, (try? engine.catalog.model(named: model)) == nil else { return }
    for plugin in engine.registry.catalog.plugins {
      guard case .quarantined(let manifest, let reason, _) = plugin.status,
        (try? Catalog([CatalogEntry(manifest)]).model(named: model)) != nil
      else { continue }
      throw Failure(
        .plugin, "The plugin \(manifest.id), whose model \(model) is, is quarantined: \(reason)", field: "model",
        advice: "it is used again when its file changes, or later; `filmgate plugins list` shows every plugin")
    }
  }

  /// The job may be finished by another process in another folder.
  nonisolated static func absolute(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    guard let folder = getcwd(nil, 0) else { return path }
    defer { free(folder) }
    return "\(String(cString: folder))/\(path)"
  }
}
