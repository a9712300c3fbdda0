// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import Network
import OrderedJSON
import Store
import Studio
import VideoDocuments

/// Shows what would be sent, what becomes of each field, and the price; sends and buys nothing.
@LoopActor struct DryRun {
  let session: Session
  let engine: Engine

  func show(_ plan: Plan, _ quote: Quote, assets: [JobAsset]) async throws(Failure) -> Int32 {
    let preview = try await Self.preview(plan, assets: assets, engine)
    report(plan, quote, preview)
    return ExitCode.done.rawValue
  }

  /// What would be sent for a plan, and what becomes of each field.
  static func preview(
    _ plan: Plan, assets: [JobAsset], _ engine: Engine
  ) async throws(Failure) -> DryRunPreview {
    let now = SystemClock().nowMilliseconds
    var request = plan.request
    request.externalID = JobID.make(nowMilliseconds: now)
    let task = VideoTask(
      id: request.externalID ?? "", request: request, phase: .queued, createdAtMilliseconds: now)
    var job = JobRecord(
      task: task, pluginID: plan.pluginID, pluginVersion: plan.pluginVersion, account: plan.account.name,
      connection: plan.account.connection)
    job.assets = assets
    let step = try await engine.calls.create(job, nowMilliseconds: now)
    if case .fail(let failure) = step.action { throw failure }
    let check = LedgerCheck.merge(planned: plan.ledger, fromPlugin: step.ledger, request: plan.request)
    var curl: String?
    if case .http(let http) = step.action {
      let route = try engine.routes.previewRoute(for: job)
      var described = try await StepRendering.request(http, for: job, route: route)
      if http.isSigned {
        let digest = try await described.body.digest().get(orThrow: Failure(.invalid, "An input cannot be read."))
        described = described.adding(
          route.signer.preview(described.signable(bodyDigest: digest), nowMilliseconds: now))
      }
      curl = CurlLine.render(
        method: described.method, url: described.url.description,
        headers: described.headers.map { ($0.name, $0.value) }, body: pieces(http.body, assets))
    }
    return DryRunPreview(curl: curl, ledger: check.ledger, warnings: check.warnings)
  }

  private func report(_ plan: Plan, _ quote: Quote, _ check: DryRunPreview) {
    let terminal = session.terminal
    let curl = check.curl
    if session.wantsJSON {
      var object: JSONObject = [
        "event": "dry_run", "model": .string(plan.request.model), "plugin": .string(plan.pluginID),
        "account": .string(plan.account.name), "quote": quote.json, "request": plan.request.json,
        "ledger": .array(check.ledger.map { $0.json }), "warnings": .array(check.warnings.map { .string($0) }),
      ]
      object.add("curl", curl)
      terminal.result(JSON.object(object).text)
      return
    }
    terminal.result(curl ?? "# rendered on this machine; nothing is sent")
    terminal.say("\(terminal.errorStyle.bold("fields"))")
    terminal.say(LedgerText.render(check.ledger, style: terminal.errorStyle))
    for warning in check.warnings {
      terminal.say("\(terminal.errorStyle.warning("warning:")) \(Sanitized.line(warning))")
    }
    if let curl, curl.contains(Secrets.mask) { terminal.say(Self.masked(plan.account.authentication)) }
    terminal.say("Nothing was sent and nothing was bought.")
  }

  /// What has to stand where the line shows stars.
  private static func masked(_ scheme: AuthenticationFacts) -> String {
    let names = scheme.secrets.map { $0.name }.joined(separator: " and ")
    switch scheme.scheme {
    case "jwt-hs256": return "*** stands for a token that is signed with \(names) and is good for a short time."
    case "hmac-v4": return "*** stands for the key's id and for a signature of this very request."
    default: return "*** stands for \(names): put it in to run the line."
    }
  }

  /// The body as text and files, for a shell.
  private static func pieces(_ body: RequestBody?, _ assets: [JobAsset]) -> [CurlLine.BodyPiece] {
    guard case .segments(let segments, _)? = body else { return [] }
    return segments.map { segment in
      switch segment {
      case .text(let text): return .text(text)
      case .asset(let id, let encoding):
        let asset = assets.first { $0.id == id }
        let shown =
          encoding == .dataURL ? "data:\(asset?.mediaType ?? "application/octet-stream");base64," : encoding.rawValue
        return .asset(path: asset?.path ?? id, encoding: shown)
      }
    }
  }
}

extension Result {
  /// The value, or another failure in the place of this one.
  fileprivate func get<Other: Error>(orThrow failure: Other) throws(Other) -> Success {
    guard case .success(let value) = self else { throw failure }
    return value
  }
}
