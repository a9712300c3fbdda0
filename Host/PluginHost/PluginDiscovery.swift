// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Loader
import VideoDocuments

/// Looks through the folders. What is in the cache and unchanged costs a look at the file's status; everything else is
/// described in parallel, so that one bad file holds up no other.
public enum PluginDiscovery {
  /// Files that are described at the same time. They mostly wait for their workers.
  private static let maximumThreads = 16

  struct Candidate: Sendable, Equatable {
    let path: String
    let origin: PluginFolder.Origin
    var identity: FileIdentity?
    /// Known without a look into the file.
    var refusal: String?
  }

  /// What a look at the folders shows, without one into the files. As long as two are equal, nothing has changed.
  struct Listing: Sendable, Equatable {
    var candidates: [Candidate]
    var folderProblems: [String]
  }

  /// Finds out what there is. Blocks: for a millisecond when all of it is in the cache, else until the slowest file has
  /// described itself or its time is over.
  public static func run(_ settings: PluginHostSettings) -> PluginCatalog {
    run(settings, list(settings), PluginMemory(settings))
  }

  /// Lists the folders. Blocks for a millisecond.
  static func list(_ settings: PluginHostSettings) -> Listing {
    let (candidates, folderProblems) = collect(settings.folders, FileTrust(executable: settings.executable))
    return Listing(candidates: candidates, folderProblems: folderProblems)
  }

  /// The same for a listing. Where the file of a plugin of `previous` can no longer be used, that plugin is kept.
  static func run(
    _ settings: PluginHostSettings, _ listing: Listing, _ memory: PluginMemory, keeping previous: PluginCatalog? = nil
  ) -> PluginCatalog {
    let trust = FileTrust(executable: settings.executable)
    var records = memory.records()
    let now = settings.now()
    var found: [String: CacheRecord] = [:]
    var stale: [(path: String, identity: FileIdentity)] = []
    for candidate in listing.candidates where candidate.refusal == nil {
      guard let identity = candidate.identity else { continue }
      if let record = records[candidate.path], record.isFresh(for: identity, atMilliseconds: now) {
        found[candidate.path] = record
      } else {
        stale.append((candidate.path, identity))
      }
    }
    if !stale.isEmpty {
      let describer = PluginDescriber(settings: settings, trust: trust)
      let paths = stale.map(\.path)
      let findings = mapInParallel(paths.count, maximumThreads: maximumThreads) { describer.describe(paths[$0]) }
      var isChanged = false
      let checked = settings.now()
      for ((path, identity), finding) in zip(stale, findings) {
        var record = CacheRecord(
          path: path, identity: identity, sha256: finding.sha256, checkedMilliseconds: checked,
          outcome: finding.outcome)
        if let old = records[path], old.identity == identity { record.crashes = old.crashes }
        found[path] = record
        guard finding.isWorthKeeping else { continue }
        records[path] = record
        isChanged = true
      }
      if isChanged {
        var status = stat()
        memory.write(records.filter { stat($0.key, &status) == 0 })
      }
    }
    return assemble(listing, found, keeping: previous, now)
  }

  // MARK: What is there

