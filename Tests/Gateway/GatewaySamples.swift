// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import Jobs
import Store
import Synchronization
import VideoDocuments

/// A job of one caller that the vendor has taken.
func watchedJob(_ id: String, keyID: String = "k1", state: JobState = .watching) -> JobRecord {
  let task = VideoTask(
    id: id, request: VideoRequest(model: "acme-1", prompt: "a fox"), phase: .queued, createdAtMilliseconds: 1_000)
  var job = JobRecord(
    task: task, pluginID: "acme", pluginVersion: "1", account: "acme/official",
    connection: Connection(profile: "official", baseURL: "https://api.example.com"))
  job.state = state
  job.acceptedAtMilliseconds = 1_500
  job.caller = JobCaller(keyID: keyID, format: "openai", requestID: "r1")
  return job
}

extension Store {
  /// Changes a job and tells the feed, as a runner would.
  @LoopActor @discardableResult func change(
    _ id: String, _ feed: JobFeed? = nil, _ body: @escaping @Sendable (inout JobRecord) -> Void
  ) async throws(Failure) -> JobRecord {
    let written = try await update(id) { job in
      var job = job
      body(&job)
      var written = job
      written.revision += 1
      return JobChange(job, output: written)
    }
    feed?.publish(written)
    return written
  }
}

/// A clock that only moves when it is told to.
final class HandClock: JobClock {
  private let time: Mutex<Int64>

  init(_ nowMilliseconds: Int64) { time = Mutex(nowMilliseconds) }

  var nowMilliseconds: Int64 {
    get { time.withLock { $0 } }
    set { time.withLock { $0 = newValue } }
  }

  @LoopActor func sleep(milliseconds: Int64) async throws(CancellationError) { nowMilliseconds += milliseconds }
}

/// A folder of this test's own, which is removed with it.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "filmgate-gateway-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
