// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import Gateway
import HTTPServer
import Jobs
import Network
import OrderedJSON
import PluginHost
import Store
import VideoDocuments

/// A gateway over an engine: what `filmgate serve` runs.
@LoopActor final class GatewayHost {
  private let session: Session
  private let engine: Engine
  private let gateway: Gateway
  private let services: GatewayServices
  private let supervisor: JobSupervisor
  private let webhooks: Webhooks
  private let retention: ArchiveRetention
  private let leftovers: Leftovers
  private let heap = HeapTrimming()
  private let log: RequestLog
  /// Made by this start, to be shown once.
  private let firstKey: CallerCredentials?
  private var server: HTTPServer?

  /// Puts everything together and takes up the jobs that are not over.
  init(_ session: Session, isSandbox: Bool) async throws(Failure) {
    let feed = JobFeed()
    let metrics = GatewayMetrics(version: CommandLineProgram.version)
    let engine = try await Engine.open(
      session, isSandbox: isSandbox, serving: Engine.Serving(feed: feed, metrics: metrics))
    self.session = session
    self.engine = engine
    do throws(Failure) {
      let settings = engine.configuration.gateway
      log = try await RequestLog.open(settings.log)
      let keys = try await CallerKeys.open(
        store: engine.store, masterKeyPath: CallerKeys.masterKeyPath(besideDatabase: engine.databaseFile), feed: feed)
      firstKey = try await keys.makeFirstKeyIfNone()?.1
      supervisor = JobSupervisor(runner: engine.runner, accounts: engine.accounts)
      let links = keys.contentLinks(lifetimeMilliseconds: settings.linkLifetimeMilliseconds)
      let thumbnailFolder = "\(engine.dataFolder)/thumbnails"
      let cleaner = ArchiveCleaner(archiveFolder: engine.archiveFolder, thumbnailFolder: thumbnailFolder)
      retention = ArchiveRetention(
        store: engine.store, cleaner: cleaner, retentionMilliseconds: settings.retentionMilliseconds)
      let assetFolder = "\(engine.dataFolder)/assets"
      leftovers = Leftovers(store: engine.store, inputFolder: assetFolder, pictureFolder: thumbnailFolder)
      let health = HealthChecks(version: CommandLineProgram.version)
      health.addStore(engine.store)
      let runner = engine.runner
      let hints = PluginHints(engine.plugins)
      services = GatewayServices(
        waits: OpenWaits(feed),
        content: ContentService(
          client: engine.client, thumbnails: Thumbnails(folder: thumbnailFolder),
          relink: { id throws(Failure) in try await runner.relink(id) }), links: links, metrics: metrics, log: log,
        health: health,
        callbacks: VendorCallbacks(
          index: engine.store,
          verification: CallbackVerification(
            manifest: { engine.registry.manifest(of: $0) },
            account: { name in engine.accounts.first { $0.name == name } }),
          hint: { job, head, body throws(Failure) in try await hints.hint(job, head, body) },
          look: { [supervisor] in supervisor.look($0) },
          adopt: { id, upstreamID throws(Failure) in _ = try await runner.adopt(id, upstreamID: upstreamID) }))
      let link: @Sendable (String, String, String?) -> String = { base, id, variant in
        links.url(base: base, jobID: id, variant: variant, nowMilliseconds: SystemClock().nowMilliseconds)
      }
      webhooks = Webhooks(
        outbox: engine.store, store: engine.store,
        sender: WebhookSender(
          secrets: keys.webhookSecrets, mayBePrivate: { engine.configuration.gateway.webhooksMayBePrivate },
          link: { job in engine.configuration.gateway.publicURL.map { link($0, job.id, nil) } },
          send: { await engine.client.send($0) }))
      var parts = GatewayParts(
        store: engine.store, runner: runner, feed: feed, plugins: RegistryPlugins(engine.plugins), authenticator: keys,
        assets: AssetFolder(path: assetFolder), temporaryFolder: ProcessFolder.usualParent,
        version: CommandLineProgram.version, quote: { plan throws(Failure) in try await engine.quote(plan) },
        preview: { plan, assets throws(Failure) in try await DryRun.preview(plan, assets: assets, engine) },
        supervisor: supervisor)
      let store = engine.store
      parts.link = link
      parts.intake = IntakeBudget(limits: Self.intake(settings))
      parts.forget = { job throws(Failure) in try await cleaner.forget(job, store: store) }
      parts.pollingMilliseconds = try engine.locations.pollingMilliseconds() ?? (isSandbox ? 300 : nil)
      gateway = Gateway(parts, world: Self.world(of: engine), services: services)
      let archiveSize = ArchiveSize(folder: engine.archiveFolder)
      metrics.sources.archiveBytes = { await archiveSize.bytes() }
      metrics.sources.webhookOutbox = { try? await store.waitingWebhookCount() }
      metrics.sources.droppedLogLines = { [log] in log.droppedLines }
      metrics.sources.connections = { [weak self] in self?.server?.connectionCount }
      metrics.use(engine.registry.catalog, engine.catalog)
      metrics.follow(feed, since: try await engine.store.liveJobs())
      log.follow(feed)
      engine.onChange { [weak self] change in self?.take(change) }
      try await supervisor.start()
    } catch {
      await engine.close()
      throw error
    }
    webhooks.start(feed)
    heap.start()
    retention.start { [log] failure in log.note(.error, "retention", failure.message) }
    leftovers.start { [log] failure in log.note(.error, "retention", failure.message) }
  }

