// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import HTTPServer
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// Carries out one request of a proven caller.
@LoopActor struct RequestHandler {
  let parts: GatewayParts
  let services: GatewayServices
  let exchange: Exchange
  let caller: Caller

  private var writer: ReplyWriter { ReplyWriter(parts: parts) }
  private var desk: JobDesk { JobDesk(parts: parts, caller: caller) }

  func handle(_ body: ReceivedBody) async -> HTTPResponse {
    do throws(Failure) {
      switch exchange.route.action {
      case .content(let id):
        let job = try await found(id)
        return try await services.content.respond(
          to: exchange.request, job: job, variant: exchange.query("variant")
        ).get()
      case .events(let id): return try await events(try await found(id))
      case .models: return .json(ModelListing.all(exchange.world, caller))
      case .model(let name): return .json(try ModelListing.one(name, exchange.world.catalog, caller))
      case .plugins: return .json(ModelListing.plugins(exchange.world))
      case .record(let id):
        let job = try await RecordListing.find(id, desk)
        let seconds = try LongPoll.seconds(exchange.query("wait"))
        let poll = LongPoll(store: parts.store, waits: services.waits)
        return .json(RecordListing.one(try await poll.wait(for: job, seconds: seconds), link: view.link))
      case .decode:
        let decoded = try await OrderReader(plugins: parts.plugins).recognized(exchange, body)
        return .json(RecordListing.decoded(decoded))
      case .records: return .json(try await RecordListing.page(desk, exchange, link: view.link))
      case .history(let id):
        let job = try await RecordListing.find(id, desk)
        return .json(RecordListing.history(try await parts.runner.events(job.id), of: job))
      case .administer(let request):
        guard let administration = services.administration else { break }
        let json = body.document.isEmpty ? nil : try OrderReader.json(body)
        return try await administration.answer(request, exchange, body: json, link: view.link)
      case .notOffered(let sentence):
        // A vendor's own format has a word for a call that is not there.
        if case .plugin = exchange.route.format { throw Failure(.notFound, sentence, field: "path") }
        throw Failure(.unsupported, sentence, field: "path")
      case .list where exchange.route.format == .openai: return try await cursorPage()
      default: return try await carryOut(try await OrderReader(plugins: parts.plugins).read(exchange, body))
      }
      throw Failure(.notFound, "This route is not served here.", field: "path")
    } catch {
      var extras = ReplyWriter.Extras()
      // The caller has proven itself: what is refused for a key now is refused to the account's, unless the caller's own
      // has ended since.
      let isOfAccount = error.kind == .authentication && !Failure.isOfEndedKey(error)
      extras.side = isOfAccount ? .provider : .caller
      // What is asked for is fine, and the task's state forbids it.
      extras.isConflict =
        error.kind == .invalid && error.field == JobDesk.stateField && exchange.route.action != .list
      return await writer.write(.failure(error), exchange, extras)
    }
  }

  /// The caller's job, named in the log.
  private func found(_ id: String) async throws(Failure) -> JobRecord {
    let job = try await desk.find(id)
    exchange.note.jobID = job.id
    return job
  }

  private func carryOut(_ order: Order) async throws(Failure) -> HTTPResponse {
    switch order {
    case .create(let order):
      if try exchange.isOn("dry_run") { return try await dryRun(order) }
      return await create(order)
    case .get(let id, let options):
      var job = try await desk.find(id)
      let seconds = try LongPoll.seconds(exchange.query("wait"))
      if seconds > 0 {
        job = try await LongPoll(store: parts.store, waits: services.waits).wait(for: job, seconds: seconds)
      }
      var extras = extras(for: job)
      extras.options = options
      return await writer.write(.task(view(job)), exchange, extras)
    case .list(var filter):
      filter.model = filter.model.map { canonical($0) }
      let page = try await desk.page(filter)
      return await writer.write(.page(page.jobs.map { view($0) }, total: page.total), exchange)
    case .cancel(let id):
      let job = try await desk.cancel(id)
      return await writer.write(.cancelled(view(job)), exchange, extras(for: job))
    case .remove(let id):
      // Vendors' own deletes cancel what waits and keep the record; the host's formats delete in one go.
      if case .plugin = exchange.route.format {
        if let job = try await desk.remove(id, cancelsOnly: true) {
          return await writer.write(.cancelled(view(job)), exchange, extras(for: job))
        }
        return await writer.write(.removed(id: id), exchange)
      }
      _ = try await desk.remove(id, cancelsOnly: false)
      return await writer.write(.removed(id: id), exchange)
    case .reply(var reply):
      // A plugin does not know the request's id where it answers by itself.
      if reply.body?["request_id"]?.string?.isEmpty == true, case .object(var object)? = reply.body {
        object["request_id"] = .string(exchange.requestID)
        reply.body = .object(object)
      }
      return HTTPResponse(reply)
    }
  }

  private func create(_ order: CreateOrder) async -> HTTPResponse {
    do throws(Failure) {
      let result = try await JobCreation(parts: parts, exchange: exchange, caller: caller).create(order)
      var extras = extras(for: result.job)
      extras.isReplay = result.isReplay
      if let refusal = Self.refusal(result.job) {
        try? await markRefused(result.job)
        extras.isSurelyFree = refusal.charged == .no && refusal.kind != .unknownOutcome
        return await writer.write(.failure(refusal), exchange, extras)
      }
      var answered = exchange
      if result.isReplay, let first = result.job.caller?.requestID { answered.requestID = first }
      var response = await writer.write(.created(view.createdTask(of: result.job)), answered, extras)
      if exchange.route.action == .submit {
        response.body = .bytes(RecordListing.one(result.job, link: view.link).serialized())
      }
      return response
    } catch {
      var extras = ReplyWriter.Extras()
      extras.isConflict = error.field == Self.idempotencyField
      // A fault of our own may have come after the purchase.
      extras.mayHaveCreatedTask = error.kind == .internal
      // What the provider's side refuses was turned into its own kind, or stands in the job: this is the caller's key.
      extras.side = .caller
      return await writer.write(.failure(error), exchange, extras)
    }
  }

