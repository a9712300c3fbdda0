// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import OrderedJSON
import Store
import VideoDocuments

/// Jobs with everything that is kept of them, as the command line shows them: `GET /v1/jobs`.
@LoopActor enum RecordListing {
  /// Without what is only this machine's: paths, leases, the vendor's connection and state.
  ///
  /// `link` makes the links to its clips, which need no key.
  static func one(_ job: JobRecord, link: @escaping @Sendable (_ jobID: String, _ variant: String?) -> String) -> JSON {
    var job = job
    // The form of a record is kept, so that whoever reads stored jobs reads these too.
    job.lease = nil
    job.pluginState = nil
    job.outputPath = nil
    job.caller = nil
    job.account = ""
    job.accountKey = nil
    job.connection = Connection(profile: job.connection.profile, baseURL: "")
    let (id, outputs) = (job.id, job.task.outputs)
    job.task = TaskMasking { link(id, JobView.variant(of: $0, among: outputs)) }.masked(job.task, id: job.id)
    job.task.vendorTask = nil
    job.task.failure = job.task.failure.map { ProviderSide.ofJob($0) }
    job.trouble = job.trouble.map { ProviderSide.ofJob($0) }
    job.task.request = job.task.request.masked(link: link)
    for index in job.assets.indices { job.assets[index].path = "" }
    for index in job.archived.indices { job.archived[index].path = "" }
    return job.json
  }

  /// Among so many of the caller's newest jobs is looked for one by the end of its id.
  private static let jobsSearchedByEnd = 1_000
  private static let shortestEndCharacters = 4

  /// The job with that id, or the only one whose id ends so.
  static func find(_ id: String, _ desk: JobDesk) async throws(Failure) -> JobRecord {
    let missing: Failure
    do throws(Failure) { return try await desk.find(id) } catch { missing = error }
    guard missing.kind == .notFound, id.count >= shortestEndCharacters else { throw missing }
    var filter = desk.filter()
    filter.includesRefused = true
    filter.limit = jobsSearchedByEnd
    let found = try await desk.parts.store.jobs(filter).filter { $0.id.hasSuffix(id) }
    guard let job = found.first else { throw missing }
    guard found.count == 1 else {
      throw Failure(.invalid, "More than one job has an id that ends so.", field: "id", advice: "Give more of the id.")
    }
    return job
  }

  /// What a body asks for.
  static func decoded(_ decoded: DecodedRequest) -> JSON {
    [
      "object": "request", "request": decoded.request.json, "ledger": .array(decoded.ledger.map { $0.json }),
      "warnings": .array(decoded.warnings.map { .string($0) }),
    ]
  }

  /// Newest first; `before` is the id of the last one of the page before.
  static func page(
    _ desk: JobDesk, _ exchange: Exchange, link: @escaping @Sendable (_ jobID: String, _ variant: String?) -> String
  ) async throws(Failure) -> JSON {
    var filter = desk.filter()
    filter.includesRefused = true
    filter.limit = try exchange.integer("limit", in: 1...1000) ?? 100
    filter.before = exchange.query("before").flatMap { $0.isEmpty ? nil : $0 }
    filter.idPrefix = exchange.query("prefix").flatMap { $0.isEmpty ? nil : $0 }
    filter.model = exchange.query("model").flatMap { $0.isEmpty ? nil : $0 }
    if let words = exchange.query("state"), !words.isEmpty {
      for word in words.split(separator: ",") {
        guard let state = JobState(rawValue: String(word)) else {
          throw Failure(
            .invalid, "state is none of \(JobState.allCases.map { $0.rawValue }.joined(separator: ", ")).",
            field: "state", advice: "Correct it, or leave it out.")
        }
        filter.states.insert(state)
      }
    }
    let jobs = try await desk.parts.store.jobs(filter)
    return ["object": "list", "data": .array(jobs.map { one($0, link: link) })]
  }

  /// What of a history is the vendor's or this machine's.
  private static let hidden: Set<String> = ["upstream_id", "path", "url", "vendor_request_id"]

  static func history(_ entries: [JobLogEntry], of job: JobRecord) -> JSON {
    [
      "object": "list",
      "data": .array(
        entries.map { entry in
          let shown = JSONObject(
            entry.detail.filter { !hidden.contains($0.key) }.map { ($0.key, masked($0.value, job)) })
          return [
            "at_ms": .number(JSONNumber(entry.atMilliseconds)), "kind": .string(entry.kind), "detail": .object(shown),
          ]
        }),
    ]
  }

  /// Sentences, too, may name the vendor's id.
  private static func masked(_ value: JSON, _ job: JobRecord) -> JSON {
    guard let upstreamID = job.task.upstreamID, !upstreamID.isEmpty else { return value }
    switch value {
    case .string(let text): return .string(text.replacing(upstreamID, with: job.id))
    case .object(let object): return .object(JSONObject(object.map { ($0.key, masked($0.value, job)) }))
    case .array(let elements): return .array(elements.map { masked($0, job) })
    default: return value
    }
  }
}
