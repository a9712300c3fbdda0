// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc

/// A freshly started worker: a process and the descriptors to it. Whoever has it closes and reaps.
struct SpawnedWorker: Sendable {
  let process: pid_t
  /// Our end of the channel; blocking.
  let channel: Int32
  /// The reading end of its standard error; non-blocking.
  let standardError: Int32
  /// Becomes readable when the process ends.
  let processDescriptor: Int32
  /// The most memory that this process itself had resident when it started the worker.
  let hostPeakBytes: Int64
}

/// How workers are started.
struct WorkerSpawn: Sendable {
  /// The path of filmgate-worker.
  let executable: String
  /// Behave as on a kernel without Landlock; for tests.
  var withoutLandlock = false

  /// Sources are lifted above the descriptors that the worker gets, so that no copy overwrites another's source.
  private static let firstFreeDescriptor = 10

  /// Starts a worker for `plugin`. Takes about half a millisecond, as the calling thread waits until the new program
  /// runs. The worker dies with the calling thread: it must be one that stays as long as the worker is needed.
  func start(_ plugin: SealedPlugin, allowingLibraries: Bool) throws(SystemFailure) -> SpawnedWorker {
    var opened: [Int32] = []
    var isStarted = false
    defer { if !isStarted { for descriptor in opened { close(descriptor) } } }
    func keep(_ descriptor: Int32, _ call: String) throws(SystemFailure) -> Int32 {
      guard descriptor >= 0 else { throw SystemFailure.last(call) }
      opened.append(descriptor)
      return descriptor
    }

    var pair: [Int32] = [-1, -1]
    guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &pair) == 0 else {
      throw SystemFailure.last("socketpair")
    }
    opened.append(contentsOf: pair)
    var pipe: [Int32] = [-1, -1]
    guard filmgate_pipe2(&pipe, O_CLOEXEC) == 0 else { throw SystemFailure.last("pipe2") }
    opened.append(contentsOf: pipe)
    let null = try keep(filmgate_open("/dev/null", O_RDWR | O_CLOEXEC, 0), "open /dev/null")
    _ = filmgate_fcntl(pipe[0], F_SETFL, Int(O_NONBLOCK))

    var sources: [Int32] = []
    for source in [null, null, pipe[1], pair[1], plugin.descriptor] {
      sources.append(try keep(filmgate_fcntl(source, F_DUPFD_CLOEXEC, WorkerSpawn.firstFreeDescriptor), "fcntl"))
    }
    let process = try spawn(sources, name: fileName(of: plugin.path), allowingLibraries: allowingLibraries)
    let processDescriptor = filmgate_pidfd_open(process, 0)
    guard processDescriptor >= 0 else {
      let failure = SystemFailure.last("pidfd_open")
      kill(process, SIGKILL)
      var status: Int32 = 0
      while waitpid(process, &status, 0) < 0, filmgate_errno() == EINTR {}
      throw failure
    }
    isStarted = true
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    for descriptor in opened where descriptor != pair[0] && descriptor != pipe[0] { close(descriptor) }
    return SpawnedWorker(
      process: process, channel: pair[0], standardError: pipe[0], processDescriptor: processDescriptor,
      hostPeakBytes: Int64(usage.ru_maxrss) * 1024)
  }

  private func spawn(
    _ sources: [Int32], name: String, allowingLibraries: Bool
  ) throws(SystemFailure) -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, source) in sources.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, source, Int32(target))
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    // A group of its own: Ctrl-C at the terminal is for the host, which may still need its workers to end in order.
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    var words = ["filmgate-worker"]
    if allowingLibraries { words.append("--libraries") }
    if withoutLandlock { words.append("--without-landlock") }
    words.append(name)
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) }
    defer { for word in arguments { free(word) } }
    arguments.append(nil)
    // Exactly this: the worker's own runtime reads it before main, and nothing else of ours is its business.
    var environment: [UnsafeMutablePointer<CChar>?] = [strdup("SWIFT_BACKTRACE=enable=no"), nil]
    defer { for word in environment { free(word) } }

    var process = pid_t()
    let failure = posix_spawn(&process, executable, &actions, &attributes, &arguments, &environment)
    guard failure == 0 else { throw SystemFailure(call: "posix_spawn \(executable)", errno: failure) }
    return process
  }
}

extension SpawnedWorker {
  /// Takes the end of the process if it has ended, without waiting.
  func reap() -> WorkerVerdict? { reap(WNOHANG) }

  /// Waits for the end of the process.
  func reapWaiting() -> WorkerVerdict { reap(0) ?? .killed(signal: SIGKILL) }

  private func reap(_ options: Int32) -> WorkerVerdict? {
    var status: Int32 = 0
    var usage = rusage()
    while true {
      let reaped = wait4(process, &status, options, &usage)
      if reaped == process {
        return WorkerVerdict(waitStatus: status, ranOutOfMemory: ranOutOfMemory(usage))
      }
      if reaped < 0, filmgate_errno() == EINTR { continue }
      // Somebody else reaped it: as good as ended from outside.
      return reaped < 0 ? .killed(signal: SIGKILL) : nil
    }
  }

  /// The kernel hands a process's peak down to what it starts, so a peak below our own says nothing; then the number of
  /// pages that the worker touched has to do, which large pages make small.
  private func ranOutOfMemory(_ usage: rusage) -> Bool {
    let peakBytes = Int64(usage.ru_maxrss) * 1024
    let touchedBytes = Int64(usage.ru_minflt) * Int64(getpagesize())
    let enough = WorkerVerdict.memoryAlmostUsedBytes
    return peakBytes >= enough && (peakBytes > hostPeakBytes || touchedBytes >= enough)
  }

  func closeDescriptors() {
    close(channel)
    close(standardError)
    close(processDescriptor)
  }

  /// Whether both filters are in force, as the kernel has it: a plugin's constructor could have sent a greeting of its
  /// own before the second was installed. True where the kernel does not tell.
  func isFilteredTwice() -> Bool {
    let file = filmgate_open("/proc/\(process)/status", O_RDONLY | O_CLOEXEC, 0)
    guard file >= 0 else { return true }
    defer { close(file) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    let label = Array("Seccomp_filters:".utf8)
    for line in buffer.prefix(max(count, 0)).split(separator: 0x0A) where line.starts(with: label) {
      let digits = line.dropFirst(label.count).filter { $0 >= 0x30 && $0 <= 0x39 }
      return (Int(String(decoding: digits, as: UTF8.self)) ?? 0) >= 2
    }
    return true
  }
}

/// The last part of a path.
func fileName(of path: String) -> String {
  String(path.split(separator: "/").last ?? "")
}
