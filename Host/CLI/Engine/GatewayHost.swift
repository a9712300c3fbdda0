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
  private let waits: OpenWaits
  private let webhooks: Webhooks
  private let retention: ArchiveRetention
  /// Made by this start, to be shown once.
  private let firstKey: CallerCredentials?
  private var server: HTTPServer?

  private init(
    session: Session, engine: Engine, gateway: Gateway, waits: OpenWaits, webhooks: Webhooks,
    retention: ArchiveRetention, firstKey: CallerCredentials?
  ) {
    self.webhooks = webhooks
    self.retention = retention
    self.waits = waits
    self.firstKey = firstKey
    self.session = session
    self.engine = engine
    self.gateway = gateway
  }

  static func open(_ session: Session, isSandbox: Bool) async throws(Failure) -> GatewayHost {
    let feed = JobFeed()
    let engine = try await Engine.open(session, isSandbox: isSandbox, follows: true, feed: feed)
    let keys = try await CallerKeys.open(
      store: engine.store, masterKeyPath: CallerKeys.masterKeyPath(besideDatabase: engine.databaseFile), feed: feed)
    let first = try await keys.makeFirstKeyIfNone()
    let runner = engine.runner
    let waits = OpenWaits(feed)
    let submission = BackgroundSubmission(runner: runner, feed: feed)
    var parts = GatewayParts(
      store: engine.store, runner: runner, feed: feed, plugins: RegistryPlugins(engine.plugins),
      authenticator: keys, assets: AssetFolder(path: "\(engine.dataFolder)/assets"),
      temporaryFolder: "/tmp", version: CommandLineProgram.version,
      quote: { plan throws(Failure) in try await engine.quote(plan) },
      preview: { plan, assets throws(Failure) in try await DryRun.preview(plan, assets: assets, engine) },
      submit: { draft, wait throws(Failure) in try await submission.submit(draft, waitMilliseconds: wait) })
    let links = keys.contentLinks(lifetimeMilliseconds: engine.configuration.gateway.linkLifetimeMilliseconds)
    parts.link = { base, id, variant in
      links.url(base: base, jobID: id, variant: variant, nowMilliseconds: SystemClock().nowMilliseconds)
    }
    let thumbnailFolder = "\(engine.dataFolder)/thumbnails"
    let cleaner = ArchiveCleaner(archiveFolder: engine.archiveFolder, thumbnailFolder: thumbnailFolder)
    let store = engine.store
    parts.forget = { job throws(Failure) in try await cleaner.forget(job, store: store) }
    let retention = ArchiveRetention(
      store: store, cleaner: cleaner, retentionMilliseconds: engine.configuration.gateway.retentionMilliseconds)
    retention.start { failure in session.terminal.say(failure.message) }
    let services = GatewayServices(
      waits: waits,
      content: ContentService(
        client: engine.client, thumbnails: Thumbnails(folder: thumbnailFolder),
        relink: { id throws(Failure) in try await runner.relink(id) }), links: links)
    let webhooks = Webhooks(
      outbox: engine.store, store: engine.store,
      sender: WebhookSender(
        secrets: keys.webhookSecrets, mayBePrivate: { engine.configuration.gateway.webhooksMayBePrivate },
        link: { job in engine.configuration.gateway.publicURL.map { parts.link($0, job.id, nil) } },
        send: { await engine.client.send($0) }))
    webhooks.start(feed)
    parts.pollingMilliseconds = try engine.locations.pollingMilliseconds() ?? (isSandbox ? 300 : nil)
    let gateway = Gateway(parts, world: world(of: engine), services: services)
    engine.onChange { _ in gateway.replace(world(of: engine)) }
    return GatewayHost(
      session: session, engine: engine, gateway: gateway, waits: waits, webhooks: webhooks, retention: retention,
      firstKey: first?.1)
  }

  /// Everything that requests work with, as it is now.
  private static func world(of engine: Engine) -> GatewayWorld {
    GatewayWorld(
      configuration: engine.configuration, catalog: engine.catalog, accounts: engine.accounts,
      manifests: engine.registry.catalog.ready.map { $0.manifest })
  }

  /// Opens the port; `address` is what the command line says.
  func listen(_ address: String?) throws(Failure) {
    let text = address ?? gateway.world.configuration.gateway.listen
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
      throw Failure(
        .invalid, "\"\(text)\" is no address and port.", field: "listen", advice: "give it as 127.0.0.1:8080")
    }
    var limits = HTTPLimits()
    limits.connections = gateway.world.configuration.gateway.maximumConnections
    let host = text[..<colon].trimmingBrackets
    do throws(HTTPServerFailure) {
      server = try HTTPServer.start(host: host, port: port, responder: gateway, limits: limits)
    } catch {
      throw Failure(
        .internal, "\(text) cannot be listened on: \(error)", field: "listen", advice: "choose another address or port")
    }
  }

  /// Says where the gateway is, and in the sandbox with which key.
  func announce() {
    guard let server else { return }
    let base = "http://127.0.0.1:\(server.port)"
    if session.wantsJSON {
      var event: JSONObject = ["event": "serving", "base_url": .string(base)]
      event.add("key", firstKey?.bearer)
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
    waits.drain()
    let grace = gateway.world.configuration.gateway.drainMilliseconds
    await server?.drain(graceNanoseconds: UInt64(grace) * 1_000_000)
  }

  func closing(_ body: () async throws(Failure) -> Int32) async -> Int32 {
    let code = await session.runOnLoop(body)
    server?.stop()
    await webhooks.stop()
    retention.stop()
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
