// SPDX-License-Identifier: Apache-2.0
import Foundation
import Loader
import PluginHost
import Synchronization
import Testing

/// A folder of plugins with a registry over it, for one test.
struct Fixture {
  let folder: String
  var settings: PluginHostSettings

  init(_ name: String = UUID().uuidString) throws {
    folder = "\(CPlugin.folder)/\(name)"
    try FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    settings = PluginHostSettings(environment: { _ in nil })
    settings.folders = [PluginFolder(path: folder, origin: .option)]
    settings.cacheFile = "\(folder)/.cache/plugins.cache"
  }

  @discardableResult
  func add(_ id: String, _ operations: [CPlugin.Operation], before: String = "", file: String? = nil) throws -> String {
    try add(source: CPlugin.source(id: id, operations, before: before), file: file ?? "libfilmgate-\(id).so")
  }

  @discardableResult
  func add(source: String, file: String, flags: [String] = []) throws -> String {
    let path = try CPlugin.compile(source, name: file, folder: folder, flags: flags)
    // So that findings about it may be kept at once, and not only after the file system's clock has moved on.
    usleep(60_000)
    return path
  }

  func write(_ text: String, to file: String) throws {
    try text.write(toFile: "\(folder)/\(file)", atomically: true, encoding: .utf8)
    usleep(60_000)
  }

  func discover() -> PluginCatalog { PluginDiscovery.run(settings) }

  func registry() -> PluginRegistry { PluginRegistry.discover(settings) }

  /// What is said of a file.
  func problem(of file: String) -> String? {
    discover().plugins.first { $0.path == "\(folder)/\(file)" }?.problem
  }
}

extension CPlugin.Operation {
  static let echo = CPlugin.Operation(
    "echo", kind: "extra", parameters: "{\"name\": \"text\", \"type\": \"text\"}, \"out\"",
    "(const char *text, uint64_t length, filmgate_out *out)", "return out->write(out, text, length);")

  /// An operation without parameters but `out`.
  static func act(_ name: String, _ body: String) -> CPlugin.Operation {
    CPlugin.Operation(name, kind: "extra", parameters: "\"out\"", "(filmgate_out *out)", body)
  }
}

extension PluginRegistry {
  func echo(_ text: String, in plugin: String) async throws -> String {
    let reply = try await call("echo", in: plugin, ["text": .text(text)])
    return String(decoding: reply.output, as: UTF8.self)
  }

  /// The sentence with which an operation without parameters fails.
  func failure(_ operation: String, in plugin: String) async -> WorkerFailure? {
    do throws(PluginCallFailure) {
      _ = try await call(operation, in: plugin, [:])
      return nil
    } catch .worker(_, _, let failure) {
      return failure
    } catch {
      return nil
    }
  }
}

/// Lines that plugins logged.
final class LogCollector: Sendable {
  private let collected = Mutex<[PluginLogLine]>([])

  var lines: [PluginLogLine] { collected.withLock { $0 } }

  func add(_ line: PluginLogLine) { collected.withLock { $0.append(line) } }
}

/// A clock that a test sets.
final class TestClock: Sendable {
  private let time: Mutex<Int64>

  init(_ milliseconds: Int64 = PluginHostSettings.wallClockMilliseconds()) { time = Mutex(milliseconds) }

  var now: Int64 { time.withLock { $0 } }

  func advance(milliseconds: Int64) { time.withLock { $0 += milliseconds } }
}

/// What this process holds.
enum OwnProcess {
  static var descriptors: Int {
    ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"))?.count ?? 0)
  }

  /// What the descriptors lead to, for messages.
  static var descriptorTargets: String {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.sorted().map { name in
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
      return "\(name) \(target ?? "gone")"
    }.joined(separator: ", ")
  }

  static var residentBytes: Int {
    let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
    return (Int(text.split(separator: " ").dropFirst().first ?? "0") ?? 0) * Int(getpagesize())
  }

  /// Children, dead or alive, that are filmgate-worker.
  static var workers: Int {
    let own = getpid()
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    return processes.count { name in
      guard Int32(name) != nil, let text = try? String(contentsOfFile: "/proc/\(name)/stat", encoding: .utf8),
        let end = text.lastIndex(of: ")")
      else { return false }
      let rest = text[text.index(after: end)...].split(separator: " ")
      return rest.count > 1 && Int32(rest[1]) == own && text.contains("(filmgate-worker")
    }
  }
}
