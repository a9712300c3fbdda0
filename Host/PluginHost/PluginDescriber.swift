// SPDX-License-Identifier: Apache-2.0
import Loader
import Synchronization
import VideoDocuments

/// Has one file describe itself in a jailed worker.
struct PluginDescriber: Sendable {
  let settings: PluginHostSettings
  let trust: FileTrust

  struct Finding: Sendable {
    var outcome: CacheRecord.Outcome
    var sha256: [UInt8] = []
    /// Whether it says something of the file; a machine without memory says nothing.
    var isWorthKeeping = true
  }

  /// Blocks until the worker answered or its time is over.
  func describe(_ path: String) -> Finding {
    let plugin: SealedPlugin
    do {
      plugin = try SealedPlugin(path: path, trust: trust)
    } catch {
      return Finding(outcome: .refused(error.sentence, isLasting: true), isWorthKeeping: error.isLasting)
    }
    guard let executable = settings.workerExecutable else {
      return Finding(
        outcome: .refused(
          "it cannot be run: the program \(PluginHostSettings.workerName) is missing beside this one.",
          isLasting: false), sha256: plugin.sha256, isWorthKeeping: false)
    }
    let spawn = WorkerSpawn(executable: executable, withoutLandlock: settings.withoutLandlock)
    do throws(WorkerFailure) {
      let worker = try BlockingWorker.start(plugin, spawn: spawn, limits: settings.limits, log: settings.log)
      defer { worker.stop() }
      let hello = worker.hello
      if let refusal = PluginDescriber.check(hello) {
        return Finding(outcome: .refused(refusal, isLasting: true), sha256: plugin.sha256)
      }
      return Finding(
        outcome: .described(
          manifest: hello.manifest, jailLevel: hello.jailLevel,
          disabled: hello.disabled.map { $0.map { printable($0.utf8) } },
          needsLibraries: plugin.needsLibraries.load(ordering: .relaxed)),
        sha256: plugin.sha256)
    } catch {
      return Finding(
        outcome: .refused(error.sentence, isLasting: error.isRefusal), sha256: plugin.sha256,
        isWorthKeeping: error.isRefusal || error.isCrash)
    }
  }

  /// The worker has read the manifest already, but what it sends could be the plugin's own doing.
  private static func check(_ hello: Hello) -> String? {
    do throws(LoadFailure) {
      let manifest = try PluginLibrary.parse(hello.manifest)
      guard manifest.operations.count == hello.disabled.count else {
        return WorkerVerdict.forgedReply(.malformedHello).sentence
      }
      return nil
    } catch {
      return printable(error.sentence.utf8)
    }
  }
}

extension PluginFileRefusal {
  /// Whether it will be the same as long as the file is.
  var isLasting: Bool {
    switch self {
    case .image, .tooLarge, .notRegular: true
    // Permissions are looked at every time.
    case .untrusted, .unreadable, .changedMeanwhile, .noMemoryFile: false
    }
  }
}

extension WorkerFailure {
  var isRefusal: Bool {
    if case .refused = self { true } else { false }
  }
}
