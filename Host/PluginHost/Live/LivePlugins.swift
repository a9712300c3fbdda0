// SPDX-License-Identifier: Apache-2.0
public import EventLoop
public import Loader
import VideoDocuments

/// The plugins of a program that runs for long: follows the folders, and replaces the registry when files change.
///
/// Plugins whose files did not change keep their workers. Calls that are under way when a plugin is replaced are
/// answered by the old workers, which then end.
@LoopActor public final class LivePlugins: PluginSource {
  public typealias Handler = @LoopActor (PluginChanges) -> Void

  /// How often the folders are looked at without a sign from the system.
  static let rescanMilliseconds: UInt64 = 30_000
  /// The same where the system gives no signs.
  static let blindRescanMilliseconds: UInt64 = 2_000
  /// How long it must have been quiet before changed files are looked at.
  static let quietMilliseconds: UInt64 = 200
  /// A folder in which something is always written is looked at all the same after this long.
  static let longestWaitMilliseconds: UInt64 = 2_000
  /// How often a file may change between being described and being taken over.
  private static let maximumAttempts = 4

  public private(set) var registry: PluginRegistry
  /// Counts the registries, from 1.
  public private(set) var generation = 1
  /// How the plugins are found and run.
  public var settings: PluginHostSettings { registry.settings }

  private let memory: PluginMemory
  private let crashes: CrashLedger
  private var listing: PluginDiscovery.Listing
  private var handlers: [Handler] = []
  private var isReloading = false
  /// Those who wait for a look that has not begun.
  private var waiters: [LoopContinuation<PluginChanges>] = []
  private var nextSettings: PluginHostSettings?
  private var watcher: FolderWatcher?
  private var isWatching = false
  private var rescanTimer: LoopTimer?
  private var quietTimer: LoopTimer?
  private var firstSignNanoseconds: UInt64?
  private var isStopped = false

  /// Finds the plugins and begins to start their workers. A call does not wait for the others' workers.
  public static func start(
    _ settings: PluginHostSettings, observer: (any PluginObserver)? = nil
  ) async -> LivePlugins {
    let memory = PluginMemory(settings)
    let (listing, catalog) = await Blocking.run {
      let listing = PluginDiscovery.list(settings)
      return (listing, PluginDiscovery.run(settings, listing, memory))
    }
    let live = LivePlugins(catalog, listing, settings, memory)
    live.registry.running.observer = observer
    live.registry.running.onQuarantine = { [weak live] in live?.noticed() }
    for (plugin, manifest) in catalog.ready {
      Task { @LoopActor in await live.registry.running.warmUp(plugin, manifest.id) }
    }
    return live
  }

  private init(
    _ catalog: PluginCatalog, _ listing: PluginDiscovery.Listing, _ settings: PluginHostSettings, _ memory: PluginMemory
  ) {
    self.memory = memory
    self.listing = listing
    crashes = CrashLedger(memory, now: settings.now)
    registry = PluginRegistry(catalog, settings: settings, crashes: crashes, running: RunningPlugins(settings))
  }

  /// Calls `handler` after each change, when the new registry is in force.
  public func onChange(_ handler: @escaping Handler) { handlers.append(handler) }

  /// Calls an operation of the plugin as it is now. Where its file was just replaced, the new one is taken over first.
  public func call(
    _ operation: String, in plugin: String, _ arguments: [String: PluginArgument]
  ) async throws(PluginCallFailure) -> PluginReply {
    do throws(PluginCallFailure) {
      return try await registry.call(operation, in: plugin, arguments)
    } catch .changed(let plugin) where settings.inProcess[plugin] == nil {
      await reload()
      return try await registry.call(operation, in: plugin, arguments)
    }
  }

  /// Looks at the folders now and takes over what changed; with other settings, where they are given. Whoever asks while
  /// that is under way waits for the next look, which sees everything that was there when it was asked for.
  @discardableResult
  public func reload(with settings: PluginHostSettings? = nil) async -> PluginChanges {
    await EventLoop.suspend { continuation in
      waiters.append(continuation)
      if let settings { nextSettings = settings }
      guard !isReloading else { return }
      isReloading = true
      Task { @LoopActor in await workOff() }
    }
  }

  private func workOff() async {
    while !waiters.isEmpty {
      let served = waiters
      waiters = []
      let settings = nextSettings ?? self.settings
      nextSettings = nil
      let changes = await replace(with: settings)
      for waiter in served { waiter.resume(returning: changes) }
    }
    isReloading = false
  }

