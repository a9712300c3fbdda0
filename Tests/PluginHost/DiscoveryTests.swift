// SPDX-License-Identifier: Apache-2.0
import Foundation
import Loader
import PluginHost
import Testing
import VideoDocuments

@Suite("Discovery")
struct DiscoveryTests {
  @Test("an unchanged folder is listed from the cache, without a worker and without reading a file")
  func warm() throws {
    var fixture = try Fixture()
    try fixture.add("calm", [.echo])
    try fixture.write("text", to: "libfilmgate-text.so")
    let cold = fixture.discover()
    // What is described now would be refused: the listing below cannot have started a worker.
    fixture.settings.limits.startMilliseconds = 0
    let warm = fixture.discover()
    #expect(warm.plugins.map(\.problem) == [nil, "it is a text file, not a shared library."])
    #expect(warm["calm"]?.sha256 == cold["calm"]?.sha256)
    #expect(warm["calm"]?.checkedMilliseconds == cold["calm"]?.checkedMilliseconds)
    #expect(warm["calm"]?.jailLevel == .full)
  }

  @Test("a changed file is described again, a removed one is forgotten")
  func changes() throws {
    let fixture = try Fixture()
    try fixture.add("calm", [.echo])
    try fixture.add("other", [.echo])
    #expect(fixture.discover()["calm"]?.manifest?.operations.count == 1)
    try fixture.add("calm", [.echo, .act("more", "return 0;")])
    #expect(fixture.discover()["calm"]?.manifest?.operations.count == 2)
    try FileManager.default.removeItem(atPath: "\(fixture.folder)/libfilmgate-calm.so")
    let catalog = fixture.discover()
    #expect(catalog.plugins.count == 1 && catalog["other"]?.problem == nil && catalog["calm"] == nil)
  }

