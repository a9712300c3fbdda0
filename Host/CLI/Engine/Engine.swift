// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Glibc
import Jobs
import Network
import PluginHost
import Sandbox
import Store
import VideoDocuments

/// Everything that a command about jobs works with, opened once and closed at the end. A server's follows what happens
/// to plugins and configuration meanwhile (`Engine+Following`).
@LoopActor final class Engine {
  let session: Session
  let locations: Locations
  var configuration: Configuration
  let plugins: any PluginSource
  /// The same where it follows the plugin folders.
  let live: LivePlugins?
  /// The usable plugins in path order, and the built-in renderer last.
  var catalog: Catalog
  var accounts: [Account]
  let client: HTTPClient
  let store: SQLiteStore
  let runner: JobRunner
  let wire: NetworkWire
  let routes: AccountRoutes
  let calls: PluginCalls
  /// Folder of a sandbox's own store, removed at the end.
  private let temporaryFolder: ProcessFolder?
  let sandbox: Sandbox?
  /// What the configuration said in vain when it was read first.
  private(set) var warnings: [String] = []
  /// Counts the times that catalog and accounts were put together anew.
  var renewals = 0
  /// Told when plugins, accounts or configuration have changed.
  var changeHandlers: [@LoopActor (EngineChange) -> Void] = []
  var registry: PluginRegistry { plugins.registry }
  /// Whether the accounts lead to the stand-in.
  var isSandbox: Bool { sandbox != nil }

  private init(
    session: Session, locations: Locations, configuration: Configuration, plugins: any PluginSource, live: LivePlugins?,
    catalog: Catalog, accounts: [Account], client: HTTPClient, store: SQLiteStore, runner: JobRunner, wire: NetworkWire,
    routes: AccountRoutes, calls: PluginCalls, temporaryFolder: ProcessFolder?, sandbox: Sandbox?
  ) {
    self.session = session
    self.locations = locations
    self.configuration = configuration
    self.plugins = plugins
    self.live = live
    self.catalog = catalog
    self.accounts = accounts
    self.client = client
    self.store = store
    self.runner = runner
    self.wire = wire
    self.routes = routes
    self.calls = calls
    self.temporaryFolder = temporaryFolder
    self.sandbox = sandbox
  }

  /// Opens what is needed. `readsOnly` leaves the plugins alone: listing jobs needs none. A server says that it is one.
  static func open(
    _ session: Session, isSandbox: Bool, readsOnly: Bool = false, serving: Serving? = nil
  ) async throws(Failure) -> Engine {
    let locations = try session.locations()
    let configuration = try session.configuration(locations)
    var settings = session.pluginSettings(configuration)
    if readsOnly { settings.folders = [] }
    let chosen = settings
    let live: LivePlugins? =
      if let serving { await LivePlugins.start(settings, observer: serving.metrics) } else { nil }
    let plugins: any PluginSource
    if let live { plugins = live } else { plugins = await Blocking.run { PluginRegistry.discover(chosen) } }
    let catalog = Session.catalog(of: plugins.registry.catalog)
    let client = HTTPClient()

    var sandbox: Sandbox?
    var temporaryFolder: ProcessFolder?
    var accounts: [Account]
    var warnings: [String] = []
    if isSandbox {
      let started = try await SandboxStart.start(plugins)
      sandbox = started.sandbox
      accounts = started.accounts
      temporaryFolder = try TemporaryFolder.make()
    } else if readsOnly {
      accounts = []
    } else {
      let book = try Self.book(plugins.registry.catalog, configuration, locations, isLenient: false)
      accounts = book.accounts
      warnings = ConfigurationCheck.warnings(configuration, book, plugins.registry.catalog)
    }
    accounts.append(StudioAccount.account)

    let store = try await SQLiteStore.open(
      path: temporaryFolder.map { "\($0.path)/jobs.sqlite" } ?? locations.databaseFile)
    let routes = AccountRoutes(accounts: accounts, manifests: catalog.entries.map { $0.manifest })
    let wire = NetworkWire(client: client, routes: routes)
    let calls = PluginCalls(plugins: plugins, studio: StudioCalls(cacheFolder: locations.cacheFolder))
    // Servers keep clips in a folder of their own, commands where the user stands.
    let archiveFolder = Self.archiveFolder(configuration, data: temporaryFolder?.path ?? locations.dataFolder)
    var policy = JobPolicy()
    if serving != nil { policy.isArchiving = configuration.gateway.isArchiving }
    let archive = FileArchive(
      client: client, defaultFolder: serving == nil ? "." : archiveFolder, hasDayFolders: serving != nil)
    let machine = JobMachine(policy: policy)
    let runner: JobRunner
    if let serving {
      runner = JobRunner(
        store: store, provider: MeasuredCalls(calls, serving.metrics), wire: MeasuredWire(wire, serving.metrics),
        archive: MeasuredArchive(archive, serving.metrics), machine: machine, feed: serving.feed)
    } else {
      runner = JobRunner(store: store, provider: calls, wire: wire, archive: archive, machine: machine)
    }
    let engine = Engine(
      session: session, locations: locations, configuration: configuration, plugins: plugins, live: live,
      catalog: catalog, accounts: accounts, client: client, store: store, runner: runner, wire: wire, routes: routes,
      calls: calls, temporaryFolder: temporaryFolder, sandbox: sandbox)
    engine.warnings = warnings
    do throws(Failure) {
      try await runner.recover()
    } catch {
      await engine.close()
      throw error
    }
    if serving != nil { await engine.follow() }
    return engine
  }

