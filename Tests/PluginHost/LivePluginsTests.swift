// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Loader
import PluginHost
import Synchronization
import Testing

@Suite("Plugins that follow their folders")
struct LivePluginsTests {
  @Test("added, replaced and removed files take effect, and the others keep their workers")
  func reloading() async throws {
    let fixture = try Fixture()
    try fixture.add("calm", [.echo, .worker])
    let live = await LivePlugins.start(fixture.settings)
    let worker = try await live.answer("worker", in: "calm")

    try fixture.add("fresh", [.says("old")])
    var changes = await live.reload()
    #expect(changes.added.map(\.sentence) == ["The plugin fresh 1.0.0 was added."])
    #expect(changes.all.count == 1)
    #expect(try await live.answer("says", in: "fresh") == "old")

    try fixture.add("fresh", [.says("new")])
    changes = await live.reload()
    #expect(
      changes.changed.map(\.sentence) == ["The plugin fresh 1.0.0 was replaced with another file of the same version."])
    #expect(try await live.answer("says", in: "fresh") == "new")

    let file = "\(fixture.folder)/libfilmgate-fresh.so"
    try FileManager.default.removeItem(atPath: file)
    changes = await live.reload()
    #expect(changes.removed.map(\.sentence) == ["The plugin fresh 1.0.0 is gone: its file \(file) was removed."])
    await #expect(throws: PluginCallFailure.noSuchPlugin("fresh")) { try await live.answer("says", in: "fresh") }

