// SPDX-License-Identifier: Apache-2.0
import Dialects
import EventLoop
import HTTPServer
import Jobs
import Network
import OrderedJSON
import VideoDocuments

/// Plays the vendor for one profile of one plugin.
@LoopActor final class EndpointService {
  let key: EndpointKey
  let manifest: Manifest
  let profile: ProfileFacts
  let routes: EndpointRoutes
  let authenticator: EndpointAuthenticator
  private unowned let service: SandboxService

  init(
    _ manifest: Manifest, _ profile: ProfileFacts, service: SandboxService, replacing earlier: EndpointService? = nil
  ) throws(Failure) {
    key = EndpointKey(pluginID: manifest.id, profile: profile.id)
    self.manifest = manifest
    self.profile = profile
    routes = EndpointRoutes(manifest, profile: profile)
    authenticator = try EndpointAuthenticator(profile.authentication, keeping: earlier?.authenticator.secrets)
    self.service = service
  }

  /// Answers a request whose path begins with this endpoint's base; `path` is what follows, as it came.
  func respond(to request: HTTPRequest, path: String) async -> ServerResponse {
    let began = EventLoop.monotonicNanoseconds
    do throws(RouteMatcher.Miss) {
      var (target, head) = try routes.match(
        method: request.head.method, path: path, query: request.head.query ?? "")
      head.query.removeAll { authenticator.isProof(query: $0.name) }
      head.headers = RouteMatcher.visible(request.head.headers.fields.map { NameValuePair($0.name, $0.value) })
        .filter { !authenticator.isProof(header: $0.name) }
      return await answer(request, head, Speech(target, manifest, key, service.port, began: began))
    } catch {
      return Self.response(to: error)
    }
  }

  private static func response(to miss: RouteMatcher.Miss) -> ServerResponse {
    switch miss {
    case .notFound:
      return .json(
        status: 404, PlainFailure.body("The sandbox serves no such path here; GET / lists those that it does."))
    case .badTarget: return .json(status: 400, PlainFailure.body("The path or the query cannot be decoded."))
    case .wrongMethod(let allowed):
      var response = ServerResponse.json(
        status: 405, PlainFailure.body("This path takes \(allowed.joined(separator: " and "))."))
      response.headers.set("Allow", allowed.joined(separator: ", "))
      return response
    }
  }

  private func answer(_ request: HTTPRequest, _ head: VideoDocuments.RequestHead, _ speech: Speech) async
    -> ServerResponse
  {
    do throws(ReceivingFailure) {
      let body = try await ReceivedBody.read(
        request.body, maximumBytes: service.options.maximumBodyBytes,
        maximumDocumentBytes: service.options.maximumDocumentBytes, folder: service.folder.path)
      let signed = SignableRequest(
        method: request.head.method, path: request.head.path, query: request.head.query,
        headers: request.head.headers.fields.map { HTTPHeader($0.name, $0.value) },
        bodyDigest: body.digest ?? .ofNothing)
      if let refusal = authenticator.refusal(of: signed, nowMilliseconds: WallClock.milliseconds) {
        return await speech.write(.failure(refusal))
      }
      return await carryOut(head, body, speech)
    } catch .refused(let failure) {
      return await speech.write(.failure(failure))
    } catch {
      return ServerResponse(status: 400)
    }
  }

  private func carryOut(_ head: VideoDocuments.RequestHead, _ body: ReceivedBody, _ speech: Speech) async
    -> ServerResponse
  {
    do throws(Failure) {
      switch try await speech.read(head, body.document) {
      case .create(let request, let ledger):
        let record = try await create(request, ledger, body.media)
        guard !record.faults.contains(.drop) else { return .dropped }
        return await speech.write(.created(record.snapshot))
      case .get(let id, let options):
        return await speech.write(.task(try service.table.find(id, at: key).snapshot), options: options)
      case .list(let filter):
        let page = service.table.page(filter, at: key)
        return await speech.write(.page(page.tasks, total: page.total))
      case .cancel(let id):
        let record = try service.table.find(id, at: key)
        try cancel(record)
        return await speech.write(.cancelled(record.snapshot))
      case .remove(let id):
        let record = try service.table.find(id, at: key)
        if record.task.phase.isTerminal {
          service.table.remove(record)
          return await speech.write(.removed(id: id))
        }
        try cancel(record)
        return await speech.write(.cancelled(record.snapshot))
      case .reply(let reply):
        return ServerResponse(reply)
      }
    } catch {
      return await speech.write(.failure(error))
    }
  }

  private func create(
    _ decoded: VideoRequest, _ ledger: [LedgerEntry], _ hoisted: [HoistedMedia]
  ) async throws(Failure) -> TaskRecord {
    var request = decoded
    let faults = try SandboxFault.asked(by: request)
    request.options[SandboxFault.optionName] = Optional.none
    let media = try await ReceivedMedium.attach(hoisted, to: &request, folder: service.folder)
    let plan = try plan(request, ledger)
    for fault in SandboxFault.allCases where faults.contains(fault) {
      if let refusal = fault.refusal { throw refusal }
    }
    let task = VideoTask(
      id: RandomText.make(), request: plan.request, phase: .queued, createdAtMilliseconds: WallClock.milliseconds)
    let record = TaskRecord(task, endpoint: key, model: plan.model, faults: faults, media: media)
    try service.table.add(record)
    service.runner.start(record)
    return record
  }

  /// Holds the request to the plugin's manifest, as the vendor would. What the manifest does not know is ignored, as
  /// vendors do.
  private func plan(_ request: VideoRequest, _ ledger: [LedgerEntry]) throws(Failure) -> Plan {
    let account = Account(
      name: "sandbox", pluginID: key.pluginID, profile: key.profile, baseURL: "http://127.0.0.1",
      authentication: profile.authentication.first ?? AuthenticationFacts(scheme: "none", secrets: []))
    do throws(PlanFailure) {
      return try Planner.plan(
        request, decoded: ledger, catalog: Catalog([CatalogEntry(manifest)]), accounts: [account],
        options: PlanOptions(leniency: .lenient, profile: key.profile, needsSecrets: false))
    } catch {
      throw error.failure
    }
  }

  /// Cancels a task that still waits: what runs, runs to its end.
  private func cancel(_ record: TaskRecord) throws(Failure) {
    switch record.task.phase {
    case .queued, .unknown:
      var update = TaskUpdate(.cancelled)
      update.failure = Failure(.cancelled, "The task was cancelled.")
      record.abandon()
      record.apply(update)
    case .running:
      throw Failure(
        .invalid, "The task is running and can no longer be cancelled.", field: "status",
        advice: "Wait for it to end.")
    case .cancelled: return
    case .succeeded, .failed, .expired:
      throw Failure(.invalid, "The task is over: \(record.task.phase.rawValue).", field: "status")
    }
  }
}