  @Test("a damaged, foreign or writable cache counts as none")
  func damagedCache() throws {
    let fixture = try Fixture()
    try fixture.add("calm", [.echo])
    #expect(fixture.discover()["calm"]?.problem == nil)
    let cache = try #require(fixture.settings.cacheFile)
    #expect(try mode(of: cache) == 0o600)
    let whole = try Data(contentsOf: URL(fileURLWithPath: cache))
    for count in stride(from: 0, to: whole.count, by: 7) {
      try whole.prefix(count).write(to: URL(fileURLWithPath: cache))
      if count % 49 == 0 { #expect(fixture.discover()["calm"]?.problem == nil) }
    }
    try Data("not a cache".utf8).write(to: URL(fileURLWithPath: cache))
    #expect(fixture.discover()["calm"]?.problem == nil)
  }

  private func mode(of path: String) throws -> Int {
    try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  @Test("the first file in path order has an id, a later one is shown as shadowed")
  func shadowing() throws {
    var fixture = try Fixture()
    let second = try Fixture()
    let winner = try fixture.add("same", [.echo])
    try fixture.add("same", [.echo], file: "libfilmgate-zzz.so")
    try second.add("same", [.echo])
    fixture.settings.folders.append(PluginFolder(path: second.folder, origin: .environment))
    // The same folder once more, under another name.
    fixture.settings.folders.append(
      PluginFolder(path: second.folder + "/../\(second.folder.split(separator: "/").last ?? "")", origin: .environment))
    let catalog = fixture.discover()
    #expect(catalog.plugins.count == 3)
    #expect(catalog["same"]?.path == winner)
    for loser in catalog.plugins.dropFirst() {
      #expect(loser.problem == "the plugin same is taken from \(winner) instead.")
    }
  }

  @Test("models that two plugins offer are told")
  func modelConflicts() throws {
    let fixture = try Fixture()
    for id in ["first", "second"] {
      let manifest = """
        {"manifest": 1, "id": "\(id)", "version": "1", "operations": [], "models": [{"id": "shared", "fields": {}}]}
        """
      try fixture.add(
        source: CPlugin.prelude + CPlugin.describe(manifest), file: "libfilmgate-\(id).so")
    }
    #expect(
      fixture.discover().modelConflicts == [ModelConflict(model: "shared", winner: "first", loser: "second")])
  }

  @Test("files and folders that others may change are refused, and say how to mend it")
  func untrusted() throws {
    let fixture = try Fixture()
    let path = try fixture.add("calm", [.echo])
    #expect(fixture.problem(of: "libfilmgate-calm.so") == nil)
    chmod(path, 0o664)
    #expect(
      fixture.problem(of: "libfilmgate-calm.so")
        == "other users may change the file, so it is not loaded; run: chmod go-w \(path)")
    chmod(path, 0o644)
    #expect(fixture.problem(of: "libfilmgate-calm.so") == nil)
    chmod(fixture.folder, 0o777)
    #expect(
      fixture.problem(of: "libfilmgate-calm.so")
        == "other users may change its folder, so it is not loaded; run: chmod go-w \(fixture.folder)")
    chmod(fixture.folder, 0o700)
    // A link does not hide where the file really lies.
    let open = try Fixture()
    let real = try open.add("linked", [.echo])
    symlink(real, "\(fixture.folder)/libfilmgate-linked.so")
    #expect(fixture.problem(of: "libfilmgate-linked.so") == nil)
    chmod(open.folder, 0o770)
    #expect(fixture.problem(of: "libfilmgate-linked.so")?.hasPrefix("other users may change its folder") == true)
  }

  @Test("what is no plugin is told in a plugin folder, and ignored elsewhere")
  func strangers() throws {
    var fixture = try Fixture()
    try fixture.write("x", to: "README")
    try fixture.write("x", to: ".hidden")
    try fixture.write("x", to: "filmgate.lock")
    try fixture.write("", to: "libfilmgate-empty.so")
    mkdir("\(fixture.folder)/libfilmgate-folder.so", 0o700)
    mkdir("\(fixture.folder)/folder", 0o700)
    mkfifo("\(fixture.folder)/libfilmgate-pipe.so", 0o600)
    symlink("/nowhere", "\(fixture.folder)/libfilmgate-loose.so")
    let problems = fixture.discover().plugins.map { "\($0.path.split(separator: "/").last ?? ""): \($0.problem ?? "")" }
    #expect(
      problems == [
        "README: it is not a plugin: a plugin's file is named libfilmgate-ID.so.",
        "libfilmgate-empty.so: it is empty.",
        "libfilmgate-folder.so: it is not a regular file.",
        "libfilmgate-loose.so: it cannot be read: No such file or directory.",
        "libfilmgate-pipe.so: it is not a regular file.",
      ])
    fixture.settings.folders = [PluginFolder(path: fixture.folder, origin: .executable)]
    #expect(fixture.discover().plugins.count == 4)
  }

  @Test("a folder that was asked for and is not there is told")
  func missingFolder() throws {
    var fixture = try Fixture()
    fixture.settings.folders = [
      PluginFolder(path: "/nowhere/plugins", origin: .option), PluginFolder(path: "/nowhere/else", origin: .userData),
    ]
    #expect(
      fixture.discover().folderProblems
        == ["The plugin folder /nowhere/plugins cannot be read: No such file or directory."])
  }

  @Test("without a worker program every plugin says so, and nothing is remembered of it")
  func noWorker() throws {
    var fixture = try Fixture()
    try fixture.add("calm", [.echo])
    let worker = fixture.settings.workerExecutable
    fixture.settings.workerExecutable = nil
    #expect(
      fixture.problem(of: "libfilmgate-calm.so")
        == "it cannot be run: the program filmgate-worker is missing beside this one.")
    fixture.settings.workerExecutable = "/nowhere/filmgate-worker"
    #expect(fixture.problem(of: "libfilmgate-calm.so")?.hasPrefix("no worker could be started: ") == true)
    fixture.settings.workerExecutable = worker
    #expect(fixture.problem(of: "libfilmgate-calm.so") == nil)
  }

  @Test("one slow file holds up no other, and a bad describe is tried again after an hour")
  func slowFile() throws {
    var fixture = try Fixture()
    fixture.settings.limits.startMilliseconds = 2500
    for index in 0..<6 {
      try fixture.add(
        "slow\(index)", [.echo], before: "__attribute__((constructor)) static void b(void) { for (;;) {} }")
    }
    try fixture.add("fine", [.echo])
    let clock = TestClock()
    fixture.settings.now = { clock.now }
    let began = Date()
    let catalog = fixture.discover()
    // One after the other would take fifteen seconds.
    #expect(Date().timeIntervalSince(began) < 6 * 2.5)
    #expect(catalog.plugins.count { $0.problem == "it did not answer within 2500 ms and was stopped." } == 6)
    #expect(catalog["fine"]?.problem == nil)
    // Remembered for an hour, and then looked at again.
    fixture.settings.limits.startMilliseconds = 1500
    #expect(fixture.problem(of: "libfilmgate-slow0.so")?.contains("2500 ms") == true)
    clock.advance(milliseconds: 3_600_000)
    #expect(fixture.problem(of: "libfilmgate-slow0.so")?.contains("1500 ms") == true)
  }

  @Test("an operation whose symbol is missing is listed as disabled, and calling it says why")
  func disabledOperation() async throws {
    let fixture = try Fixture()
    let manifest = """
      {"manifest": 1, "id": "half", "version": "1", "operations": [
      {"name": "gone", "symbol": "filmgate_gone", "parameters": ["out"]},
      {"name": "echo", "symbol": "filmgate_echo", "kind": "extra", "parameters": [{"name": "text", "type": "text"}, "out"]}]}
      """
    try fixture.add(
      source: CPlugin.prelude
        + "FILMGATE_EXPORT int filmgate_echo(const char *t, uint64_t n, filmgate_out *out) { return out->write(out, t, n); }"
        + CPlugin.describe(manifest), file: "libfilmgate-half.so")
    let registry = fixture.registry()
    let sentence = "The operation gone is disabled: the library does not export its symbol “filmgate_gone”."
    #expect(registry.catalog["half"]?.disabledOperations == [sentence, nil])
    await #expect(throws: PluginCallFailure.disabled(plugin: "half", operation: "gone", reason: sentence)) {
      try await registry.call("gone", in: "half", [:])
    }
    #expect(try await registry.echo("fine", in: "half") == "fine")
    await registry.stop()
  }

  @Test("the folders come in the order of the search path")
  func searchPath() {
    let variables = [
      "FILMGATE_PLUGIN_PATH": "/a:/b", "HOME": "/home/me", "XDG_CACHE_HOME": "/cache", "FILMGATE_WORKER": "/w",
    ]
    let settings = PluginHostSettings(
      pluginFolders: ["/o"], environment: { variables[$0] }, executable: "/opt/filmgate/bin/filmgate")
    #expect(
      settings.folders.map(\.path) == [
        "/o", "/a", "/b", "/home/me/.local/share/filmgate/plugins", "/opt/filmgate/lib/filmgate/plugins",
        "/opt/filmgate/bin",
      ])
    #expect(settings.cacheFile == "/cache/filmgate/plugins.cache")
    #expect(settings.workerExecutable == "/w")
  }
}
