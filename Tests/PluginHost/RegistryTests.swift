// SPDX-License-Identifier: Apache-2.0
import Foundation
import Loader
import PluginHost
import Synchronization
import Testing
import VideoDocuments

@Suite("Calling plugins")
struct RegistryTests {
  @Test("many calls at once are all answered, by no more workers than allowed")
  func concurrency() async throws {
    var fixture = try Fixture()
    fixture.settings.limits.maximumWorkers = 3
    try fixture.add("busy", [.echo, .act("who", "char t[20]; sprintf(t, \"%d\", getpid()); say(out, t); return 0;")])
    let registry = fixture.registry()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<500 {
        group.addTask {
          let answer = try await registry.echo("\(index)", in: "busy")
          #expect(answer == "\(index)")
        }
      }
      try await group.waitForAll()
    }
    var workers: Set<String> = []
    for _ in 0..<50 {
      workers.insert(String(decoding: try await registry.call("who", in: "busy", [:]).output, as: UTF8.self))
    }
    #expect(workers.count <= 3)
    await registry.stop()
  }

  @Test("calls beyond what may wait are refused")
  func waitingLimit() async throws {
    var fixture = try Fixture()
    fixture.settings.limits.maximumWorkers = 1
    fixture.settings.limits.maximumWaitingCalls = 5
    fixture.settings.limits.callMilliseconds = 60_000
    try fixture.add("busy", [.act("work", "for (;;) {}")])
    let registry = fixture.registry()
    let busy = WorkerFailure.cannotStart("too many calls are waiting for it already")
    let failures = await withTaskGroup(of: WorkerFailure?.self) { group in
      for _ in 0..<20 { group.addTask { await registry.failure("work", in: "busy") } }
      var failures: [WorkerFailure] = []
      for await failure in group {
        guard let failure else { continue }
        failures.append(failure)
        // One call is at work and five wait; the others were refused at once.
        if failures.count == 14 { await registry.stop() }
      }
      return failures
    }
    #expect(failures.prefix(14).allSatisfy { $0 == busy })
    #expect((14...15).contains(failures.count { $0 == busy }))
    #expect(failures.count == 20)
  }

  @Test("three crashes in ten minutes quarantine a plugin, also for the next command, until an hour has passed")
  func quarantine() async throws {
    var fixture = try Fixture()
    let clock = TestClock()
    fixture.settings.now = { clock.now }
    try fixture.add("shaky", [.echo, .act("crash", "__builtin_trap();")])
    let registry = fixture.registry()
    #expect(await registry.failure("crash", in: "shaky") == .ended(.trap, lastWords: nil))
    clock.advance(milliseconds: 700_000)
    for _ in 0..<2 { #expect(await registry.failure("crash", in: "shaky") == .ended(.trap, lastWords: nil)) }
    #expect(try await registry.echo("still", in: "shaky") == "still")
    // The first crash is too long ago to count; the third within the window comes from another command.
    let next = fixture.registry()
    #expect(await next.failure("crash", in: "shaky") == .ended(.trap, lastWords: nil))
    let reason =
      "it is quarantined until its file changes or an hour has passed, because it failed 3 times in ten minutes; "
      + "the last time it stopped at a programming error."
    await #expect(throws: PluginCallFailure.quarantined(plugin: "shaky", reason: reason)) {
      try await next.echo("no", in: "shaky")
    }
    #expect(fixture.problem(of: "libfilmgate-shaky.so") == reason)
    clock.advance(milliseconds: 3_600_000)
    #expect(fixture.problem(of: "libfilmgate-shaky.so") == nil)
    #expect(try await next.echo("again", in: "shaky") == "again")
    await registry.stop()
    await next.stop()
  }

  @Test("a replaced file ends the quarantine")
  func quarantineEndsWithTheFile() async throws {
    let fixture = try Fixture()
    try fixture.add("shaky", [.act("crash", "abort();")])
    let registry = fixture.registry()
    for _ in 0..<3 { _ = await registry.failure("crash", in: "shaky") }
    #expect(fixture.problem(of: "libfilmgate-shaky.so")?.contains("quarantined") == true)
    try fixture.add("shaky", [.act("crash", "return 0;")])
    #expect(fixture.problem(of: "libfilmgate-shaky.so") == nil)
  }

  @Test("a file that changed since it was listed is not run")
  func changedFile() async throws {
    let fixture = try Fixture()
    try fixture.add("moving", [.echo])
    let registry = fixture.registry()
    try fixture.add("moving", [.echo, .act("new", "return 0;")])
    await #expect(throws: PluginCallFailure.changed(plugin: "moving")) { try await registry.echo("x", in: "moving") }
  }

  @Test("a file replaced while its worker runs changes nothing for the running command")
  func replacedWhileRunning() async throws {
    let fixture = try Fixture()
    try fixture.add("moving", [.act("version", "say(out, \"old\"); return 0;"), .act("crash", "__builtin_trap();")])
    let registry = fixture.registry()
    func version() async throws -> String {
      String(decoding: try await registry.call("version", in: "moving", [:]).output, as: UTF8.self)
    }
    #expect(try await version() == "old")
    try fixture.add("moving", [.act("version", "say(out, \"new\"); return 0;"), .act("crash", "return 0;")])
    _ = await registry.failure("crash", in: "moving")
    #expect(try await version() == "old")
    await registry.stop()
  }

  @Test("the same plugin answers the same in-process, pinned by its hash")
  func inProcess() async throws {
    var fixture = try Fixture()
    let log = LogCollector()
    fixture.settings.log = log.add
    try fixture.add(
      "inside",
      [
        .echo, .act("who", "char t[20]; sprintf(t, \"%d\", getpid()); say(out, t); return 3;"),
        CPlugin.Operation(
          "log", kind: "extra", parameters: "\"host\"", "(const filmgate_host *host)",
          "const filmgate_log_1 *log = host->lookup(host, \"log/1\"); log->write(1, \"hello\", 5); return 0;"),
      ], before: "#include <unistd.h>")
    fixture.settings.inProcess["inside"] = fixture.discover()["inside"]?.sha256
    let registry = fixture.registry()
    #expect(try await registry.echo("here", in: "inside") == "here")
    let reply = try await registry.call("who", in: "inside", [:])
    #expect(reply == PluginReply(status: .authentication, output: Array("\(getpid())".utf8)))
    _ = try await registry.call("log", in: "inside", [:])
    #expect(log.lines == [PluginLogLine(plugin: "libfilmgate-inside.so", level: 1, text: "hello")])
    var other = fixture
    other.settings.inProcess["inside"] = [UInt8](repeating: 0, count: 32)
    await #expect(throws: PluginCallFailure.changed(plugin: "inside")) {
      try await other.registry().echo("x", in: "inside")
    }
  }

  @Test("time and randomness are supplied where they are declared, and misspelt names are refused")
  func suppliedRoles() async throws {
    var fixture = try Fixture()
    fixture.settings.now = { 1_800_000_000_123 }
    try fixture.add(
      "roles",
      [
        CPlugin.Operation(
          "mix", kind: "extra",
          parameters: "\"now_ms\", \"random\", {\"name\": \"seconds\", \"type\": \"i32\", \"default\": 5}, \"out\"",
          "(int64_t now, const unsigned char *random, uint64_t length, int32_t seconds, filmgate_out *out)",
          """
          char t[80]; int bits = 0;
          for (uint64_t i = 0; i < length; i++) bits |= random[i];
          sprintf(t, "%ld %lu %d %d", (long)now, (unsigned long)length, bits != 0, seconds);
          say(out, t);
          return 0;
          """),
        CPlugin.Operation(
          "create", parameters: "\"request\", \"out\"", "(const char *r, uint64_t n, filmgate_out *o)", "return 1;"),
      ])
    let registry = fixture.registry()
    let reply = try await registry.call("mix", in: "roles", [:])
    #expect(String(decoding: reply.output, as: UTF8.self) == "1800000000123 32 1 5")
    await #expect(
      throws: PluginCallFailure.argument(plugin: "roles", .unknown(operation: "mix", parameter: "secnods"))
    ) {
      try await registry.call("mix", in: "roles", ["secnods": .integer(6)])
    }
    await #expect(
      throws: PluginCallFailure.argument(plugin: "roles", .missing(operation: "create", parameter: "request"))
    ) {
      try await registry.call("create", in: "roles", [:])
    }
    let failed = try await registry.call("create", in: "roles", ["request": .text("{}"), "task": .text("unasked")])
    #expect(failed.failure(plugin: "roles")?.kind == .invalid)
    await #expect(throws: PluginCallFailure.noSuchOperation(plugin: "roles", operation: "poll")) {
      try await registry.call("poll", in: "roles", [:])
    }
    await #expect(throws: PluginCallFailure.noSuchPlugin("nobody")) {
      try await registry.call("poll", in: "nobody", [:])
    }
    await registry.stop()
  }

  @Test("the workers end with the host's interest in them")
  func noWorkersAreLeft() async throws {
    let fixture = try Fixture()
    try fixture.add("brief", [.act("who", "char t[20]; sprintf(t, \"%d\", getpid()); say(out, t); return 0;")])
    let registry = fixture.registry()
    let worker = Int32(String(decoding: try await registry.call("who", in: "brief", [:]).output, as: UTF8.self)) ?? 0
    #expect(kill(worker, 0) == 0)
    await registry.stop()
    for _ in 0..<6_000 where kill(worker, 0) == 0 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(kill(worker, 0) != 0)
  }
}
