// SPDX-License-Identifier: Apache-2.0

public import Dialects
import EventLoop
public import Jobs
import Network
import OrderedJSON
public import Store
public import VideoDocuments

/// Everything that a gateway works with and does not make by itself.
public struct GatewayParts: Sendable {
  public var store: any Store
  public var runner: JobRunner
  public var feed: JobFeed
  public var plugins: any DialectPlugins
  public var authenticator: any CallerAuthenticator
  /// Where copies of callers' inputs are kept.
  public var assets: AssetFolder
  /// Where bodies are taken apart.
  public var temporaryFolder: String
  /// What bodies may hold while they are received and carried out.
  public var intake = IntakeBudget()
  /// Requests of callers under way.
  public var places = CallerPlaces(limit: 2_048, of: "requests")
  /// The price of a plan, by the plugin's reckoning where it has one.
  public var quote: @LoopActor @Sendable (Plan) async throws(Failure) -> Quote
  /// What would be sent for a plan, secrets masked: for dry runs.
  public var preview: @LoopActor @Sendable (Plan, [JobAsset]) async throws(Failure) -> DryRunPreview
  /// Buys and looks after jobs.
  public var supervisor: JobSupervisor
  /// Deletes what is kept of a job's clips before its record goes.
  public var forget: @LoopActor @Sendable (JobRecord) async throws(Failure) -> Void = { _ in }
  /// A link to a job's clip that needs no key: base URL, job id, variant.
  public var link: @Sendable (_ base: String, _ jobID: String, _ variant: String?) -> String
  /// How often to look at jobs, in place of what plugins say; nil: as they say.
  public var pollingMilliseconds: Int64?
  /// The product's version.
  public var version: String

  public init(
    store: any Store, runner: JobRunner, feed: JobFeed, plugins: any DialectPlugins,
    authenticator: any CallerAuthenticator, assets: AssetFolder, temporaryFolder: String, version: String,
    quote: @escaping @LoopActor @Sendable (Plan) async throws(Failure) -> Quote,
    preview: @escaping @LoopActor @Sendable (Plan, [JobAsset]) async throws(Failure) -> DryRunPreview,
    supervisor: JobSupervisor
  ) {
    self.store = store
    self.runner = runner
    self.feed = feed
    self.plugins = plugins
    self.authenticator = authenticator
    self.assets = assets
    self.temporaryFolder = temporaryFolder
    self.version = version
    self.quote = quote
    self.preview = preview
    self.supervisor = supervisor
    link = { base, id, variant in "\(base)/v1/videos/\(id)/content\(variant.map { "?variant=\($0)" } ?? "")" }
  }
}

/// What a dry run shows of the exchange with the provider.
public struct DryRunPreview: Sendable {
  /// The request as a line for a shell, secrets masked; nil when nothing would be sent.
  public var curl: String?
  public var ledger: [LedgerEntry]
  public var warnings: [String]

  public init(curl: String?, ledger: [LedgerEntry], warnings: [String]) {
    self.curl = curl
    self.ledger = ledger
    self.warnings = warnings
  }
}