  /// Follows the folders from now on, also those that do not exist yet.
  public func watch() async {
    guard !isWatching, !isStopped else { return }
    isWatching = true
    await watchFolders()
    scheduleRescan()
    // What changed between the first look and the watch gave no sign.
    await rescan()
  }

  /// Stops following, and ends all workers.
  public func stop() async {
    isStopped = true
    rescanTimer?.cancel()
    quietTimer?.cancel()
    watcher?.stop()
    watcher = nil
    // With nothing to be done any more, this only waits for what is under way.
    if isReloading { await reload() }
    await registry.stop()
  }

  // MARK: Replacing

  private func replace(with settings: PluginHostSettings) async -> PluginChanges {
    guard !isStopped else { return PluginChanges() }
    let running = registry.running
    let folders = self.settings.folders
    running.use(settings)
    let memory = memory
    var next = registry
    for _ in 0..<Self.maximumAttempts {
      let previous = registry.catalog
      let (listing, catalog) = await Blocking.run {
        let listing = PluginDiscovery.list(settings)
        return (listing, PluginDiscovery.run(settings, listing, memory, keeping: previous))
      }
      self.listing = listing
      next = PluginRegistry(catalog, settings: settings, crashes: crashes, running: running)
      // A file that changed since it was described is described again.
      guard await hasChangedFile(catalog) else { break }
    }
    guard !isStopped else { return PluginChanges() }
    let changes = PluginChanges(from: registry.catalog, to: next.catalog)
    registry = next
    running.retire(allBut: next.catalog.ready.map { ($0.plugin, $0.manifest.id) })
    if !changes.isEmpty {
      generation += 1
      for handler in handlers { handler(changes) }
    }
    if settings.folders != folders, isWatching { await watchFolders() }
    return changes
  }

  /// Gets workers started for what is new, so that its first call does not wait.
  private func hasChangedFile(_ catalog: PluginCatalog) async -> Bool {
    let running = registry.running
    var tasks: [Task<WorkerFailure?, Never>] = []
    for (plugin, manifest) in catalog.ready
    where plugin.replacementProblem == nil && settings.inProcess[manifest.id] == nil {
      tasks.append(Task { @LoopActor in await running.warmUp(plugin, manifest.id) })
    }
    var isChanged = false
    for task in tasks where await task.value == .fileChanged { isChanged = true }
    return isChanged
  }

  // MARK: Watching

  private func watchFolders() async {
    let folders = settings.folders
    watcher?.stop()
    watcher = await FolderWatcher.start(folders) { [weak self] isArranged in
      guard let self, !self.isStopped else { return }
      self.noticed()
      // Folders came or went, so others are to be watched.
      if !isArranged { Task { @LoopActor in await self.watchFolders() } }
    }
    guard !isStopped else {
      watcher?.stop()
      return
    }
  }

  /// Something happened; looks at it when it has been quiet for a moment.
  private func noticed() {
    guard !isStopped else { return }
    let now = EventLoop.monotonicNanoseconds
    let first = firstSignNanoseconds ?? now
    firstSignNanoseconds = first
    let latest = first + Self.longestWaitMilliseconds * 1_000_000
    quietTimer?.cancel()
    let wait = min(Self.quietMilliseconds * 1_000_000, latest > now ? latest - now : 0)
    quietTimer = EventLoop.after(nanoseconds: wait) { [weak self] in
      guard let self else { return }
      self.firstSignNanoseconds = nil
      self.quietTimer = nil
      Task { @LoopActor in await self.reload() }
    }
  }

  private func scheduleRescan() {
    let milliseconds = watcher == nil ? Self.blindRescanMilliseconds : Self.rescanMilliseconds
    rescanTimer = EventLoop.after(nanoseconds: milliseconds * 1_000_000) { [weak self] in
      guard let self, !self.isStopped else { return }
      Task { @LoopActor in
        await self.rescan()
        guard !self.isStopped else { return }
        self.scheduleRescan()
      }
    }
  }

  private func rescan() async {
    let settings = settings
    let now = await Blocking.run { PluginDiscovery.list(settings) }
    guard now != listing || isSomethingDue, !isStopped else { return }
    await reload()
  }

  /// Whether time alone may have changed what is to be said of a file.
  private var isSomethingDue: Bool {
    let now = settings.now()
    return registry.catalog.plugins.contains { plugin in
      switch plugin.status {
      case .quarantined(_, _, let until): return now >= until
      case .refused: return now - plugin.checkedMilliseconds >= CacheRecord.retryMilliseconds
      case .ready, .shadowed: return false
      }
    }
  }
}
