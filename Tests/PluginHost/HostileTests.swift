// SPDX-License-Identifier: Apache-2.0
import Foundation
import Loader
import Testing
import VideoDocuments

@testable import PluginHost

/// Each hostile act of one operation, and what the host must find out about it.
private struct Act: CustomTestStringConvertible {
  let name: String
  let body: String
  let isExpected: @Sendable (WorkerVerdict) -> Bool
  var testDescription: String { name }

  static let forged: @Sendable (WorkerVerdict) -> Bool = { if case .forgedReply = $0 { true } else { false } }
  static let policy: @Sendable (WorkerVerdict) -> Bool = { $0 == .policy }

  static let all = [
    Act(name: "segfault", body: "*(volatile int *)8 = 1; return 0;") { $0 == .crash(signal: SIGSEGV) },
    Act(name: "trap", body: "__builtin_trap();") { $0 == .trap },
    Act(name: "abort", body: "abort();") { $0 == .abort },
    Act(name: "stack", body: "return recurse(1);") { $0 == .crash(signal: SIGSEGV) },
    Act(name: "divide", body: "volatile int one = 1, zero = 0; return one / zero;") { $0 == .crash(signal: SIGFPE) },
    Act(name: "loop", body: "for (volatile int i = 0;; i++) {}") { $0 == .hang(milliseconds: 3000) },
    Act(name: "wait", body: "static int word; for (;;) syscall(SYS_futex, &word, 0, 0, NULL, NULL, 0);") {
      $0 == .hang(milliseconds: 3000)
    },
    Act(name: "sleep", body: "sleep(100); return 0;", isExpected: policy),
    Act(name: "exit", body: "exit(0);") { $0 == .exit(code: 0) },
    Act(name: "quick_exit", body: "_exit(3);") { $0 == .exit(code: 3) },
    Act(name: "fork", body: "return fork();", isExpected: policy),
    Act(name: "thread", body: "pthread_t t; return pthread_create(&t, NULL, work, NULL);", isExpected: policy),
    Act(name: "open", body: "return open(\"/etc/passwd\", 0);", isExpected: policy),
    Act(name: "socket", body: "return socket(AF_INET, SOCK_STREAM, 0);", isExpected: policy),
    Act(name: "kill_parent", body: "return kill(getppid(), 9);", isExpected: policy),
    Act(name: "kill_by_number", body: "return syscall(SYS_kill, 1, 0);", isExpected: policy),
    Act(name: "kill_thread_of_other", body: "return syscall(SYS_tgkill, 1, 1, 0);", isExpected: policy),
    Act(name: "execute", body: "char *a[] = {\"/bin/sh\", NULL}; return execve(a[0], a, a);", isExpected: policy),
    Act(name: "dlopen", body: "return dlopen(\"libz.so.1\", RTLD_NOW) != NULL;", isExpected: policy),
    Act(
      name: "executable_memory",
      body: "return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == 0;",
      isExpected: policy),
    Act(
      name: "make_executable", body: "return mprotect((void *)((uintptr_t)recurse & ~4095ul), 4096, 7);",
      isExpected: policy),
    Act(
      name: "lift_limit", body: "struct rlimit l = {1 << 30, 1 << 30}; return setrlimit(RLIMIT_AS, &l);",
      isExpected: policy),
    Act(name: "ptrace", body: "return syscall(SYS_ptrace, 16, 1, 0, 0);", isExpected: policy),
    Act(name: "receive_descriptors", body: "struct msghdr m = {0}; return recvmsg(3, &m, 0);", isExpected: policy),
    Act(name: "steal_request", body: "char b[16]; return read(0, b, 16);", isExpected: policy),
    Act(
      name: "write_channel", body: "int32_t f[4] = {4, 77, 0, 0}; write(3, f, 16); for (;;) {}", isExpected: forged),
    Act(name: "write_rubbish", body: "write(3, \"hello there, host\", 17); for (;;) {}", isExpected: forged),
    Act(
      name: "false_length", body: "uint32_t f[3] = {0xFFFFFFFF, 0, 0}; write(3, f, 12); for (;;) {}",
      isExpected: forged),
    Act(
      name: "flood",
      body: "static char b[1 << 20]; for (int i = 0; i < 100; i++) if (write(3, b, sizeof b) < 0) break; for (;;) {}",
      isExpected: forged),
    Act(
      name: "flood_error",
      body: "static char b[1 << 16]; memset(b, 'x', sizeof b); b[99] = '\\n'; for (;;) write(2, b, sizeof b);"
    ) { $0 == .hang(milliseconds: 3000) },
    Act(name: "half_reply", body: "uint32_t f[2] = {0, 0}; write(3, f, 6); for (;;) {}") {
      $0 == .hang(milliseconds: 3000)
    },
    Act(name: "close_channel", body: "close(3); for (;;) {}", isExpected: policy),
    Act(
      name: "restore_signals", body: "struct itimerval t = {{0, 1}, {0, 1}}; return setitimer(0, &t, NULL);",
      isExpected: policy),
  ]