    #expect(try await live.answer("worker", in: "calm") == worker)
    #expect(await live.generation == 4)
    #expect(await live.reload().isEmpty)
    #expect(await live.generation == 4)
    await live.stop()
  }

  @Test("a call under way is answered by the worker that it began on, which then ends")
  func runningCall() async throws {
    var fixture = try Fixture()
    fixture.settings.limits.callMilliseconds = 60_000
    try fixture.add("slow", [.says("old", afterTurns: 400_000_000), .worker])
    let live = await LivePlugins.start(fixture.settings)
    let worker = Int32(try await live.answer("worker", in: "slow")) ?? 0
    async let answer = live.answer("says", in: "slow")
    try fixture.add("slow", [.says("new")])
    await live.reload()
    #expect(try await live.answer("says", in: "slow") == "new")
    #expect(try await answer == "old")
    try await eventually { kill(worker, 0) != 0 }
    await live.stop()
  }

  @Test("a file that is broken while it is written leaves the plugin as it was, until it is whole or gone")
  func brokenReplacement() async throws {
    let fixture = try Fixture()
    let file = try fixture.add("torn", [.says("old")])
    try fixture.add("calm", [.echo])
    let live = await LivePlugins.start(fixture.settings)
    #expect(try await live.answer("says", in: "torn") == "old")
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    try whole.prefix(whole.count / 3).write(to: URL(fileURLWithPath: file))
    let changes = await live.reload()
    #expect(changes.all == changes.refused)
    #expect(changes.refused.first?.sentence.hasSuffix("Version 1.0.0, loaded before, stays in use.") == true)
    #expect(await live.reload().isEmpty)
    #expect(try await live.answer("says", in: "torn") == "old")
    #expect(try await live.answer("echo", in: "calm", ["text": .text("x")]) == "x")
    try FileManager.default.removeItem(atPath: file)
    #expect(await live.reload().removed.map(\.plugin) == ["torn"])
    await live.stop()
  }

  @Test("a quarantine outlives other plugins' changes, and ends with the plugin's own file")
  func quarantine() async throws {
    var fixture = try Fixture()
    // Without a cache file the count is this object's own.
    fixture.settings.cacheFile = nil
    try fixture.add("shaky", [.echo, .act("crash", "__builtin_trap();")])
    let live = await LivePlugins.start(fixture.settings)
    let news = News()
    await live.onChange { news.add($0) }
    for _ in 0..<3 { _ = try? await live.answer("crash", in: "shaky") }
    // Told without being asked.
    try await eventually { news.sentences.count == 1 }
    #expect(news.sentences.first?.hasPrefix("The plugin shaky is left alone: it is quarantined until") == true)
    try fixture.add("fresh", [.echo])
    #expect(await live.reload().all.map(\.plugin) == ["fresh"])
    #expect(try await live.answer("echo", in: "fresh", ["text": .text("x")]) == "x")
    await #expect(throws: PluginCallFailure.self) { try await live.answer("echo", in: "shaky", ["text": .text("x")]) }
    try fixture.add("shaky", [.echo])
    #expect(await live.reload().added.map(\.plugin) == ["shaky"])
    #expect(try await live.answer("echo", in: "shaky", ["text": .text("x")]) == "x")
    await live.stop()
  }

  @Test("files that are copied, moved in, overwritten or removed are noticed, also in a folder that comes later")
  func watching() async throws {
    let fixture = try Fixture()
    let elsewhere = try Fixture()
    let later = "\(fixture.folder)/not/yet"
    var settings = fixture.settings
    settings.folders.append(PluginFolder(path: later, origin: .userData))
    let live = await LivePlugins.start(settings)
    let news = News()
    await live.onChange { news.add($0) }
    await live.watch()

    let first = try elsewhere.add("one", [.says("first")])
    let manager = FileManager.default
    try manager.copyItem(atPath: first, toPath: "\(fixture.folder)/libfilmgate-one.so")
    try await eventually { news.sentences == ["The plugin one 1.0.0 was added."] }
    #expect(try await live.answer("says", in: "one") == "first")

    // cp onto it: the same file with other bytes.
    let second = try elsewhere.add("one", [.says("second")])
    try Data(contentsOf: URL(fileURLWithPath: second)).write(
      to: URL(fileURLWithPath: "\(fixture.folder)/libfilmgate-one.so"))
    try await eventually { try await live.answer("says", in: "one") == "second" }

    // mv onto it: another file under the name.
    let third = try elsewhere.add("one", [.says("third")])
    #expect(rename(third, "\(fixture.folder)/libfilmgate-one.so") == 0)
    try await eventually { try await live.answer("says", in: "one") == "third" }

    try manager.createDirectory(
      atPath: later, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try manager.copyItem(
      atPath: try elsewhere.add("two", [.says("late")]), toPath: "\(later)/libfilmgate-two.so")
    try await eventually { (try? await live.answer("says", in: "two")) == "late" }

    try manager.removeItem(atPath: "\(fixture.folder)/libfilmgate-one.so")
    try await eventually { (try? await live.answer("says", in: "one")) == nil }
    try manager.removeItem(atPath: "\(fixture.folder)/not")
    try await eventually { (try? await live.answer("says", in: "two")) == nil }
    await live.stop()
  }

  @Test("callers who ask for a look while one is under way get one that saw their files")
  func manyReloads() async throws {
    let fixture = try Fixture()
    let live = await LivePlugins.start(fixture.settings)
    async let first = live.reload()
    try fixture.add("fresh", [.echo])
    async let second = live.reload()
    async let third = live.reload()
    let all = await [first, second, third]
    #expect(all.flatMap(\.added).map(\.plugin).contains("fresh"))
    #expect(try await live.answer("echo", in: "fresh", ["text": .text("x")]) == "x")
    await live.stop()
  }
}

/// Changes that were told.
private final class News: Sendable {
  private let told = Mutex<[String]>([])
  var sentences: [String] { told.withLock { $0 } }
  func add(_ changes: PluginChanges) { told.withLock { $0 += changes.all.map(\.sentence) } }
}

extension CPlugin.Operation {
  fileprivate static let worker = act("worker", "char t[20]; sprintf(t, \"%d\", getpid()); say(out, t); return 0;")

  /// Answers a text, after so many turns of a loop.
  fileprivate static func says(_ text: String, afterTurns turns: Int = 0) -> CPlugin.Operation {
    act("says", "for (volatile long i = 0; i < \(turns); i++) {} say(out, \"\(text)\"); return 0;")
  }
}

extension LivePlugins {
  fileprivate func answer(
    _ operation: String, in plugin: String, _ arguments: [String: PluginArgument] = [:]
  ) async throws(PluginCallFailure) -> String {
    String(decoding: try await call(operation, in: plugin, arguments).output, as: UTF8.self)
  }
}

/// Waits for what other threads and the kernel bring about. The bound is there so that a defect ends the test.
func eventually(
  _ condition: () async throws -> Bool, sourceLocation: SourceLocation = #_sourceLocation
) async throws {
  for _ in 0..<6_000 {
    if try await condition() { return }
    try await Task.sleep(for: .milliseconds(20))
  }
  Issue.record("what was waited for did not come about", sourceLocation: sourceLocation)
}
