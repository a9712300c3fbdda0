// SPDX-License-Identifier: Apache-2.0
import Foundation
import Loader
import PluginHost
import Testing

/// In a process of its own: what is counted belongs to the process, and other suites come and go meanwhile.
@Suite("Leaks")
struct LeakTests {
  /// How often a worker dies in the test.
  private static let cycles = 1000

  /// Where the process that a test process starts leaves a note.
  private static func note(of process: pid_t) -> String { "\(NSTemporaryDirectory())filmgate-leaks-\(process)" }

  private static func fail(_ message: String) -> Never {
    try? message.write(toFile: note(of: getppid()), atomically: true, encoding: .utf8)
    fatalError(message)
  }

  @Test("a thousand workers that die in every way leave no descriptor, process or memory behind")
  func thousandDeaths() async throws {
    await #expect(processExitsWith: .success) {
      var fixture = try Fixture("leaks")
      fixture.settings.limits.callMilliseconds = 50
      fixture.settings.limits.maximumWorkers = 2
      fixture.settings.cacheFile = nil
      let clock = TestClock()
      fixture.settings.now = {
        clock.advance(milliseconds: 3_600_000)
        return clock.now
      }
      let acts = [
        ("segfault", "*(volatile int *)8 = 1; return 0;"), ("trap", "__builtin_trap();"), ("abort", "abort();"),
        ("exit", "exit(0);"), ("fork", "return fork();"), ("forge", "write(3, \"0123456789abcdef\", 16); for (;;) {}"),
        ("chatter", "for (int i = 0; i < 500; i++) fprintf(stderr, \"line %d\\n\", i); abort();"),
        ("claim", "uint32_t f[3] = {0xFFFFFFFF, 0, 0}; write(3, f, 12); for (;;) {}"),
        (
          "flood",
          "static char b[1 << 20]; for (int i = 0; i < 100; i++) if (write(3, b, sizeof b) < 0) break; for (;;) {}"
        ),
        ("loop", "for (volatile int i = 0;; i++) {}"),
      ]
      try fixture.add(
        "mortal", acts.map { .act($0.0, $0.1) } + [.echo], before: "#include <unistd.h>")
      try fixture.add(
        "stillborn", [.echo],
        before: "#include <sys/socket.h>\n__attribute__((constructor)) static void b(void) { socket(2, 1, 0); }")
      let registry = fixture.registry()

      func round(_ index: Int) async throws {
        // Every tenth loop waits for its deadline; the others die at once.
        let act = acts[index % acts.count].0
        let failure = await registry.failure(act, in: "mortal")
        guard case .ended? = failure else { LeakTests.fail("\(act): \(String(describing: failure))") }
        if index % 50 == 0 {
          // On a busy machine an honest answer can miss so short a deadline, too.
          var answer: String?
          for _ in 0..<1_000 where answer == nil { answer = try? await registry.echo("\(index)", in: "mortal") }
          guard answer == "\(index)" else { LeakTests.fail("no echo") }
          _ = fixture.discover()
        }
      }
      // What is made once is made in the first rounds.
      for index in 0..<100 { try await round(index) }
      await registry.stop()
      // A process is gone a moment before its descriptors are closed.
      func settle(to descriptors: Int) async throws -> (descriptors: Int, workers: Int, bytes: Int) {
        for _ in 0..<6_000 where OwnProcess.workers > 0 || OwnProcess.descriptors > descriptors {
          try await Task.sleep(for: .milliseconds(10))
        }
        return (OwnProcess.descriptors, OwnProcess.workers, OwnProcess.residentBytes)
      }
      try await Task.sleep(for: .milliseconds(500))
      let before = try await settle(to: .max)
      for index in 0..<LeakTests.cycles { try await round(index) }
      await registry.stop()
      let after = try await settle(to: before.descriptors)
      guard after.workers == 0 else { LeakTests.fail("\(after.workers) workers are left") }
      guard after.descriptors <= before.descriptors else {
        LeakTests.fail("\(before.descriptors) descriptors became \(after.descriptors): \(OwnProcess.descriptorTargets)")
      }
      // The allocator keeps some of what it had; a leak of 8 KiB a worker would show.
      guard after.bytes - before.bytes < 8 << 20 else {
        LeakTests.fail("\(before.bytes >> 20) MiB became \(after.bytes >> 20)")
      }
    }
    // What the process said of itself, which is not shown otherwise.
    let said = LeakTests.note(of: getpid())
    if let text = try? String(contentsOfFile: said, encoding: .utf8) { Issue.record("\(text)") }
    unlink(said)
  }
}