  /// The field of the store's refusal of a key that was used for something else.
  private static let idempotencyField = "idempotency_key"

  /// Why the provider did not take the job; nil when it did, may have, or has not said yet.
  private static func refusal(_ job: JobRecord) -> Failure? {
    guard job.acceptedAtMilliseconds == nil, [.failed, .cancelled, .expired].contains(job.state) else { return nil }
    return job.task.failure ?? Failure(.upstream, "The provider did not take the task.")
  }

  private func markRefused(_ job: JobRecord) async throws(Failure) {
    guard job.caller?.isRefused == false else { return }
    _ = try await parts.store.update(job.id) { job in
      var job = job
      job.caller?.isRefused = true
      return JobChange(job, output: true)
    }
  }

  private func dryRun(_ order: CreateOrder) async throws(Failure) -> HTTPResponse {
    let creation = JobCreation(parts: parts, exchange: exchange, caller: caller)
    defer { creation.discardInputs() }
    let draft = try await creation.draft(order)
    try caller.checkModel(draft.plan.model.id)
    var plan = draft.plan
    plan.request = plan.request.masked(link: view.link)
    let preview = try await parts.preview(plan, draft.assets)
    let warnings = draft.warnings + preview.warnings.map { CallerFailure.warning($0) }
    var object: JSONObject = [
      "object": "dry_run", "model": .string(draft.plan.request.model), "plugin": .string(draft.plan.pluginID),
      "account": .string(draft.plan.account.name), "quote": draft.quote.json, "request": plan.request.json,
      "ledger": .array(preview.ledger.map { $0.json }),
      "warnings": .array(warnings.map { .string($0) }),
    ]
    object.add("curl", preview.curl)
    exchange.note.warningCount = warnings.count
    var response = HTTPResponse.json(.object(object))
    if !warnings.isEmpty { response.headers.set(ReplyWriter.warningsHeader, ReplyWriter.headerText(warnings)) }
    return response
  }

  /// The words of that format; failed is everything that came to nothing.
  private static let phases: [String: Set<TaskPhase>] = [
    "queued": [.queued, .unknown], "in_progress": [.running], "completed": [.succeeded],
    "failed": [.failed, .cancelled, .expired],
  ]

  /// `after`, `limit` and `order` of the clients that page by cursor, `model` and `status`.
  private func cursorPage() async throws(Failure) -> HTTPResponse {
    var filter = desk.filter()
    let limit = try exchange.integer("limit", in: 1...100) ?? 20
    filter.limit = limit + 1
    switch exchange.query("order") {
    case nil, "", "desc": break
    case "asc": filter.isAscending = true
    default:
      throw Failure(.invalid, "order can be asc or desc.", field: "order", advice: "Correct it, or leave it out.")
    }
    if let cursor = exchange.query("after"), !cursor.isEmpty {
      guard JobID.isPrefix(cursor) else {
        throw Failure(
          .invalid, "after is no id of a video.", field: "after", advice: "Give last_id of the page before.")
      }
      if filter.isAscending { filter.after = cursor } else { filter.before = cursor }
    }
    if let model = exchange.query("model"), !model.isEmpty { filter.model = canonical(model) }
    if let word = exchange.query("status"), !word.isEmpty {
      guard let phases = Self.phases[word] else {
        throw Failure(
          .invalid, "status can be queued, in_progress, completed or failed.", field: "status",
          advice: "Correct it, or leave it out.")
      }
      filter.phases = phases
    }
    let jobs = try await parts.store.jobs(filter)
    var extras = ReplyWriter.Extras()
    extras.hasMore = jobs.count > limit
    let shown = Array(jobs.prefix(limit))
    for job in shown { extras.remixedFrom[job.id] = job.caller?.remixedFrom }
    return await writer.write(.page(shown.map { view($0) }, total: shown.count), exchange, extras)
  }

  /// What jobs keep for a model that a caller names by an alias.
  private func canonical(_ model: String) -> String {
    (try? exchange.world.catalog.model(named: model))?.requestModel ?? model
  }

  /// The job's changes as they come, each as the object that a status request would answer.
  private func events(_ job: JobRecord) async throws(Failure) -> HTTPResponse {
    let (exchange, writer) = (exchange, writer)
    let stream = EventStream(store: parts.store, waits: services.waits)
    return try await stream.respond(exchange.request, job: job) { job in
      writer.object(.task(view(job)), exchange, extras(for: job))
    }
  }

  private func view(_ job: JobRecord) -> VideoTask { view.task(of: job) }

  private var view: JobView {
    let (base, link, catalog) = (exchange.baseURL, parts.link, exchange.world.catalog)
    return JobView(
      link: { link(base, $0, $1) }, model: { try? catalog.model(named: $0).model },
      nowMilliseconds: exchange.nowMilliseconds)
  }

  private func extras(for job: JobRecord) -> ReplyWriter.Extras {
    exchange.note.jobID = job.id
    var extras = ReplyWriter.Extras()
    extras.warnings = job.warnings
    extras.remixedFrom[job.id] = job.caller?.remixedFrom
    extras.pollAfterMilliseconds = PollAdvice.milliseconds(job, nowMilliseconds: exchange.nowMilliseconds)
    extras.mayHaveCreatedTask = job.state == .unknown
    return extras
  }
}