  static let before = """
    #include <dlfcn.h>
    #include <fcntl.h>
    #include <pthread.h>
    #include <signal.h>
    #include <sys/mman.h>
    #include <sys/resource.h>
    #include <sys/socket.h>
    #include <sys/syscall.h>
    #include <sys/time.h>
    #include <unistd.h>
    static void *work(void *unused) { return unused; }
    __attribute__((noinline)) static int recurse(volatile int depth) {
      volatile char block[4096];
      block[0] = 1;
      return recurse(depth + 1) + block[0];
    }
    """
}

@Suite("Hostile plugins")
struct HostileTests {
  /// One registry for all acts, with so patient a quarantine clock that none of them shuts the others out.
  private static let shared: Result<(PluginRegistry, Fixture), any Error> = Result {
    var fixture = try Fixture("hostile")
    try fixture.add(
      "hostile", Act.all.map { .act($0.name, $0.body) } + [.echo], before: Act.before)
    try fixture.add("honest", [.echo])
    fixture.settings.limits.callMilliseconds = 3000
    // The window of the crash count never holds three: each look at the clock is an hour later.
    let clock = TestClock()
    fixture.settings.now = {
      clock.advance(milliseconds: 3_600_000)
      return clock.now
    }
    fixture.settings.cacheFile = nil
    return (fixture.registry(), fixture)
  }

  @Test("ends in one clear sentence and harms no other call", arguments: Act.all)
  fileprivate func act(_ act: Act) async throws {
    let (registry, _) = try HostileTests.shared.get()
    // Calls of another plugin and of the same one run beside it.
    async let neighbour = registry.echo("neighbour", in: "honest")
    async let sibling = registry.echo("sibling", in: "hostile")
    let failure = await registry.failure(act.name, in: "hostile")
    guard case .ended(let verdict, _)? = failure else {
      Issue.record("\(act.name): \(String(describing: failure))")
      return
    }
    #expect(act.isExpected(verdict), "\(act.name): \(verdict)")
    let sentence = failure?.sentence ?? ""
    #expect(sentence.hasSuffix(".") && !sentence.contains("\n"))
    #expect(try await neighbour == "neighbour")
    #expect(try await sibling == "sibling")
    #expect(try await registry.echo("after", in: "hostile") == "after")
  }

  @Test("what ends by itself is not said to have hung up, however long its end takes")
  func lateEnds() {
    for verdict in [WorkerVerdict.policy, .memory, .abort, .trap, .crash(signal: SIGSEGV), .exit(code: 0)] {
      #expect(verdict.afterHangingUp == verdict)
    }
    #expect(WorkerVerdict.killed(signal: SIGKILL).afterHangingUp == .forgedReply(.hungUp))
  }

  @Test("memory without end is told as such")
  func memory() async throws {
    var fixture = try Fixture()
    fixture.settings.limits.callMilliseconds = 20_000
    try fixture.add("greedy", [.act("allocate", "for (;;) { char *p = malloc(1 << 20); memset(p, 1, 1 << 20); }")])
    let registry = fixture.registry()
    let failure = await registry.failure("allocate", in: "greedy")
    #expect(failure == .ended(.memory, lastWords: nil))
    await registry.stop()
  }

