// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import Loader

/// Loads one plugin into a jail and serves its operations: descriptor 3 is the channel to the host, 4 the sealed memory
/// file with the plugin's bytes. No thread is ever started here.
@main
struct Entry {
  static func main() {
    let options = WorkerOptions(CommandLine.arguments)
    Surroundings.clear()
    let limits = Limits()
    let hasLandlock = !options.withoutLandlock && Landlock.restrict(allowingLibraries: options.allowsLibraries)
    let limitsHold = limits.apply()
    // A plugin that needs no other library has no business with files; others' libraries may read their settings, and
    // are only denied them.
    let watchesOpens = !options.allowsLibraries && OpenWatch.start()
    let isFiltered = Filter.loading(watchingOpens: watchesOpens).install()
    HostServices.setDefaultLogHandler(writeLog)

    // Constructors run in here, and from here on everything in memory may be a plugin's doing.
    let library: PluginLibrary
    do {
      library = try PluginLibrary(path: "/proc/self/fd/\(Channel.pluginDescriptor)", checkingManifest: false)
    } catch .missingLibrary(let name) where !options.allowsLibraries {
      Channel.end(.needsLibraries, LoadFailure.missingLibrary(name).sentence)
    } catch {
      Channel.end(.refused, error.sentence)
    }
    close(Channel.pluginDescriptor)

    guard Filter.serving.install() == isFiltered else {
      Channel.end(.workerFailed, "the second system call filter could not be installed.")
    }
    let level: JailLevel = !isFiltered || !limitsHold ? .none : hasLandlock ? .full : .partial
    let disabled = library.operations.map { operation -> String? in
      if case .disabled(let failure) = operation { failure.sentence } else { nil }
    }
    let hello = Hello(jailLevel: level, disabled: disabled, manifest: library.manifestBytes)
    guard Channel.send(.ready, hello.encoded()) else { _exit(1) }
    Server(library).serve()
  }
}

/// How the host asks for a worker, as arguments in front of the plugin's name, which is there for `ps` alone.
struct WorkerOptions {
  /// The plugin may open the system's shared libraries.
  let allowsLibraries: Bool
  /// As on a kernel without Landlock; for tests.
  let withoutLandlock: Bool

  init(_ arguments: [String]) {
    allowsLibraries = arguments.contains("--libraries")
    withoutLandlock = arguments.contains("--without-landlock")
  }
}

/// One line on standard error: the level in angle brackets, and the text with its control characters made harmless.
private func writeLog(level: Int32, text: UnsafeRawBufferPointer) {
  var line: [UInt8] = [0x3C, UInt8(ascii: "0") + UInt8(clamping: min(max(level, 0), 3)), 0x3E]
  line.append(contentsOf: text.lazy.map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 })
  line.append(0x0A)
  // A log that nobody reads is not worth ending for.
  _ = line.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
}