  private static func collect(_ folders: [PluginFolder], _ trust: FileTrust) -> ([Candidate], [String]) {
    var candidates: [Candidate] = []
    var problems: [String] = []
    var seen: Set<FolderKey> = []
    for folder in folders {
      var status = stat()
      guard stat(folder.path, &status) == 0, let names = folder.names() else {
        let reason = String(cString: strerror(filmgate_errno()))
        if folder.isExpected {
          problems.append("The plugin folder \(printable(folder.path.utf8)) cannot be read: \(reason).")
        }
        continue
      }
      // One folder under two names is searched once.
      guard seen.insert(FolderKey(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))).inserted else {
        continue
      }
      var folderRefusal: String?
      do {
        try trust.check(status, path: folder.path, isFolder: true)
      } catch {
        folderRefusal = error.sentence
      }
      for name in names {
        guard var candidate = look(at: name, in: folder, trust) else { continue }
        candidate.refusal = folderRefusal ?? candidate.refusal
        candidates.append(candidate)
      }
    }
    return (candidates, problems)
  }

  private struct FolderKey: Hashable {
    let device: UInt64
    let inode: UInt64
  }

  /// Nil for what is none of our business.
  private static func look(at name: String, in folder: PluginFolder, _ trust: FileTrust) -> Candidate? {
    let path = folder.path.hasSuffix("/") ? folder.path + name : folder.path + "/" + name
    var candidate = Candidate(path: path, origin: folder.origin)
    var status = stat()
    let isThere = stat(path, &status) == 0
    let isRegular = isThere && status.st_mode & S_IFMT == S_IFREG
    guard PluginFileName.isPlugin(name) else {
      guard folder.isForPluginsOnly, isRegular, name != PluginFileName.lockFile else { return nil }
      candidate.refusal =
        "it is not a plugin: a plugin's file is named \(PluginFileName.prefix)ID\(PluginFileName.suffix)."
      return candidate
    }
    guard isThere else {
      candidate.refusal = PluginFileRefusal.unreadable(errno: filmgate_errno()).sentence
      return candidate
    }
    guard isRegular else {
      candidate.refusal = PluginFileRefusal.notRegular.sentence
      return candidate
    }
    candidate.identity = FileIdentity(status)
    do {
      try trust.check(status, path: path, isFolder: false)
      var link = stat()
      if lstat(path, &link) == 0, link.st_mode & S_IFMT == S_IFLNK {
        try trust.check(folder: parentFolder(of: resolvedPath(path) ?? path))
      }
    } catch {
      candidate.refusal = error.sentence
    }
    return candidate
  }

  // MARK: What it comes to

  private static func assemble(
    _ listing: Listing, _ found: [String: CacheRecord], keeping previous: PluginCatalog?, _ now: Int64
  ) -> PluginCatalog {
    var plugins: [DiscoveredPlugin] = []
    var owners: [String: String] = [:]
    for candidate in listing.candidates {
      var plugin = judge(candidate, found[candidate.path], now)
      if candidate.refusal == nil, case .refused(let reason) = plugin.status,
        let earlier = previous?.plugins.first(where: { $0.path == candidate.path }), case .ready = earlier.status
      {
        plugin = earlier
        plugin.replacementProblem = reason
      }
      if let manifest = plugin.manifest {
        if let owner = owners[manifest.id] {
          plugin.status = .shadowed(manifest, by: owner)
        } else {
          owners[manifest.id] = candidate.path
        }
      }
      plugins.append(plugin)
    }
    return PluginCatalog(
      plugins: plugins, folderProblems: listing.folderProblems, modelConflicts: conflicts(among: plugins))
  }

  /// What one file comes to, whatever the others are.
  private static func judge(_ candidate: Candidate, _ record: CacheRecord?, _ now: Int64) -> DiscoveredPlugin {
    var level: JailLevel?
    var disabled: [String?] = []
    let status: PluginStatus
    switch (candidate.refusal, record?.outcome) {
    case (let refusal?, _): status = .refused(reason: refusal)
    case (nil, nil): status = .refused(reason: "it could not be looked at.")
    case (nil, .refused(let reason, _)?): status = .refused(reason: reason)
    case (nil, .described(let bytes, let jailLevel, let sentences, _)?):
      level = jailLevel
      disabled = sentences
      do throws(LoadFailure) {
        let manifest = try PluginLibrary.parse(bytes)
        if let quarantine = record?.crashes.quarantine(atMilliseconds: now) {
          status = .quarantined(manifest, reason: quarantine.reason, untilMilliseconds: quarantine.untilMilliseconds)
        } else {
          status = .ready(manifest)
        }
      } catch {
        status = .refused(reason: error.sentence)
      }
    }
    return DiscoveredPlugin(
      path: candidate.path, origin: candidate.origin, sha256: record?.sha256 ?? [], status: status, jailLevel: level,
      disabledOperations: disabled, checkedMilliseconds: record?.checkedMilliseconds ?? now)
  }

  private static func conflicts(among plugins: [DiscoveredPlugin]) -> [ModelConflict] {
    var models: [String: String] = [:]
    var conflicts: [ModelConflict] = []
    for plugin in plugins {
      guard case .ready(let manifest) = plugin.status else { continue }
      for model in manifest.models {
        if let winner = models[model.id] {
          conflicts.append(ModelConflict(model: model.id, winner: winner, loser: manifest.id))
        } else {
          models[model.id] = manifest.id
        }
      }
    }
    return conflicts
  }
}
