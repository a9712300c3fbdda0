// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Glibc
import Jobs
import Network
import PluginHost
import Sandbox
import Store
import VideoDocuments

/// Everything that a command about jobs works with, opened once and closed at the end.
@LoopActor final class Engine {
  let locations: Locations
  let configuration: Configuration
  let registry: PluginRegistry
  let catalog: Catalog
  let accounts: [Account]
  let client: HTTPClient
  let store: SQLiteStore
  let runner: JobRunner
  let wire: NetworkWire
  let routes: AccountRoutes
  /// Folder of a sandbox's own store, removed at the end.
  private let temporaryFolder: String?
  private let sandbox: Sandbox?
  /// Whether the accounts lead to the stand-in.
  var isSandbox: Bool { sandbox != nil }

  private init(
    locations: Locations, configuration: Configuration, registry: PluginRegistry, catalog: Catalog,
    accounts: [Account], client: HTTPClient, store: SQLiteStore, runner: JobRunner, wire: NetworkWire,
    routes: AccountRoutes, temporaryFolder: String?, sandbox: Sandbox?
  ) {
    self.locations = locations
    self.configuration = configuration
    self.registry = registry
    self.catalog = catalog
    self.accounts = accounts
    self.client = client
    self.store = store
    self.runner = runner
    self.wire = wire
    self.routes = routes
    self.temporaryFolder = temporaryFolder
    self.sandbox = sandbox
  }

  /// Opens what is needed. `readsOnly` leaves the plugins alone: listing jobs needs none.
  static func open(_ session: Session, isSandbox: Bool, readsOnly: Bool = false) async throws(Failure) -> Engine {
    let locations = try session.locations()
    let configuration = try session.configuration(locations)
    var settings = session.pluginSettings(configuration)
    if readsOnly { settings.folders = [] }
    let chosen = settings
    let plugins = await Blocking.run { PluginDiscovery.run(chosen) }
    let registry = PluginRegistry(plugins, settings: settings)
    let catalog = Session.catalog(of: plugins)
    let client = HTTPClient()

    var sandbox: Sandbox?
    var temporaryFolder: String?
    var accounts: [Account]
    if isSandbox {
      let started = try await SandboxStart.start(registry, catalog)
      sandbox = started.sandbox
      accounts = started.accounts
      temporaryFolder = try TemporaryFolder.make()
    } else if readsOnly {
      accounts = []
    } else {
      accounts =
        try AccountBook(
          manifests: plugins.ready.map { $0.manifest }, configuration: configuration,
          keys: try KeyStore(path: locations.configuration.keyFile).load(), environment: locations.environment
        ).accounts
    }
    accounts.append(StudioAccount.account)

    let store = try await SQLiteStore.open(path: temporaryFolder.map { "\($0)/jobs.sqlite" } ?? locations.databaseFile)
    let routes = AccountRoutes(accounts: accounts, manifests: catalog.entries.map { $0.manifest })
    let wire = NetworkWire(client: client, routes: routes)
    let runner = JobRunner(
      store: store,
      provider: PluginCalls(registry: registry, studio: StudioCalls(cacheFolder: locations.cacheFolder)), wire: wire,
      archive: FileArchive(client: client))
    let engine = Engine(
      locations: locations, configuration: configuration, registry: registry, catalog: catalog, accounts: accounts,
      client: client, store: store, runner: runner, wire: wire, routes: routes, temporaryFolder: temporaryFolder,
      sandbox: sandbox)
    do throws(Failure) {
      try await runner.recover()
    } catch {
      await engine.close()
      throw error
    }
    return engine
  }

  /// What a plan costs: the plugin's own reckoning where it has one.
  func quote(_ plan: Plan) async throws(Failure) -> Quote {
    try await PriceEstimate.quote(plan, asking: PluginQuotes(registry: registry, pluginID: plan.pluginID))
  }

  /// Runs `body` and closes whatever is open.
  func closing(_ body: () async -> Int32) async -> Int32 {
    let code = await body()
    await close()
    return code
  }

  func close() async {
    await registry.stop()
    await sandbox?.stop()
    await store.close()
    if let temporaryFolder { TemporaryFolder.remove(temporaryFolder) }
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
  static func make() throws(Failure) -> String {
    let base = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
    var template = Array("\(base)/filmgate-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
      throw Failure(
        .internal, "No temporary folder could be made in \(base): \(String(cString: strerror(errno))).",
        advice: "make room, or set TMPDIR")
    }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes the folder and the files in it; it holds no folders.
  static func remove(_ path: String) {
    guard let folder = opendir(path) else { return }
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if name != ".", name != ".." { unlink("\(path)/\(name)") }
    }
    closedir(folder)
    rmdir(path)
  }
}
