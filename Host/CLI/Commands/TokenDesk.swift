// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import Store
import VideoDocuments

/// Where callers' keys are looked after: the jobs' database of this machine, or a gateway elsewhere.
@LoopActor protocol TokenDesk {
  /// Oldest first.
  func list() async throws(Failure) -> [CallerKeyReport]
  /// The key with its secrets.
  func create(_ draft: CallerKeyDraft) async throws(Failure) -> CallerKeyReport
  /// By id, or by a name that one key has.
  func find(_ text: String, withSecrets: Bool) async throws(Failure) -> CallerKeyReport
  func revoke(_ id: String) async throws(Failure) -> CallerKeyReport
  /// Patterns that fit no model there.
  func unknown(_ patterns: [String]) async throws(Failure) -> [String]
}

/// The jobs' database of this machine: a gateway may be at work with it.
struct LocalTokenDesk: TokenDesk {
  let session: Session
  let store: SQLiteStore
  let databasePath: String

  private var now: Int64 { SystemClock().nowMilliseconds / 1_000 }

  func keys() async throws(Failure) -> CallerKeys {
    try await CallerKeys.open(store: store, masterKeyPath: CallerKeys.masterKeyPath(besideDatabase: databasePath))
  }

  func list() async throws(Failure) -> [CallerKeyReport] { try await CallerKeyReport.all(store, nowSeconds: now) }

  func create(_ draft: CallerKeyDraft) async throws(Failure) -> CallerKeyReport {
    let keys = try await keys()
    let (key, _) = try await keys.create(draft)
    return CallerKeyReport(key, nowSeconds: now).showingSecrets(keys)
  }

  func find(_ text: String, withSecrets: Bool) async throws(Failure) -> CallerKeyReport {
    let key = try await store.callerKeys().find(text, nowSeconds: now)
    let report = try await CallerKeyReport.make(key, store, nowSeconds: now)
    // Only who asks for the secret needs the master key.
    return withSecrets ? report.showingSecrets(try await keys()) : report
  }

  func revoke(_ id: String) async throws(Failure) -> CallerKeyReport {
    try await CallerKeyReport.make(
      try await store.revokeCallerKey(id, atSeconds: now), store, nowSeconds: now)
  }

  func unknown(_ patterns: [String]) async throws(Failure) -> [String] {
    patterns.isEmpty ? [] : ModelPatterns.unknown(patterns, Session.catalog(of: session.plugins()))
  }
}

/// Patterns of models, judged by what there is.
enum ModelPatterns {
  static func unknown(_ patterns: [String], _ catalog: Catalog) -> [String] {
    let models = catalog.entries.flatMap { $0.manifest.models }
    return patterns.filter { pattern in
      // A model may be named by a pattern itself; then one that looks like a name cannot be judged.
      !models.contains {
        NamePattern(pattern).matches($0.id) || $0.patterns.contains { NamePattern($0).matches(pattern) }
      }
    }
  }
}
