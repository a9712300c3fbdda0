// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Jobs
public import PluginHost
public import Store
import VideoDocuments

/// Counts what a gateway does, for Prometheus. No label has a value that a caller can make up.
@LoopActor public final class GatewayMetrics: PluginObserver {
  /// Figures that others keep, asked for when metrics are read. A metric is left out whose source is nil, or cannot say
  /// at the moment.
  public struct Sources: Sendable {
    public var connections: (@LoopActor @Sendable () async -> Int?)?
    public var webhookOutbox: (@LoopActor @Sendable () async -> Int?)?
    public var archiveBytes: (@LoopActor @Sendable () async -> Int64?)?
    public var droppedLogLines: (@LoopActor @Sendable () async -> Int?)?

    public init() {}
  }

  /// Routes that are told apart; plugins bring theirs, and come and go.
  private static let maximumRoutes = 500
  static let otherRoute = "other"

  public var sources = Sources()
  let version: String
  private(set) var routes: [String: RouteSeries] = [:]
  private(set) var refusals = MetricCounts()
  private(set) var requestsInFlight = 0
  private(set) var census = JobCensus()
  private(set) var vendorRequests = MetricCounts()
  private(set) var vendorFailures = MetricCounts()
  private(set) var vendorSeconds: [String: MetricHistogram] = [:]
  private(set) var pollLag = MetricHistogram(MetricHistogram.ofVendors)
  private(set) var pluginCalls = MetricCounts()
  private(set) var pluginFailures = MetricCounts()
  private(set) var pluginSeconds: [String: MetricHistogram] = [:]
  private(set) var archivedBytes = MetricCounts()
  private(set) var webhookAttempts = MetricCounts()
  private(set) var plugins: [(id: String, version: String, isInUse: Bool)] = []

  public nonisolated init(version: String) { self.version = version }

  // MARK: Requests

  public func requestBegan() { requestsInFlight += 1 }

  /// `route` is a pattern; the time is from head to head.
  public func requestFinished(route: String, method: String, status: Int, nanoseconds: UInt64) {
    requestsInFlight -= 1
    let series: RouteSeries
    if let found = routes[route] {
      series = found
    } else {
      let name = routes.count < Self.maximumRoutes ? route : Self.otherRoute
      series = routes[name] ?? RouteSeries()
      routes[name] = series
    }
    series.add(method: method, status: status, nanoseconds: nanoseconds)
  }

  /// The server turned somebody away before a route was known.
  func requestRefused(status: Int) { refusals.add(MetricLabels(String(status))) }

  // MARK: Jobs

  /// Takes the plugins and models that there are now.
  public func use(_ catalog: PluginCatalog, _ models: Catalog) {
    census.knownModels = Set(models.entries.flatMap { $0.manifest.models.map { $0.id } })
    plugins = catalog.plugins.compactMap { plugin in
      guard let id = plugin.id, let version = plugin.version else { return nil }
      switch plugin.status {
      case .ready: return (id, version, true)
      case .quarantined: return (id, version, false)
      case .shadowed, .refused: return nil
      }
    }
  }

  /// Counts the jobs that there are already, and from now on every change.
  public func follow(_ feed: JobFeed, since open: [JobRecord]) {
    census.begin(with: open)
    feed.observe { [weak self] job, _ in self?.census.see(job) }
  }

  // MARK: Plugins

  public func pluginCalled(
    _ plugin: String, operation: String, nanoseconds: UInt64, _ result: Result<WorkerReply, WorkerFailure>
  ) {
    pluginSeconds[plugin, default: MetricHistogram(MetricHistogram.ofPlugins)].add(nanoseconds: nanoseconds)
    switch result {
    case .success: pluginCalls.add(MetricLabels(plugin, operation))
    case .failure(let failure): pluginFailures.add(MetricLabels(plugin, failure.name))
    }
  }

  // MARK: Providers

  func vendorAnswered(_ plugin: String, outcome: String, nanoseconds: UInt64) {
    vendorRequests.add(MetricLabels(plugin, outcome))
    vendorSeconds[plugin, default: MetricHistogram(MetricHistogram.ofVendors)].add(nanoseconds: nanoseconds)
  }

  func vendorFailed(_ plugin: String, _ failure: Failure) {
    vendorFailures.add(MetricLabels(plugin, failure.kind.rawValue))
  }

  func polled(lateMilliseconds: Int64) { pollLag.add(nanoseconds: UInt64(max(0, lateMilliseconds)) &* 1_000_000) }

  public func webhookAttempted(_ outcome: WebhookOutcome) { webhookAttempts.add(MetricLabels(outcome.state.rawValue)) }

  func archived(_ plugin: String, bytes: Int64) { archivedBytes.add(MetricLabels(plugin), UInt64(max(0, bytes))) }
}

extension WorkerFailure {
  /// The constant name for metrics.
  fileprivate var name: String {
    switch self {
    case .ended(let verdict, _): verdict.name
    case .cannotStart: "cannot_start"
    case .refused: "refused"
    case .interrupted: "interrupted"
    case .fileChanged: "changed"
    case .malformedArguments, .noOperation: "malformed"
    }
  }
}
