// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Network
import Store
import VideoDocuments

/// Tries a vendor's link, and asks the vendor once for a fresh one when it has gone.
@LoopActor final class FreshLinks {
  /// What became of one try.
  enum Try<Value: Sendable>: Sendable {
    case done(Value)
    /// The link gives nothing (any more), or something else than it should.
    case gone(Failure)
    case failed(Failure)
  }

  /// So long a job whose fresh link was dead too is not asked about again.
  private static let restNanoseconds: UInt64 = 60_000_000_000
  private static let maximumRests = 1_024

  private let relink: ContentService.Relinking
  private var asking: [String: Task<Result<JobRecord, Failure>, Never>] = [:]
  /// Outputs that are gone, and until when (monotonic nanoseconds) that is taken for granted.
  private var rests: [String: (failure: Failure, until: UInt64)] = [:]

  init(_ relink: @escaping ContentService.Relinking) { self.relink = relink }

  func attempt<Value: Sendable>(
    _ index: Int, of job: JobRecord, _ body: @LoopActor (DownloadDescription) async -> Try<Value>
  ) async throws(Failure) -> Value {
    let key = "\(job.id)/\(index)"
    if let rest = rests[key], rest.until > EventLoop.monotonicNanoseconds { throw rest.failure }
    var job = job
    var isFresh = false
    while true {
      switch await body(try OutputLink.download(job.task.outputs[index], of: job)) {
      case .done(let value): return value
      case .failed(let failure): throw failure
      case .gone(let failure):
        guard isFresh else {
          isFresh = true
          do throws(Failure) {
            job = try await fresh(job)
          } catch {
            throw error.kind == .expired ? rest(key, error) : error
          }
          guard job.task.outputs.indices.contains(index) else { throw rest(key, failure) }
          continue
        }
        throw rest(key, failure)
      }
    }
  }

  private func rest(_ key: String, _ failure: Failure) -> Failure {
    if rests.count >= Self.maximumRests {
      let now = EventLoop.monotonicNanoseconds
      rests = rests.filter { $0.value.until > now }
      if rests.count >= Self.maximumRests { rests = [:] }
    }
    rests[key] = (failure, EventLoop.monotonicNanoseconds + Self.restNanoseconds)
    return failure
  }

  /// Several callers who want the same job ask once. A caller who leaves does not end the question for the others.
  private func fresh(_ job: JobRecord) async throws(Failure) -> JobRecord {
    let (id, relink) = (job.id, relink)
    let task =
      asking[id]
      ?? Task { @LoopActor in
        do throws(Failure) {
          return .success(try await relink(id))
        } catch {
          return .failure(error)
        }
      }
    asking[id] = task
    let result = await task.value
    if asking[id] == task { asking[id] = nil }
    return try result.get()
  }
}
