// SPDX-License-Identifier: Apache-2.0

import EventLoop
import OrderedJSON
import Store
import VideoDocuments

/// Jobs with everything that is kept of them, as the command line shows them: `GET /v1/jobs`.
@LoopActor enum RecordListing {
  /// Without what is only this machine's: paths, leases, the vendor's connection and state.
  static func one(_ job: JobRecord) -> JSON {
    var job = job
    // The form of a record is kept, so that whoever reads stored jobs reads these too.
    job.lease = nil
    job.pluginState = nil
    job.outputPath = nil
    job.caller = nil
    job.account = ""
    job.connection = Connection(profile: job.connection.profile, baseURL: "")
    job.task.upstreamID = nil
    job.task.vendorTask = nil
    for index in job.assets.indices { job.assets[index].path = "" }
    for index in job.archived.indices { job.archived[index].path = "" }
    for index in job.task.outputs.indices { job.task.outputs[index].url = "" }
    return job.json
  }

  /// Newest first; `before` is the id of the last one of the page before.
  static func page(_ desk: JobDesk, _ exchange: Exchange) async throws(Failure) -> JSON {
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
    return ["object": "list", "data": .array(jobs.map(one))]
  }

  static func history(_ entries: [JobLogEntry]) -> JSON {
    [
      "object": "list",
      "data": .array(
        entries.map {
          [
            "at_ms": .number(JSONNumber($0.atMilliseconds)), "kind": .string($0.kind), "detail": .object($0.detail),
          ]
        }),
    ]
  }
}
