// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import HTTPServer
import Jobs
import Network
import OrderedJSON
import Store
import VideoDocuments

/// From a decoded request to a job that the provider has accepted or refused: plan, price, permission, purchase.
@LoopActor struct JobCreation {
  let parts: GatewayParts
  let exchange: Exchange
  let caller: Caller

  init(parts: GatewayParts, exchange: Exchange, caller: Caller) {
    self.parts = parts
    self.exchange = exchange
    self.caller = caller
  }

  struct Result {
    var job: JobRecord
    var isReplay: Bool
  }

  /// Copies that this request made.
  private let inputs = RequestInputs()

  private var desk: JobDesk { JobDesk(parts: parts, caller: caller) }

  /// The request as it would be bought.
  struct Draft {
    var plan: Plan
    var quote: Quote
    var assets: [JobAsset]
    var warnings: [String]
    /// The same for the same request of the same caller, whatever account is chosen.
    var fingerprint: String
    var externalID: String?
    var remixedFrom: String?
    var webhookURL: String?
    /// The model as the caller named it, or named it for the job that this one is made from.
    var model: String?
  }

  /// Deletes the copies of the request's inputs, where no job has come of it.
  func discardInputs() {
    for asset in inputs.copies { parts.assets.remove(asset) }
    inputs.copies = []
  }

  func draft(_ order: CreateOrder) async throws(Failure) -> Draft {
    var request = order.decoded.request
    var remixedFrom: String?
    var kept: [JobAsset] = []
    var model = request.model.isEmpty ? nil : request.model
    if let basis = order.basis {
      let based = try await JobBasis(desk: desk).apply(basis, to: request)
      request = based.request
      kept = based.assets
      model = model ?? based.model
      remixedFrom = based.jobID
    }
    let externalID = request.externalID
    request.externalID = nil
    if let externalID { try await checkUnused(externalID) }
    var assets = try await parts.assets.adopt(order.media, into: &request, places: order.places)
    let webhookURL = try WebhookAddress.take(
      from: &request, mayBePrivate: exchange.world.settings.webhooksMayBePrivate)
    let fingerprint = Self.fingerprint(request, assets + kept, [externalID, webhookURL])
    inputs.copies = assets
    assets += kept
    let world = exchange.world
    var options = PlanOptions(
      leniency: try exchange.isOn("strict") ? .strict : .lenient,
      defaultModel: world.defaultModel)
    options.chance = Double.random(in: 0..<1)
    options.busyAccounts = parts.supervisor.busyAccounts
    if try exchange.isOn("dry_run") { options.needsSecrets = false }
    let plan: Plan
    do throws(PlanFailure) {
      plan = try Planner.plan(
        request, decoded: order.decoded.ledger, catalog: world.catalog, accounts: world.accounts, options: options)
    } catch {
      exchange.note.message = error.failure.message
      throw ProviderSide.failure(Self.told(Self.missing(error.failure, request.model, world), order.basis))
    }
    let quote = try await parts.quote(plan)
    var warnings = (plan.warnings + order.decoded.warnings).map { CallerFailure.warning($0) }
    if request.model.isEmpty, world.configuration.defaultModel == nil {
      warnings.append("No model was named, and none is configured as the default: \(plan.model.id) is used.")
    }
    return Draft(
      plan: plan, quote: quote, assets: assets, warnings: warnings,
      fingerprint: fingerprint, externalID: externalID, remixedFrom: remixedFrom, webhookURL: webhookURL, model: model)
  }

  /// What planning has against the model itself, said to a caller. A model that nobody has is something that is not
  /// there: vendors and their clients tell it from a wrong value. How accounts are called is the operator's affair.
  private static func missing(_ failure: Failure, _ model: String, _ world: GatewayWorld) -> Failure {
    guard failure.field == "model", !model.isEmpty else { return failure }
    var failure = failure
    switch failure.kind {
    case .invalid where (try? world.catalog.model(named: model)) == nil: failure.kind = .notFound
    case .unsupported:
      failure.message = "No account of this gateway is for that model."
      failure.advice = "Take another model; GET /v1/models lists them."
    default: break
    }
    return failure
  }

  /// What a model has against a clip as its input, said of what was asked for: to change or continue that clip.
  private static func told(_ failure: Failure, _ basis: CreateOrder.Basis?) -> Failure {
    switch basis {
    case nil, .again, .inputs: return failure
    case .remix, .followUp:
      guard failure.kind == .unsupported, failure.field?.hasPrefix("inputs") == true else { return failure }
      var failure = failure
      failure.message = "This model cannot change or continue the clip: \(failure.message)"
      failure.field = "video"
      failure.advice = failure.advice.flatMap { $0.contains("`") ? nil : $0 } ?? "Name a model that takes videos."
      return failure
    }
  }

  /// It is an id in paths, so it must name one task.
  private func checkUnused(_ externalID: String) async throws(Failure) {
    guard exchange.request.head.headers["idempotency-key"] == nil else { return }
    var filter = desk.filter()
    filter.externalID = externalID
    filter.limit = 1
    guard let other = try await parts.store.jobs(filter).first else { return }
    throw Failure(
      .invalid, "external_task_id is that of the task \(other.id) already.", field: "external_task_id",
      advice: "Give each task an id of its own, or none.")
  }