  @Test("a host that is large itself does not take every end for want of memory")
  func largeHost() async throws {
    await #expect(processExitsWith: .success) {
      let fixture = try Fixture("large-host")
      try fixture.add("mixed", [.act("trap", "__builtin_trap();"), .act("abort", "abort();")])
      let ballast = UnsafeMutableRawBufferPointer.allocate(byteCount: 400 << 20, alignment: 4096)
      ballast.initializeMemory(as: UInt8.self, repeating: 1)
      let registry = fixture.registry()
      guard await registry.failure("trap", in: "mixed") == .ended(.trap, lastWords: nil),
        await registry.failure("abort", in: "mixed") == .ended(.abort, lastWords: nil)
      else { fatalError("another verdict") }
      ballast.deallocate()
    }
  }

  @Test("a reply of 100 MB through out is cut off at the limit, and the plugin lives on")
  func hugeReply() async throws {
    let fixture = try Fixture()
    try fixture.add(
      "huge",
      [
        .act(
          "huge",
          "static char b[1 << 20]; for (int i = 0; i < 100; i++) out->write(out, b, sizeof b); return 0;"), .echo,
      ])
    let registry = fixture.registry()
    let reply = try await registry.call("huge", in: "huge", [:])
    #expect(reply.status == .limit)
    #expect(reply.failure(plugin: "huge")?.message == "The plugin huge answered with more than 1 MiB.")
    #expect(try await registry.echo("still here", in: "huge") == "still here")
    await registry.stop()
  }

  @Test("the largest answer is passed whole, and a large request too")
  func largeFrames() async throws {
    var fixture = try Fixture()
    // Forty megabytes take their time on a busy machine; it is their passing that matters.
    fixture.settings.limits.callMilliseconds = 60_000
    let registry = try {
      try fixture.add(
        "large",
        [
          .echo, .act("most", "static char b[1 << 20]; memset(b, 'y', sizeof b); return out->write(out, b, sizeof b);"),
          CPlugin.Operation(
            "count", kind: "extra", parameters: "{\"name\": \"data\", \"type\": \"bytes\"}, \"out\"",
            "(const unsigned char *data, uint64_t length, filmgate_out *out)",
            "char t[60]; uint64_t sum = 0; for (uint64_t i = 0; i < length; i++) sum += data[i]; sprintf(t, \"%lu %lu\", length, sum); say(out, t); return 0;"
          ),
        ])
      return fixture.registry()
    }()
    let reply = try await registry.call("most", in: "large", [:])
    #expect(reply.status == .ok && reply.output.count == 1 << 20 && reply.output.allSatisfy { $0 == 0x79 })
    let bytes = [UInt8](repeating: 3, count: 40 << 20)
    let sum = try await registry.call("count", in: "large", ["data": .bytes(bytes)])
    #expect(String(decoding: sum.output, as: UTF8.self) == "\(40 << 20) \(3 * (40 << 20))")
    #expect(try await registry.echo("small again", in: "large") == "small again")
    await registry.stop()
  }

  @Test("printing, asking for the environment and logging do no harm")
  func harmless() async throws {
    var fixture = try Fixture()
    let log = LogCollector()
    fixture.settings.log = log.add
    try fixture.add(
      "talker",
      [
        .act(
          "talk",
          "printf(\"hello\\n\"); fflush(stdout); fprintf(stderr, \"to \\033[31mstderr\\n\"); say(out, getenv(\"HOME\") ? \"home\" : \"none\"); return 0;"
        ),
        CPlugin.Operation(
          "log", kind: "extra", parameters: "\"host\"", "(const filmgate_host *host)",
          """
          const filmgate_log_1 *log = host->lookup(host, "log/1");
          if (log == NULL || host->lookup(host, "files/1") != NULL) return 11;
          log->write(3, "two\\nlines", 9);
          log->write(99, NULL, 4);
          return 0;
          """),
      ])
    let registry = fixture.registry()
    let reply = try await registry.call("talk", in: "talker", [:])
    #expect(String(decoding: reply.output, as: UTF8.self) == "none")
    #expect(try await registry.call("log", in: "talker", [:]).status == .ok)
    for _ in 0..<6_000 where log.lines.count < 2 { try await Task.sleep(for: .milliseconds(10)) }
    #expect(
      log.lines == [
        PluginLogLine(plugin: "libfilmgate-talker.so", level: 2, text: "to  [31mstderr"),
        PluginLogLine(plugin: "libfilmgate-talker.so", level: 3, text: "two lines"),
      ])
    await registry.stop()
  }

  @Test("the jail is full here, and holds without Landlock but for reading while loading")
  func jailLevels() async throws {
    var fixture = try Fixture()
    try fixture.add("plain", [.echo])
    #expect(fixture.discover().plugins.first?.jailLevel == .full)
    fixture.settings.withoutLandlock = true
    fixture.settings.cacheFile = nil
    #expect(fixture.discover().plugins.first?.jailLevel == .partial)
  }

  @Test("a message before the end becomes part of the sentence")
  func lastWords() async throws {
    let fixture = try Fixture()
    try fixture.add(
      "wordy", [.act("fail", "fprintf(stderr, \"Fatal error: Index out of range\\n#0 trace\\n\"); __builtin_trap();")])
    let registry = fixture.registry()
    let failure = await registry.failure("fail", in: "wordy")
    #expect(
      failure?.sentence
        == "it stopped at a programming error. Its last words: “Fatal error: Index out of range”.")
    await registry.stop()
  }
}
