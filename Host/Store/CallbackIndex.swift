// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// Finds the job that a vendor's callback is about.
public protocol CallbackIndex: Sendable {
  /// The job whose callback token begins like `token`: whether all of it is right is the caller's to check, in constant
  /// time. By the beginning alone, so that the time taken tells nothing about the rest.
  nonisolated(nonsending) func job(callbackToken token: String) async throws(Failure) -> JobRecord?
}

extension JobCaller {
  /// Characters of a token by which it is looked up; the rest stays a secret.
  static let selectorCharacters = 16

  /// The part of a token that is looked up.
  static func selector(of token: String) -> String { String(token.prefix(selectorCharacters)) }
}

extension MemoryStore: CallbackIndex {
  public nonisolated(nonsending) func job(callbackToken token: String) async throws(Failure) -> JobRecord? {
    let selector = JobCaller.selector(of: token)
    return try await jobs(JobFilter(limit: .max)).first {
      $0.caller?.callbackToken.map { JobCaller.selector(of: $0) } == selector
    }
  }
}