  func create(_ order: CreateOrder) async throws(Failure) -> Result {
    do throws(Failure) {
      let result = try await attempt(order)
      if result.isReplay { discardInputs() }
      return result
    } catch {
      discardInputs()
      throw error
    }
  }

  private func attempt(_ order: CreateOrder) async throws(Failure) -> Result {
    let draft = try await draft(order)
    let idempotencyKey = try Self.idempotencyKey(exchange.request.head.headers)
    if idempotencyKey == nil, let earlier = try await repeated(draft) { return Result(job: earlier, isReplay: true) }
    var jobDraft = JobDraft(plan: draft.plan, quote: draft.quote, assets: draft.assets, isLenient: true)
    jobDraft.idempotencyKey = idempotencyKey
    jobDraft.requestFingerprint = draft.fingerprint
    jobDraft.warnings = draft.warnings
    jobDraft.isLenient = try !exchange.isOn("strict")
    if let interval = parts.pollingMilliseconds { jobDraft.polling = PollingFacts(everyMilliseconds: interval) }
    var mark = JobCaller(
      keyID: caller.keyID, format: exchange.route.format.name, requestID: exchange.requestID)
    if case .plugin(_, let route) = exchange.route.format { mark.route = route }
    if draft.model != draft.plan.request.model { mark.model = draft.model }
    mark.externalID = draft.externalID
    mark.remixedFrom = draft.remixedFrom
    mark.webhookURL = draft.webhookURL
    jobDraft.caller = mark
    CallbackAddress.add(to: &jobDraft, manifest: draft.plan.manifest, settings: exchange.world.settings)
    let reservation: CallerReservation
    do throws(Failure) {
      reservation = try await parts.authenticator.reserve(caller, model: draft.plan.model.id, quote: draft.quote)
    } catch {
      // What was asked for before needs no room.
      guard let idempotencyKey, let earlier = try await made(idempotencyKey, draft.fingerprint) else { throw error }
      return Result(job: earlier, isReplay: true)
    }
    jobDraft.caller?.reservationID = reservation.id
    jobDraft.limits = reservation.limits
    let submission: Result
    do throws(Failure) {
      let made = try await parts.supervisor.submit(
        jobDraft, waitMilliseconds: exchange.world.settings.createWaitMilliseconds)
      submission = Result(job: made.job, isReplay: made.isReplay)
    } catch {
      reservation.release()
      throw error
    }
    reservation.settle(submission.job)
    return submission
  }

  /// A client that had no answer asks again without a key of its own; `x-stainless-retry-count` says that it is a repeat.
  /// So long after the first one it is taken for the same request.
  private static let repeatWindowMilliseconds: Int64 = 900_000
  private static let jobsSearched = 50

  private func repeated(_ draft: Draft) async throws(Failure) -> JobRecord? {
    guard let count = exchange.request.head.headers["x-stainless-retry-count"], let count = Int(count), count > 0
    else { return nil }
    var filter = desk.filter()
    filter.limit = Self.jobsSearched
    filter.includesRefused = true
    let earliest = exchange.nowMilliseconds - Self.repeatWindowMilliseconds
    let last = try await parts.store.jobs(filter).first {
      $0.requestFingerprint == draft.fingerprint && $0.task.createdAtMilliseconds >= earliest
    }
    // The last of them was refused: that one is tried again, and no earlier one that the caller has.
    return last?.caller?.isRefused == true ? nil : last
  }

  private func made(_ idempotencyKey: String, _ fingerprint: String) async throws(Failure) -> JobRecord? {
    var filter = desk.filter()
    filter.idempotencyKey = idempotencyKey
    filter.includesRefused = true
    filter.limit = 1
    return try await parts.store.jobs(filter).first { $0.requestFingerprint == fingerprint }
  }

  private static let maximumKeyBytes = 255

  private static func idempotencyKey(_ headers: HTTPHeaders) throws(Failure) -> String? {
    guard let key = headers["idempotency-key"] else { return nil }
    guard !key.isEmpty, key.utf8.count <= maximumKeyBytes else {
      throw Failure(
        .invalid, "Idempotency-Key must have 1 to \(maximumKeyBytes) bytes.", field: "Idempotency-Key",
        advice: "Send a random text, such as a UUID.")
    }
    return key
  }

  /// By what a caller asked for, with the inputs' bytes instead of their names, and what is not for the provider.
  private static func fingerprint(_ request: VideoRequest, _ assets: [JobAsset], _ own: [String?]) -> String {
    // A link of the vendor's to another task's clip changes; the task does not.
    let parts: [JSON] =
      [request.masked { id, _ in id }.json] + assets.map { .array([.string($0.id), .string($0.sha256)]) }
      + own.map { $0.map { .string($0) } ?? .null }
    return SHA256Digest(of: JSON.array(parts).text).hexadecimal
  }
}

/// What a request has put on disk so far.
@LoopActor private final class RequestInputs {
  var copies: [JobAsset] = []
}
