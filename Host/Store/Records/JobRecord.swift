// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// Everything that is kept of one job: enough for another process to carry on where this one died. No secret.
public struct JobRecord: Sendable, Hashable {
  public var state: JobState
  /// The task as callers and plugins see it, with the request.
  public var task: VideoTask

  public var pluginID: String
  public var pluginVersion: String
  /// The plugin's `state_version` when `pluginState` was written.
  public var stateVersion: Int
  /// The account's name in the configuration.
  public var account: String
  /// The fingerprint of the key that it was bought with; nil where none is known.
  public var accountKey: String?
  /// Profile and base URL as the job was bought with, whatever the configuration says today.
  public var connection: Connection
  /// The plugin's own state, given back at each call; at most `maximumPluginStateBytes`.
  public var pluginState: JSON?

  public var ledger: [LedgerEntry]
  public var quote: Quote?
  /// One sentence each, for people.
  public var warnings: [String]
  /// The caller's own key: a second job of that caller with it is refused, or answered with this one.
  public var idempotencyKey: String?
  /// Tells two requests under one idempotency key apart.
  public var requestFingerprint: String

  public var polling: PollingFacts
  public var typicalSeconds: Int?
  /// How often the job was about to be submitted.
  public var submitAttempts: Int
  /// Looks that failed in a row, all with `trouble`'s kind.
  public var lookFailures: Int
  /// Downloads that failed in a row.
  public var collectFailures: Int
  /// What last went wrong without being a verdict, such as an unreachable vendor; nil once that is over.
  public var trouble: Failure?
  /// Unix milliseconds of the next thing to do (submit, look, download); nil when there is none.
  public var nextActionAtMilliseconds: Int64?
  /// Unix milliseconds.
  public var acceptedAtMilliseconds: Int64?
  public var isCancelWanted: Bool
  /// Whether fields without effect are a warning; otherwise they stop the job before it is bought.
  public var isLenient: Bool
  public var lease: Lease?

  public var assets: [JobAsset]
  /// Where the caller wants the first clip; nil: a name of our own.
  public var outputPath: String?
  /// Whether a file that stands at `outputPath` may be replaced.
  public var isOverwriting: Bool
  public var archived: [ArchivedFile]
  /// Positions of outputs that will not be fetched any more; a warning says why.
  public var abandonedOutputs: [Int]
  /// When its files were removed on purpose, unix milliseconds; then nothing brings them back.
  public var filesRemovedAtMilliseconds: Int64?
  /// Who made it through a gateway; nil: a command line.
  public var caller: JobCaller?
  /// Counts the writes, so that a watcher sees a change.
  public var revision: Int64

  public static let maximumPluginStateBytes = 64 << 10

  public init(
    task: VideoTask, pluginID: String, pluginVersion: String, stateVersion: Int = 1, account: String,
    connection: Connection
  ) {
    state = .planned
    self.task = task
    self.pluginID = pluginID
    self.pluginVersion = pluginVersion
    self.stateVersion = stateVersion
    self.account = account
    self.connection = connection
    ledger = []
    warnings = []
    requestFingerprint = ""
    polling = PollingFacts()
    submitAttempts = 0
    lookFailures = 0
    collectFailures = 0
    nextActionAtMilliseconds = task.createdAtMilliseconds
    isCancelWanted = false
    isLenient = false
    isOverwriting = false
    assets = []
    archived = []
    abandonedOutputs = []
    revision = 0
  }

  public var id: String { task.id }
  public var request: VideoRequest { task.request }
  /// The key of the caller who made it; empty for a command line.
  public var callerKeyID: String { caller?.keyID ?? "" }
  /// The same, where the job is counted among those that the key may have at once; nil otherwise.
  var countedCallerKeyID: String? { caller?.reservationID == nil ? nil : caller?.keyID }
  /// Whether it ended before the vendor had it.
  public var wasNeverTaken: Bool {
    acceptedAtMilliseconds == nil && [.failed, .cancelled, .expired].contains(state)
  }
  /// Whether its create request was answered with an error, so that the caller never got an id.
  public var isRefused: Bool { caller?.isRefused ?? false }
}