  /// What a server adds: the plugins are then those of the moment, and whoever is concerned is told of changes.
  struct Serving {
    var feed: JobFeed
    var metrics: GatewayMetrics
  }

  /// The jobs' database.
  var databaseFile: String { temporaryFolder.map { "\($0.path)/jobs.sqlite" } ?? locations.databaseFile }

  /// Where a server keeps clips.
  var archiveFolder: String { Self.archiveFolder(configuration, data: dataFolder) }

  private static func archiveFolder(_ configuration: Configuration, data: String) -> String {
    configuration.gateway.archiveFolder ?? "\(data)/archive"
  }

  /// Where the database and everything that goes with it stands.
  var dataFolder: String { temporaryFolder?.path ?? locations.dataFolder }

  /// The accounts for these plugins. Reads the files with keys.
  nonisolated static func book(
    _ plugins: PluginCatalog, _ configuration: Configuration, _ locations: Locations, isLenient: Bool
  ) throws(Failure) -> AccountBook {
    try AccountBook(
      manifests: plugins.ready.map { $0.manifest }, configuration: configuration,
      keys: try KeyStore(path: locations.configuration.keyFile).load(), environment: locations.environment,
      isLenient: isLenient)
  }

  /// What a plan costs: the plugin's own reckoning where it has one.
  func quote(_ plan: Plan) async throws(Failure) -> Quote {
    try await PriceEstimate.quote(plan, asking: PluginQuotes(plugins: plugins, pluginID: plan.pluginID))
  }

  /// Runs `body` and closes whatever is open.
  func closing(_ body: () async -> Int32) async -> Int32 {
    let code = await body()
    await close()
    return code
  }

  func close() async {
    if let live { await live.stop() } else { await registry.stop() }
    await sandbox?.stop()
    await store.close()
    if let temporaryFolder { await Blocking.run { temporaryFolder.remove() } }
  }
}

/// The built-in renderer needs no key.
enum StudioAccount {
  static let account = Account(
    name: "studio", pluginID: "studio", profile: "local", baseURL: "local:",
    authentication: AuthenticationFacts(scheme: "none", secrets: []))
}

/// A folder for the length of one command.
enum TemporaryFolder {
  static func make() throws(Failure) -> ProcessFolder {
    let parent = ProcessFolder.usualParent
    do throws(SystemFailure) {
      return try ProcessFolder("filmgate", in: parent)
    } catch {
      throw Failure(
        .internal, "No temporary folder could be made in \(parent): \(String(cString: strerror(error.errno))).",
        advice: "make room, or set TMPDIR")
    }
  }
}
