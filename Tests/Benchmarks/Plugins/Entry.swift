// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Glibc
import Loader
import PluginHost
import VideoDocuments

/// Measures what a call of a plugin costs: `plugin-benchmarks [PLUGIN.so …]`. Prints one figure a line. The plugins that
/// are given are only started; what is called is a plugin in C that does nothing.
@main
struct Entry {
  static func main() async {
    do {
      let plugin = try EmptyPlugin()
      try boundCall(plugin)
      try workerStart("empty plugin in C", plugin.path)
      for path in CommandLine.arguments.dropFirst() { try workerStart(path.split(separator: "/").last ?? "", path) }
      try roundTrip(plugin, bytes: 0)
      try roundTrip(plugin, bytes: 2048)
      for path in CommandLine.arguments.dropFirst() { try createRoundTrip(path) }
      try await loopRoundTrip(plugin)
      try discovery(Array(CommandLine.arguments.dropFirst()), plugin)
    } catch {
      print("failed: \(error)")
      exit(1)
    }
  }

  private static func boundCall(_ plugin: EmptyPlugin) throws {
    let library = try PluginLibrary(path: plugin.path)
    let sink = OutputSink()
    for index in library.operations.indices {
      guard case .bound(let operation) = library.operations[index] else { continue }
      let frame = try operation.plan.frame(for: plugin.arguments(bytes: 2048))
      frame.withUnsafeBytes { bytes in
        let arguments = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(WireFrame.headerBytes))
        let calls = 100_000
        let nanoseconds = Samples.of(20) {
          for _ in 0..<calls { _ = operation.call(arguments, into: sink) }
        }.map { $0 / Double(calls) }
        report("bound call, \(operation.plan.operation)", nanoseconds, "ns")
      }
    }
  }

  private static func workerStart(_ name: some StringProtocol, _ path: String) throws {
    var settings = PluginHostSettings()
    settings.cacheFile = nil
    let file = try BlockingWorker.SharedFile(path, settings: settings)
    let sealing = Samples.of(20) { _ = try? BlockingWorker.SharedFile(path, settings: settings) }
    report("read, hash and seal, \(name)", sealing.map { $0 / 1e6 }, "ms")
    var samples: [Double] = []
    let began = ProcessorTime.ofChildren()
    for _ in 0..<200 {
      let began = EventLoop.monotonicNanoseconds
      let worker = try BlockingWorker.start(file)
      samples.append(Double(EventLoop.monotonicNanoseconds - began))
      worker.stop()
    }
    report("worker ready, \(name)", samples.map { $0 / 1e6 }, "ms")
    print("  processor time of a worker: \(Int(ProcessorTime.ofChildren() - began) / 200) µs")
  }

  private static func roundTrip(_ plugin: EmptyPlugin, bytes: Int) throws {
    let worker = try BlockingWorker.start(BlockingWorker.SharedFile(plugin.path, settings: PluginHostSettings()))
    let library = try PluginLibrary(path: plugin.path)
    guard case .bound(let operation) = library.operations[bytes == 0 ? 0 : 1] else { return }
    let frame = try operation.plan.frame(for: plugin.arguments(bytes: bytes))
    var failure: WorkerFailure?
    let samples = Samples.of(20_000) {
      do throws(WorkerFailure) {
        _ = try worker.call(bytes == 0 ? 0 : 1, frame, milliseconds: 2000)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    report("round trip through the jail, \(bytes) bytes", samples.map { $0 / 1e3 }, "µs")
  }

  /// A real plugin's `create`, with the document that its first model needs.
  private static func createRoundTrip(_ path: String) throws {
    let library = try PluginLibrary(path: path)
    let manifest = try PluginLibrary.parse(library.manifestBytes)
    guard let index = manifest.operations.firstIndex(where: { $0.name == "create" }),
      case .bound(let operation) = library.operations[index], let model = manifest.models.first
    else { return }
    let request =
      #"{"model":"\#(model.id)","prompt":"a paper boat in the rain, seen from above, slowly drifting","duration_seconds":5,"#
      + #""aspect_ratio":"16:9","resolution":"720p","audio":true,"external_id":"fg_01m7xb21vn62z9272nmvbpr3e5"}"#
    let frame = try operation.plan.frame(for: [
      "request": .text(request), "connection": .text(#"{"profile":"official","base_url":"https://api.example"}"#),
      "now_ms": .integer(1_767_323_045_000),
    ])
    let worker = try BlockingWorker.start(BlockingWorker.SharedFile(path, settings: PluginHostSettings()))
    var failure: WorkerFailure?
    let samples = Samples.of(5_000) {
      do throws(WorkerFailure) {
        _ = try worker.call(index, frame, milliseconds: 2000)
      } catch {
        failure = error
      }
    }
    if let failure { throw failure }
    report("create through the jail, \(manifest.id)", samples.map { $0 / 1e3 }, "µs")
  }

  private static func loopRoundTrip(_ plugin: EmptyPlugin) async throws {
    var settings = PluginHostSettings()
    settings.cacheFile = nil
    settings.folders = [PluginFolder(path: plugin.folder, origin: .option)]
    let registry = PluginRegistry.discover(settings)
    let samples = try await loopSamples(registry)
    report("round trip through registry and event loop", samples.map { $0 / 1e3 }, "µs")
    await registry.stop()
  }

  @LoopActor private static func loopSamples(_ registry: PluginRegistry) async throws -> [Double] {
    var samples: [Double] = []
    for _ in 0..<10_000 {
      let began = EventLoop.monotonicNanoseconds
      _ = try await registry.call("nothing", in: "empty", [:])
      samples.append(Double(EventLoop.monotonicNanoseconds - began))
    }
    return samples
  }

  private static func discovery(_ paths: [String], _ plugin: EmptyPlugin) throws {
    guard let first = paths.first else { return }
    var settings = PluginHostSettings()
    settings.folders = [
      PluginFolder(
        path: first.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/"),
        origin: .executable)
    ]
    settings.cacheFile = plugin.folder + "/cache"
    let began = ProcessorTime.ofThisProcess() + ProcessorTime.ofChildren()
    let cold = Samples.of(20) {
      unlink(plugin.folder + "/cache")
      _ = PluginDiscovery.run(settings)
    }
    report("discovery, cold cache", cold.map { $0 / 1e6 }, "ms")
    let used = ProcessorTime.ofThisProcess() + ProcessorTime.ofChildren() - began
    print("  processor time of a discovery: \(Int(used) / 20) µs")
    let warm = Samples.of(100) { _ = PluginDiscovery.run(settings) }
    report("discovery, warm cache", warm.map { $0 / 1e6 }, "ms")
    print("  \(PluginDiscovery.run(settings).ready.count) plugins ready")
  }
}

/// Prints the smallest and the middle value.
func report(_ name: String, _ samples: [Double], _ unit: String) {
  let sorted = samples.sorted()
  guard let least = sorted.first else { return }
  func text(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
  }
  print("\(name): p50 \(text(sorted[sorted.count / 2])) \(unit), least \(text(least)) \(unit)")
}

/// Durations in nanoseconds.
enum Samples {
  static func of(_ count: Int, _ body: () -> Void) -> [Double] {
    (0..<count).map { _ in
      let began = EventLoop.monotonicNanoseconds
      body()
      return Double(EventLoop.monotonicNanoseconds - began)
    }
  }
}

/// Processor time in microseconds, which a busy machine does not stretch as it does the clock on the wall.
enum ProcessorTime {
  static func ofThisProcess() -> Double { used(__rusage_who_t(RUSAGE_SELF.rawValue)) }
  static func ofChildren() -> Double { used(__rusage_who_t(RUSAGE_CHILDREN.rawValue)) }

  private static func used(_ who: __rusage_who_t) -> Double {
    var usage = rusage()
    getrusage(who, &usage)
    return [usage.ru_utime, usage.ru_stime].reduce(0) { $0 + Double($1.tv_sec) * 1e6 + Double($1.tv_usec) }
  }
}
