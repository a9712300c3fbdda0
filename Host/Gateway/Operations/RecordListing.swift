// SPDX-License-Identifier: Apache-2.0

import EventLoop
import OrderedJSON
import Store
import VideoDocuments

/// Jobs with everything that is kept of them, as the command line shows them: `GET /v1/jobs`.
@LoopActor enum RecordListing {
  /// Without what is only this machine's: paths, leases, the vendor's connection and state.
  static func one(_ job: JobRecord) -> JSON {
    guard var object = job.json.object else { return .null }
    for name in ["lease", "plugin_state", "connection", "output_path", "idempotency_key", "caller", "account"] {
      object[name] = Optional<JSON>.none
    }
    object["assets"] = .array(
      job.assets.map { ["id": .string($0.id), "media_type": .string($0.mediaType), "sha256": .string($0.sha256)] })
    object["archived"] = .array(
      job.archived.map {
        [
          "output": .number(JSONNumber($0.outputIndex)), "kind": .string($0.kind),
          "byte_count": .number(JSONNumber($0.byteCount)), "sha256": .string($0.sha256),
        ]
      })
    return .object(object)
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
