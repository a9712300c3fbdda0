// SPDX-License-Identifier: Apache-2.0

import Foundation
import OrderedJSON
import Store
import VideoDocuments

/// A job as a planner would hand it over.
func sampleJob(_ id: String, createdAtMilliseconds: Int64 = 1_000, key: String? = nil) -> JobRecord {
  var request = VideoRequest(model: "acme-1", prompt: "a fox in the rain, \u{1F98A} \"quoted\"")
  request.externalID = id
  let task = VideoTask(id: id, request: request, phase: .queued, createdAtMilliseconds: createdAtMilliseconds)
  var job = JobRecord(
    task: task, pluginID: "acme", pluginVersion: "1.2.3", account: "default",
    connection: Connection(profile: "official", baseURL: "https://api.example.com"))
  job.idempotencyKey = key
  job.requestFingerprint = "f1"
  return job
}

/// A job that came through a gateway.
func calledJob(_ id: String, by key: String, externalID: String? = nil, idempotencyKey: String? = nil) -> JobRecord {
  var job = sampleJob(id, key: idempotencyKey)
  job.caller = JobCaller(keyID: key, format: "unified", requestID: "r-\(id)")
  job.caller?.externalID = externalID
  return job
}

/// A job with every field set to something of its own.
func fullJob(_ id: String) -> JobRecord {
  var job = sampleJob(id, key: "key-\(id)")
  job.state = .collecting
  job.stateVersion = 3
  job.pluginState = ["kind": "image2video"]
  job.ledger = [LedgerEntry("prompt", .sent, to: "text")]
  job.quote = Quote(exactly: Price(currency: "USD", amountMicros: 350_000), basis: "5 s at 0.07 USD a second")
  job.warnings = ["The seed was left out."]
  job.polling.firstMilliseconds = 1_234
  job.typicalSeconds = 90
  job.submitAttempts = 2
  job.lookFailures = 3
  job.collectFailures = 4
  job.trouble = Failure(.unreachable, "No route to the vendor.")
  job.nextActionAtMilliseconds = 5_678
  job.acceptedAtMilliseconds = 4_321
  job.isCancelWanted = true
  job.isLenient = true
  job.isOverwriting = true
  job.lease = Lease(
    owner: LeaseOwner(processID: 42, startTicks: 77, bootID: "b", namespace: "pid:[1]"), renewedAtMilliseconds: 9)
  job.assets = [
    JobAsset(id: "a1", path: "/tmp/a.png", mediaType: "image/png", byteCount: 12, sha256: "ab", isOwnedCopy: true)
  ]
  job.outputPath = "/tmp/out.mp4"
  job.archived = [ArchivedFile(outputIndex: 0, kind: "video", path: "/tmp/out.mp4", byteCount: 99, sha256: "cd")]
  job.abandonedOutputs = [1]
  job.caller = JobCaller(keyID: "k1", format: "openai", requestID: "r1")
  job.caller?.externalID = "e1"
  job.caller?.model = "alias"
  job.accountKey = "0123456789ab"
  job.task.upstreamID = "cgt-1"
  job.task.outputs = [VideoOutput(url: "https://media.example.com/a.mp4")]
  return job
}

/// A folder of this test's own, which is removed with it.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "filmgate-store-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
