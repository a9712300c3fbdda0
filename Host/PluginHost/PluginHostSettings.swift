// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Where plugins are, how they are run, and what is told of them.
public struct PluginHostSettings: Sendable {
  /// The name of the worker's program.
  public static let workerName = "filmgate-worker"

  /// In the order of precedence.
  public var folders: [PluginFolder]
  /// Remembers what was found, nil to remember nothing.
  public var cacheFile: String?
  /// The path of filmgate-worker, nil where there is none.
  public var workerExecutable: String?
  public var limits = WorkerLimits()
  /// Plugins to be run in this process, by id, each pinned to the SHA-256 of its file. A mistake in such a plugin ends
  /// the host.
  public var inProcess: [String: [UInt8]] = [:]
  /// The program itself; files of its owner are trusted.
  public var executable: String?
  /// Milliseconds since 1970.
  public var now: @Sendable () -> Int64 = PluginHostSettings.wallClockMilliseconds
  /// Gets each line that a plugin logs or prints, on any thread.
  public var log: @Sendable (PluginLogLine) -> Void = { _ in }
  /// Start workers as on a kernel without Landlock; for tests.
  public var withoutLandlock = false

  /// The folders, cache and worker of this installation. `environment` looks a variable up.
  public init(
    pluginFolders: [String] = [], environment: (String) -> String? = PluginHostSettings.variable,
    executable: String? = PluginHostSettings.ownExecutable()
  ) {
    func value(_ name: String) -> String? {
      guard let value = environment(name), !value.isEmpty else { return nil }
      return value
    }
    let home = value("HOME")
    var folders = pluginFolders.map { PluginFolder(path: $0, origin: .option) }
    for path in (value("FILMGATE_PLUGIN_PATH") ?? "").split(separator: ":") {
      folders.append(PluginFolder(path: String(path), origin: .environment))
    }
    // A relative path in it is to be ignored, by the XDG specification: plugins of whatever folder one stands in.
    if let data = value("XDG_DATA_HOME").flatMap({ $0.hasPrefix("/") ? $0 : nil }) ?? home.map({ $0 + "/.local/share" })
    {
      folders.append(PluginFolder(path: data + "/filmgate/plugins", origin: .userData))
    }
    self.executable = executable
    workerExecutable = value("FILMGATE_WORKER")
    if let executable {
      let folder = parentFolder(of: executable)
      let installation = parentFolder(of: folder)
      folders.append(PluginFolder(path: installation + "/lib/filmgate/plugins", origin: .installation))
      folders.append(PluginFolder(path: folder, origin: .executable))
      if workerExecutable == nil {
        let name = PluginHostSettings.workerName
        workerExecutable = [folder + "/" + name, installation + "/libexec/filmgate/" + name].first {
          access($0, X_OK) == 0
        }
      }
    }
    self.folders = folders
    cacheFile = (value("XDG_CACHE_HOME") ?? home.map { $0 + "/.cache" }).map { $0 + "/filmgate/plugins.cache" }
  }

  /// A variable of the process's environment.
  public static func variable(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
  }

  /// The path of the running program, without links.
  public static func ownExecutable() -> String? {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(PATH_MAX)) { buffer in
      guard let base = buffer.baseAddress else { return nil }
      let count = readlink("/proc/self/exe", base, buffer.count)
      guard count > 0 else { return nil }
      return String(decoding: buffer[..<count].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
  }

  /// Milliseconds since 1970, as the system has it.
  public static func wallClockMilliseconds() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}
