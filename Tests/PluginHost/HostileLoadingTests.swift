// SPDX-License-Identifier: Apache-2.0
import Foundation
import Loader
import PluginHost
import Testing

/// What a file does while it is loaded, when the dynamic linker runs its constructors.
private struct Constructor: CustomTestStringConvertible {
  let name: String
  let body: String
  /// Part of the sentence, nil when the attempt simply fails and the plugin is as good as any.
  let expected: String?
  var testDescription: String { name }

  static let policy = "it tried something that plugins may not do"

  static let all = [
    Constructor(
      name: "reads a file", body: "if (open(\"/etc/passwd\", O_RDONLY) >= 0) abort();",
      expected: "Its last words: “tried to open /etc/passwd while it was being loaded”."),
    Constructor(
      name: "reads a file without a watch",
      body: "signal(SIGSYS, SIG_IGN); if (open(\"/etc/passwd\", O_RDONLY) >= 0) abort();",
      expected: policy),
    Constructor(
      name: "watches for itself",
      body: """
        signal(SIGSYS, catch);
        char byte;
        if (read(open("/etc/passwd", O_RDONLY), &byte, 1) > 0) _exit(9);
        """, expected: nil),
    Constructor(
      name: "reads a folder", body: "opendir(\"/root\");", expected: policy),
    Constructor(
      name: "goes a roundabout way", body: "if (open(\"/proc/self/root/etc/passwd\", O_RDONLY) >= 0) abort();",
      expected: nil),
    Constructor(
      name: "opens no path at all", body: "syscall(SYS_openat, -100, NULL, 0, 0); syscall(SYS_openat, -100, 8, 0, 0);",
      expected: "it crashed (bad memory access)."),
    Constructor(
      name: "reads its own environment", body: "if (open(\"/proc/self/environ\", O_RDONLY) >= 0) abort();",
      expected: nil),
    Constructor(
      name: "loads another library", body: "if (dlopen(\"libz.so.1\", RTLD_NOW) != NULL) abort();", expected: nil),
    Constructor(
      name: "writes a file", body: "open(\"/tmp/filmgate-breach\", O_WRONLY | O_CREAT, 0600);", expected: policy),
    Constructor(name: "opens a socket", body: "socket(AF_INET, SOCK_STREAM, 0);", expected: policy),
    Constructor(name: "forks", body: "fork();", expected: policy),
    Constructor(name: "starts a thread", body: "pthread_t t; pthread_create(&t, NULL, work, NULL);", expected: policy),
    Constructor(name: "kills the parent", body: "kill(getppid(), SIGKILL);", expected: policy),
    Constructor(
      name: "lifts a limit", body: "struct rlimit l = {-1, -1}; setrlimit(RLIMIT_AS, &l);", expected: policy),
    Constructor(
      name: "limits the parent",
      body: "struct rlimit l = {0, 0}; syscall(SYS_prlimit64, 1, RLIMIT_NOFILE, &l, NULL);", expected: policy),
    Constructor(
      name: "has signals sent", body: "int owner = 1; ioctl(3, 0x8901, &owner);", expected: policy),
    Constructor(name: "crashes", body: "*(volatile int *)8 = 1;", expected: "it crashed (bad memory access)."),
    Constructor(name: "exits", body: "exit(0);", expected: "it ended its process by itself (exit code 0)."),
    Constructor(
      name: "never returns", body: "for (;;) {}", expected: "it did not answer within 1 s and was stopped."),
    Constructor(
      name: "allocates without end", body: "for (;;) { char *p = malloc(1 << 20); memset(p, 1, 1 << 20); }",
      expected: "it used up its 256 MiB of memory and was stopped."),
    Constructor(
      name: "closes the channel", body: "close(3); for (;;) {}",
      expected: "it sent the host nothing, but closed the channel; it was stopped."),
    Constructor(
      name: "greets by itself",
      body: """
        static const char m[] = "{\\"manifest\\":1,\\"id\\":\\"evil\\",\\"version\\":\\"1\\",\\"operations\\":[]}";
        char f[200] = {0}; uint32_t n = 5 + sizeof m - 1; memcpy(f, &n, 4); f[12] = 2; memcpy(f + 17, m, sizeof m - 1);
        write(3, f, 12 + n); for (;;) {}
        """, expected: "it sent the host a greeting before its jail was closed; it was stopped."),
    Constructor(
      name: "sends rubbish", body: "write(3, \"rubbish, rubbish, rubbish\", 25); for (;;) {}",
      expected: "it sent the host a reply to a call that does not exist; it was stopped."),
    Constructor(
      name: "claims a greeting of 4 GB", body: "uint32_t f[3] = {0xFFFFFFF0, 0, 0}; write(3, f, 12); for (;;) {}",
      expected: "it sent the host a reply that claims 4294967280 bytes, which is more than allowed; it was stopped."),
  ]
}

