// SPDX-License-Identifier: Apache-2.0

import Network
import OrderedJSON
public import Store
public import VideoDocuments

/// A planned request with everything that a job needs beside it.
public struct JobDraft: Sendable {
  public var request: VideoRequest
  public var pluginID: String
  public var pluginVersion: String
  public var stateVersion: Int
  public var account: String
  /// Of the account's key.
  public var accountFingerprint = ""
  public var connection: Connection
  public var polling: PollingFacts
  public var typicalSeconds: Int?
  public var ledger: [LedgerEntry]
  public var quote: Quote?
  public var warnings: [String]
  public var assets: [JobAsset]
  /// Absolute; nil: a name of our own.
  public var outputPath: String?
  /// Makes `outputPath` from the job's id, for paths that contain it; wins over `outputPath`.
  public var outputPathForID: (@Sendable (String) -> String)?
  /// Whether a file that stands there may be replaced.
  public var isOverwriting = false
  public var idempotencyKey: String?
  /// Tells two requests under one idempotency key apart; nil: made of account, request and the inputs' bytes.
  public var requestFingerprint: String?
  /// Who makes it through a gateway.
  public var caller: JobCaller?
  /// What the caller's key allows; judged when the job is written.
  public var limits: CallerLimits?
  /// Whether fields without effect are a warning instead of a refusal.
  public var isLenient: Bool

  public init(
    plan: Plan, quote: Quote?, assets: [JobAsset] = [], outputPath: String? = nil, idempotencyKey: String? = nil,
    isLenient: Bool = false
  ) {
    request = plan.request
    pluginID = plan.pluginID
    pluginVersion = plan.pluginVersion
    stateVersion = plan.manifest.stateVersion
    account = plan.account.name
    accountFingerprint = plan.account.fingerprint
    connection = plan.account.connection
    polling = plan.manifest.polling
    typicalSeconds = plan.model.typicalSeconds
    ledger = plan.ledger
    self.quote = quote
    warnings = plan.warnings
    self.assets = assets
    self.outputPath = outputPath
    self.idempotencyKey = idempotencyKey
    self.isLenient = isLenient
  }

  public init(request: VideoRequest, pluginID: String, pluginVersion: String, account: String, connection: Connection) {
    self.request = request
    self.pluginID = pluginID
    self.pluginVersion = pluginVersion
    stateVersion = 1
    self.account = account
    self.connection = connection
    polling = PollingFacts()
    ledger = []
    warnings = []
    assets = []
    isLenient = false
  }

  /// The job, as nothing of it was sent yet.
  func record(id: String, nowMilliseconds: Int64) -> JobRecord {
    var request = request
    request.externalID = id
    let task = VideoTask(id: id, request: request, phase: .queued, createdAtMilliseconds: nowMilliseconds)
    var job = JobRecord(
      task: task, pluginID: pluginID, pluginVersion: pluginVersion, stateVersion: stateVersion, account: account,
      connection: connection)
    job.accountKey = accountFingerprint.isEmpty ? nil : accountFingerprint
    job.polling = polling
    job.typicalSeconds = typicalSeconds
    job.ledger = ledger
    job.quote = quote
    job.warnings = warnings
    job.assets = assets
    job.outputPath = outputPathForID.map { $0(id) } ?? outputPath
    job.isOverwriting = isOverwriting
    job.idempotencyKey = idempotencyKey
    job.isLenient = isLenient
    job.caller = caller
    job.requestFingerprint = requestFingerprint ?? fingerprint
    return job
  }

  /// The same for what would buy the same: account, request, and the inputs' bytes (not their paths).
  private var fingerprint: String {
    var request = request
    request.externalID = nil
    let parts: [JSON] =
      [.string(pluginID), .string(account), connection.json, request.json]
      + assets.map { .array([.string($0.id), .string($0.sha256)]) }
    return SHA256Digest(of: JSON.array(parts).text).hexadecimal
  }
}
