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
  let session: Session
  let engine: Engine
  let gateway: Gateway
  let services: GatewayServices
  private let supervisor: JobSupervisor
  private let webhooks: Webhooks
  private let startRetention: @LoopActor (_ retentionMilliseconds: Int64?) -> ArchiveRetention
  private var retention: ArchiveRetention?
  private let renewLinks: @LoopActor (_ lifetimeMilliseconds: Int64) -> Void
  private let leftovers: Leftovers
  private let heap = HeapTrimming()
  let log: RequestLog
  /// Jobs that were not over at the start.
  private var leftOver: [JobRecord] = []
  /// What it was started with.
  private let started: GatewayConfiguration
  /// Made by this start, to be shown once.
  private let firstKey: CallerCredentials?
  private(set) var server: HTTPServer?

  /// Puts everything together and takes up the jobs that are not over.
  init(_ session: Session, isSandbox: Bool) async throws(Failure) {
    let feed = JobFeed()
    let metrics = GatewayMetrics(version: CommandLineProgram.version)
    let engine = try await Engine.open(
      session, isSandbox: isSandbox, serving: Engine.Serving(feed: feed, metrics: metrics))
    self.session = session
    self.engine = engine
    started = engine.configuration.gateway
    do throws(Failure) {
      let settings = engine.configuration.gateway
      log = try await RequestLog.open(settings.log)
      let keys = try await CallerKeys.open(
        store: engine.store, masterKeyPath: CallerKeys.masterKeyPath(besideDatabase: engine.databaseFile), feed: feed)
      firstKey = try await keys.makeFirstKeyIfNone()?.1
      supervisor = JobSupervisor(runner: engine.runner, accounts: engine.accounts)
      let links = Current(keys.contentLinks(lifetimeMilliseconds: settings.linkLifetimeMilliseconds))
      renewLinks = { links.set(keys.contentLinks(lifetimeMilliseconds: $0)) }
      let thumbnailFolder = "\(engine.dataFolder)/thumbnails"
      let cleaner = ArchiveCleaner(archiveFolder: engine.archiveFolder, thumbnailFolder: thumbnailFolder)
      startRetention = { [log] in
        let retention = ArchiveRetention(store: engine.store, cleaner: cleaner, retentionMilliseconds: $0)
        retention.start { log.note(.error, "retention", $0.message) }
        return retention
      }
      let assetFolder = "\(engine.dataFolder)/assets"
      leftovers = Leftovers(store: engine.store, inputFolder: assetFolder, pictureFolder: thumbnailFolder)
      let health = HealthChecks(version: CommandLineProgram.version)
      Self.fill(health, engine)
      let runner = engine.runner
      let hints = PluginHints(engine.plugins)
      let link: @Sendable (String, String, String?) -> String = { base, id, variant in
        links.value.url(base: base, jobID: id, variant: variant, nowMilliseconds: SystemClock().nowMilliseconds)
      }
      webhooks = Webhooks(
        outbox: engine.store, store: engine.store,
        sender: WebhookSender(
          secrets: keys.webhookSecrets, mayBePrivate: { engine.configuration.gateway.webhooksMayBePrivate },
          link: { job in engine.configuration.gateway.publicURL.map { link($0, job.id, nil) } },
          send: { await engine.client.send($0) }),
        report: { [log] report in
          metrics.webhookAttempted(report.outcome)
          log.webhook(report)
        }, trouble: { [log] failure in log.note(.error, "webhooks", failure.message) })
      services = GatewayServices(
        waits: OpenWaits(feed) { ids in await keys.refusals(of: ids) },
        content: ContentService(
          client: engine.client, thumbnails: Thumbnails(folder: thumbnailFolder),
          relink: { id throws(Failure) in try await runner.relink(id) }), links: links.value, metrics: metrics,
        log: log,
        health: health,
        callbacks: VendorCallbacks(
          index: engine.store,
          verification: CallbackVerification(
            manifest: { engine.registry.manifest(of: $0) },
            account: { engine.routes.buyer(of: $0) }),
          hint: { job, head, body throws(Failure) in try await hints.hint(job, head, body) },
          look: { [supervisor] in supervisor.look($0) },
          adopt: { id, upstreamID throws(Failure) in _ = try await runner.adopt(id, upstreamID: upstreamID) }),
        administration: Self.administration(engine, keys, webhooks, log))
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
      metrics.use(engine.registry.catalog, engine.catalog)
      let open = try await engine.store.liveJobs()
      metrics.follow(feed, since: open)
      log.follow(feed, since: open)
      leftOver = open
      fill(metrics)
      engine.onChange { [weak self] change in self?.take(change) }
      try await supervisor.start()
    } catch {
      await engine.close()
      throw error
    }
    webhooks.start(feed)
    heap.start()
    retention = startRetention(engine.configuration.gateway.retentionMilliseconds)
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
    tell(change.plugins)
    for warning in change.warnings { log.note(.warning, "configuration", warning) }
  }

  /// Reads the configuration again; what is wrong with it is said in the log, and the old one stays.
  func reload() async {
    let before = engine.configuration.gateway
    manager.tell(ServiceManager.reloading)
    defer { manager.tell("READY=1") }
    do throws(Failure) {
      try await engine.reload { (next) async throws(Failure) in try await log.reopen(next.gateway.log) }
      apply(engine.configuration.gateway, before)
      log.note(.info, "reload", "The configuration was read again.")
      let open = try await engine.store.liveJobs()
      tellOfMissingAccounts(
        open, "go on with what was known of it until this gateway ends, and wait then until it is configured again.")
    } catch {
      log.note(.error, "reload", "The configuration stays as it was: \(error.message)")
    }
  }

  /// Puts in force what is not asked for at each request.
  private func apply(_ settings: GatewayConfiguration, _ before: GatewayConfiguration) {
    renewLinks(settings.linkLifetimeMilliseconds)
    if settings.retentionMilliseconds != before.retentionMilliseconds {
      retention?.stop()
      retention = startRetention(settings.retentionMilliseconds)
    }
    for name in GatewayKey.lasting(atStart: started, now: settings) {
      log.note(.warning, "reload", "\(name) was changed; that takes effect when the gateway is started anew.")
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
    guard let place = ListenAddress(text) else {
      throw Failure(
        .invalid, "\(text.isEmpty ? "Nothing" : "\"\(text)\"") is no address and port.", field: "listen",
        advice: "give it as 127.0.0.1:8080 or [::1]:8080")
    }
    var limits = HTTPLimits()
    limits.connections = takeConnections()
    // `max_body` is judged for each request, by the configuration of the moment.
    limits.bodyBytes = UInt64(GatewayConfiguration.largestBodyBytes)
    do throws(HTTPServerFailure) {
      if let listener = manager.listener() {
        server = try HTTPServer.start(listener: listener, responder: gateway, limits: limits)
        return
      }
      server = try HTTPServer.start(host: place.host, port: place.port, responder: gateway, limits: limits)
    } catch {
      throw Failure(
        .internal, "\(text) cannot be listened on: \(error)", field: "listen", advice: "choose another address or port")
    }
  }

  /// Says where the gateway is, and a new key.
  func announce() {
    guard let server else { return }
    let base = server.address.baseURL
    manager.tell("READY=1")
    // The address and the key come first, whoever reads both.
    defer {
      log.note(.info, "start", "Filmgate \(CommandLineProgram.version) serves at \(base).")
      tellWhatIsWrong(leftOver)
      leftOver = []
    }
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
    log.note(.info, "stop", "The gateway was told to end; requests under way may finish.")
    services.health.isDraining = true
    services.waits.drain()
    let grace = gateway.world.configuration.gateway.drainMilliseconds
    await server?.drain(graceNanoseconds: UInt64(grace) * 1_000_000)
  }

  func closing(_ body: () async throws(Failure) -> Int32) async -> Int32 {
    let code = await session.runOnLoop(body)
    server?.stop()
    retention?.stop()
    leftovers.stop()
    heap.stop()
    await supervisor.stop()
    await webhooks.stop()
    if server != nil { log.note(.info, "stop", "The gateway has ended.") }
    await log.flush()
    await engine.close()
    return code
  }
}
