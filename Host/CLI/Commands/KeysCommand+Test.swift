// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import Studio
import VideoDocuments

extension KeysCommand {
  /// An id that no vendor ever gave: asking for it costs nothing and shows whether the credentials are accepted.
  static let probeID = "filmgate-key-test"

  static func test(_ session: Session) throws(UsageFailure) -> Int32 {
    MainThread.run { _ in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let engine = try await Engine.open(session, isSandbox: false)
        return await engine.closing { () async -> Int32 in
          await session.runOnLoop { () async throws(Failure) -> Int32 in try await test(session, engine) }
        }
      }
    }
  }

  @LoopActor private static func test(_ session: Session, _ engine: Engine) async throws(Failure) -> Int32 {
    tell(try await probe(session.command.positionals[0], engine), session)
  }

  /// Asks the providers of a plugin's accounts, or of one account: nil where the credentials are accepted.
  @LoopActor static func probe(
    _ name: String, _ engine: Engine
  ) async throws(Failure) -> [(account: String, failure: Failure?)] {
    let accounts = engine.accounts.filter { $0.name == name || $0.pluginID == name }
    guard !accounts.isEmpty else {
      throw Failure(
        .plugin, "There is no plugin or account \"\(name)\".", field: "plugin",
        advice: "`filmgate config show` lists the accounts")
    }
    let ready = accounts.filter { $0.missing.isEmpty }
    guard !ready.isEmpty else {
      throw accounts[0].lack(displayName: accounts[0].pluginID)
        ?? Failure(.authentication, "The account \(accounts[0].name) has no key.")
    }
    var answers: [(account: String, failure: Failure?)] = []
    for account in ready { answers.append((account.name, try await probe(account, engine))) }
    return answers
  }

  /// Says what the providers answered; the exit code is that of the last one that refused.
  static func tell(_ answers: [(account: String, failure: Failure?)], _ session: Session) -> Int32 {
    var worst = ExitCode.done.rawValue
    for (account, failure) in answers {
      if let failure {
        worst = session.fail(failure)
      } else if session.wantsJSON {
        session.terminal.result(JSON.object(["account": .string(account), "accepted": true]).text)
      } else {
        session.terminal.result("\(Sanitized.line(account))  accepted")
      }
    }
    return worst
  }

  /// Nil when the vendor answered like one that knows the caller.
  @LoopActor private static func probe(_ account: Account, _ engine: Engine) async throws(Failure) -> Failure? {
    guard let manifest = engine.catalog.entries.first(where: { $0.pluginID == account.pluginID })?.manifest,
      account.pluginID != StudioManifest.pluginID
    else { return nil }
    let calls = PluginCalls(plugins: engine.plugins, studio: StudioCalls(cacheFolder: engine.locations.cacheFolder))
    let now = SystemClock().nowMilliseconds
    let job = try await neverSubmitted(manifest, account, engine, calls, now)
    let step = try await calls.poll(job, nowMilliseconds: now)
    guard case .http(let http) = step.action else { return nil }
    switch await engine.wire.send(http, for: job) {
    case .notSent(let failure), .unknown(let failure): return failure
    case .answered(let answer):
      let head = ResponseHead(operation: "poll", status: answer.status, headers: answer.headers)
      do throws(Failure) {
        let next = try await calls.resume(job, state: step.state, head: head, body: answer.body, nowMilliseconds: now)
        guard case .fail(let failure) = next.action else { return nil }
        return isAboutTheKey(failure) ? failure : nil
      } catch {
        return isAboutTheKey(error) ? error : nil
      }
    }
  }

  /// A job as it would be after a submission, with an id that no vendor gave. The plugin writes its state for it by
  /// preparing a submission that is then not sent.
  @LoopActor private static func neverSubmitted(
    _ manifest: Manifest, _ account: Account, _ engine: Engine, _ calls: PluginCalls, _ now: Int64
  ) async throws(Failure) -> JobRecord {
    for model in manifest.models where model.profiles.isEmpty || model.profiles.contains(account.profile) {
      var request = VideoRequest(model: model.id)
      request.prompt = "A key is tested."
      // Models that need more than a prompt are passed over.
      guard
        let plan = try? Planner.plan(
          request, catalog: engine.catalog, accounts: engine.accounts, options: PlanOptions(account: account.name))
      else { continue }
      var task = VideoTask(id: probeID, request: plan.request, phase: .queued, createdAtMilliseconds: now)
      task.request.externalID = probeID
      var job = JobRecord(
        task: task, pluginID: account.pluginID, pluginVersion: manifest.version, account: account.name,
        connection: account.connection)
      let step = try await calls.create(job, nowMilliseconds: now)
      guard case .http = step.action else { continue }
      job.pluginState = step.state
      job.task.upstreamID = probeID
      return job
    }
    throw Failure(
      .unsupported, "The keys of \(account.name) cannot be tested: none of its models is made from a prompt alone.",
      advice: "try it with a request; `--dry-run` shows it without buying")
  }

  /// A vendor that says "no such task" has accepted the key.
  private static func isAboutTheKey(_ failure: Failure) -> Bool {
    switch failure.kind {
    case .notFound, .invalid, .expired, .unsupported: return false
    default: return true
    }
  }
}