  /// Everything that requests work with, as it is now.
  private static func world(of engine: Engine) -> GatewayWorld {
    GatewayWorld(
      configuration: engine.configuration, catalog: engine.catalog, accounts: engine.accounts,
      manifests: engine.registry.catalog.ready.map { $0.manifest })
  }

  /// Puts changed plugins, accounts and configuration in force.
  private func take(_ change: EngineChange) {
    let before = gateway.world.configuration.gateway
    gateway.replace(Self.world(of: engine))
    let settings = gateway.world.configuration.gateway
    gateway.parts.intake.limits = Self.intake(settings)
    if settings.maximumConnections != before.maximumConnections { server?.limits.connections = takeConnections() }
    services.metrics.use(engine.registry.catalog, engine.catalog)
    supervisor.updateAccounts(engine.accounts)
    for change in change.plugins.all { log.note(.info, "plugins", change.sentence, plugin: change.plugin) }
    for warning in change.warnings { log.note(.warning, "configuration", warning) }
  }

  /// Reads the configuration again; what is wrong with it is said in the log, and the old one stays.
  func reload() async {
    do throws(Failure) {
      try await engine.reload()
      try await log.reopen(engine.configuration.gateway.log)
      log.note(.info, "reload", "The configuration was read again.")
    } catch {
      log.note(.error, "reload", "The configuration stays as it was: \(error.message)")
    }
  }

  /// As many connections as are configured, or as the system allows; half of them for one key.
  private func takeConnections() -> Int {
    let wanted = gateway.world.configuration.gateway.maximumConnections
    let descriptors = DescriptorLimit.raise()
    let allowed = DescriptorLimit.connections(wanted: wanted, descriptors: descriptors)
    if allowed < wanted {
      log.note(
        .warning, "limits",
        "max_connections is \(wanted), but this process may open \(descriptors) files: \(allowed) connections are served. "
          + "Raise the hard limit (ulimit -n, or LimitNOFILE of the service).")
    }
    gateway.parts.places.limit = max(1, allowed / 2)
    return allowed
  }

  private static func intake(_ settings: GatewayConfiguration) -> IntakeBudget.Limits {
    var limits = IntakeBudget.Limits()
    // The largest request fits into what one key gets.
    limits.diskBytes = Int64(max(settings.spoolDiskBytes, 2 * settings.maximumBodyBytes))
    limits.memoryBytes = Int64(settings.spoolMemoryBytes)
    return limits
  }

  private var manager: ServiceManager { ServiceManager(environment: engine.locations.environment) }

  /// Opens the port, unless one is open already; `address` is what the command line says.
  func listen(_ address: String?) throws(Failure) {
    let text = address ?? gateway.world.configuration.gateway.listen
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      throw Failure(
        .invalid, "\"\(text)\" is no address and port.", field: "listen", advice: "give it as 127.0.0.1:8080")
    }
    var limits = HTTPLimits()
    limits.connections = takeConnections()
    let host = text[..<colon].trimmingBrackets
    do throws(HTTPServerFailure) {
      if let listener = manager.listener() {
        server = try HTTPServer.start(listener: listener, responder: gateway, limits: limits)
        return
      }
      server = try HTTPServer.start(host: host, port: port, responder: gateway, limits: limits)
    } catch {
      throw Failure(
        .internal, "\(text) cannot be listened on: \(error)", field: "listen", advice: "choose another address or port")
    }
  }

  /// Says where the gateway is, and a new key.
  func announce() {
    guard let server else { return }
    let base = "http://127.0.0.1:\(server.port)"
    manager.tell("READY=1")
    if session.wantsJSON {
      var event: JSONObject = ["event": "serving", "base_url": .string(base)]
      event.add("bearer_token", firstKey?.bearer)
      event.add("access_key", firstKey?.keyID)
      event.add("secret_key", firstKey?.secret)
      session.terminal.result(JSON.object(event).text)
      return
    }
    session.terminal.result(base)
    if let firstKey {
      session.terminal.say("A first key was made; it is shown this once:")
      session.terminal.say("  Bearer token  \(firstKey.bearer)")
      session.terminal.say("  access key    \(firstKey.keyID)")
      session.terminal.say("  secret key    \(firstKey.secret)")
    }
    let plugins = gateway.world.manifests.map { $0.id }.joined(separator: ", ")
    session.terminal.say("Serving \(plugins). Ctrl-C ends it; requests under way are finished first.")
  }

  /// Takes no new request, and lets those under way finish.
  func drain() async {
    manager.tell("STOPPING=1")
    services.health.isDraining = true
    services.waits.drain()
    let grace = gateway.world.configuration.gateway.drainMilliseconds
    await server?.drain(graceNanoseconds: UInt64(grace) * 1_000_000)
  }

  func closing(_ body: () async throws(Failure) -> Int32) async -> Int32 {
    let code = await session.runOnLoop(body)
    server?.stop()
    retention.stop()
    leftovers.stop()
    heap.stop()
    await supervisor.stop()
    await webhooks.stop()
    await log.flush()
    await engine.close()
    return code
  }
}

extension Substring {
  /// `[::1]` without its brackets.
  fileprivate var trimmingBrackets: String {
    hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : String(self)
  }
}
