// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// The failures that every store has in common.
extension Failure {
  static func noSuchJob(_ id: String) -> Failure {
    Failure(.notFound, "There is no job \(id).", advice: "`filmgate jobs` lists the jobs.")
  }

  static func jobExists(_ id: String) -> Failure {
    Failure(.internal, "A job with the id \(id) exists already.")
  }

  static func idempotencyKeyTaken(_ key: String, by id: String) -> Failure {
    Failure(
      .invalid, "The idempotency key \"\(key)\" belongs to another request, that of job \(id).",
      field: "idempotency_key", advice: "Use a new key for a new request.")
  }

  static func jobIsLive(_ id: String) -> Failure {
    Failure(
      .invalid, "Job \(id) is not over, so its record stays.",
      advice: "`filmgate cancel \(id)` first, or wait until it is over.")
  }

  /// Of a vendor's task that somebody named for another job.
  public static func upstreamIDTaken(_ id: String, by job: String) -> Failure {
    Failure(
      .invalid, "The provider's task \(id) is that of job \(job) already.", field: UpstreamClaim.field,
      advice: "Look for the task of this job; each was bought for one job alone.")
  }

  static func noSuchCallerKey(_ id: String) -> Failure {
    Failure(.notFound, "There is no key \(id).", advice: "`filmgate tokens list` lists the keys.")
  }

  static func callerKeyExists(_ id: String) -> Failure {
    Failure(.internal, "A key with the id \(id) exists already.")
  }

  static let storeClosed = Failure(.internal, "The job store was closed already.")
}