@Suite("Plugins that are hostile while they are loaded")
struct HostileLoadingTests {
  @Test("ends in one clear sentence, or simply fails", arguments: Constructor.all)
  fileprivate func constructor(_ constructor: Constructor) throws {
    var fixture = try Fixture()
    fixture.settings.limits.startMilliseconds = constructor.expected?.contains("1 s") == true ? 1000 : 20_000
    let before = """
      #include <dlfcn.h>
      #include <fcntl.h>
      #include <pthread.h>
      #include <signal.h>
      #include <sys/ioctl.h>
      #include <sys/resource.h>
      #include <sys/socket.h>
      #include <sys/syscall.h>
      #include <unistd.h>
      #include <dirent.h>
      static void *work(void *unused) { return unused; }
      static void catch(int signal) {}
      __attribute__((constructor)) static void begin(void) { \(constructor.body) }
      """
    try fixture.add("evil", [.echo], before: before)
    try fixture.add("good", [.echo])
    let catalog = fixture.discover()
    #expect(catalog.plugins.count == 2)
    #expect(catalog["good"]?.problem == nil)
    let problem = catalog.plugins[0].problem
    if let expected = constructor.expected {
      #expect(problem?.contains(expected) == true, "\(problem ?? "ready")")
    } else {
      #expect(problem == nil)
    }
    #expect(!FileManager.default.fileExists(atPath: "/tmp/filmgate-breach"))
    #expect(OwnProcess.workers < 64)
  }

  @Test("a folder with a broken, a hostile, an ABI-2 and a text file: four sentences, four plugins that work")
  func badCompany() async throws {
    let fixture = try Fixture()
    for id in ["one", "two", "three", "four"] { try fixture.add(id, [.echo]) }
    let whole = try fixture.add("whole", [.echo], file: "whole")
    let data = try Data(contentsOf: URL(fileURLWithPath: whole))
    try FileManager.default.removeItem(atPath: whole)
    try data.prefix(9000).write(to: URL(fileURLWithPath: "\(fixture.folder)/libfilmgate-broken.so"))
    try fixture.add(
      "hostile", [.echo],
      before: "#include <sys/socket.h>\n__attribute__((constructor)) static void b(void) { socket(2, 1, 0); }")
    try fixture.add(
      source: "int filmgate_describe_2(void *host, void *out) { return 0; }", file: "libfilmgate-future.so")
    try fixture.write("This is a text.\n", to: "notes.txt")
    try fixture.write("This is a text.\n", to: "libfilmgate-text.so")
    let registry = fixture.registry()
    let problems = registry.catalog.plugins.compactMap { plugin in
      plugin.problem.map { "\(plugin.path.split(separator: "/").last ?? ""): \($0)" }
    }
    #expect(
      problems == [
        "libfilmgate-broken.so: it is cut short: its headers name bytes beyond its end.",
        "libfilmgate-future.so: it was built for ABI 2, and this host speaks 1.",
        "libfilmgate-hostile.so: it tried something that plugins may not do, such as opening a file or a connection, "
          + "starting a process or a thread, or sleeping, and was stopped.",
        "libfilmgate-text.so: it is a text file, not a shared library.",
        "notes.txt: it is not a plugin: a plugin's file is named libfilmgate-ID.so.",
      ])
    for id in ["one", "two", "three", "four"] { #expect(try await registry.echo(id, in: id) == id) }
    await registry.stop()
  }

  @Test(
    "a manifest that cannot be used is refused in one sentence",
    arguments: [
      (
        "static char b[10 << 20]; memset(b, 32, sizeof b); out->write(out, b, sizeof b); return 0;",
        "its manifest is larger than 256 KiB."
      ),
      ("say(out, \"{\\\"id\\\": \"); return 0;", "its manifest is not valid JSON: "),
      ("say(out, \"{\\\"manifest\\\": 1, \\\"id\\\": \\\"UPPER\\\"}\"); return 0;", "its manifest is not valid: "),
      ("return 11;", "it could not describe itself (status 11)."), ("return 0;", "it wrote no manifest."),
      ("for (;;) {}", "it did not answer within 1 s and was stopped."),
      ("sleep(1); return 0;", "it tried something that plugins may not do"),
    ])
  func manifests(body: String, expected: String) throws {
    var fixture = try Fixture()
    if expected.contains("1 s") { fixture.settings.limits.startMilliseconds = 1000 }
    try fixture.add(
      source: CPlugin.prelude
        + "\n#include <unistd.h>\nFILMGATE_EXPORT int filmgate_describe_1(const filmgate_host *h, filmgate_out *out) { \(body) }",
      file: "libfilmgate-bad.so")
    let problem = fixture.problem(of: "libfilmgate-bad.so")
    #expect(problem?.hasPrefix(expected) == true, "\(problem ?? "ready")")
  }

  @Test("a plugin that needs another library of the system gets it, and one that needs what is not there is told")
  func libraries() async throws {
    let fixture = try Fixture()
    try fixture.add(
      source: CPlugin.source(
        id: "math", [.act("curve", "char t[40]; sprintf(t, \"%g\", lgamma(5.0)); say(out, t); return 0;"), .echo],
        before: "double lgamma(double); int gzputc(void *, int); int (*keep)(void *, int) = gzputc;"),
      file: "libfilmgate-math.so", flags: ["-Wl,--no-as-needed", "-l:libz.so.1", "-lm"])
    let missing = try CPlugin.compile("int f(void) { return 0; }", name: "libfilmgateabsent.so")
    try fixture.add(
      source: CPlugin.source(id: "needy", [.echo]), file: "libfilmgate-needy.so",
      flags: ["-Wl,--no-as-needed", "-L\(CPlugin.folder)", "-lfilmgateabsent"])
    try FileManager.default.removeItem(atPath: missing)
    let registry = fixture.registry()
    #expect(try await registry.echo("linked", in: "math") == "linked")
    #expect(registry.catalog["math"]?.jailLevel == .full)
    #expect(
      registry.catalog.plugins.last?.problem?.hasPrefix("it needs the library “") == true,
      "\(registry.catalog.plugins.last?.problem ?? "ready")")
    await registry.stop()
  }
}
