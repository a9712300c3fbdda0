// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// What a worker gives up first: environment, signals, descriptors, privileges.
enum Surroundings {
  static func clear() {
    clearenv()
    // Never leave the environment null: a Swift runtime in the plugin walks it in its constructor. And no backtracer,
    // which would be a second process.
    setenv("SWIFT_BACKTRACE", "enable=no", 1)
    // With RLIMIT_FSIZE 0 a line on a standard error that is a file would kill.
    signal(SIGXFSZ, SIG_IGN)
    signal(SIGPIPE, SIG_IGN)
    _ = filmgate_prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _ = filmgate_prctl(PR_SET_PDEATHSIG, UInt(SIGKILL), 0, 0, 0)
    // A host that ended before that line sends no signal any more; its end of the channel is closed.
    var channel = pollfd(fd: Channel.descriptor, events: 0, revents: 0)
    if poll(&channel, 1, 0) > 0, channel.revents & Int16(POLLHUP) != 0 { _exit(0) }
    _ = filmgate_prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    _ = filmgate_close_range(UInt32(Channel.pluginDescriptor + 1), UInt32.max, 0)
    // For a host that runs as root: no capability is left, so that no limit below can be lifted again.
    _ = filmgate_drop_capabilities()
  }
}

/// Resource limits. They are set before the plugin's constructors run, and its filter lets nobody change them.
struct Limits {
  /// Memory that a plugin may map beyond what is mapped already and what its own file takes.
  static let memoryBytes: UInt64 = 256 << 20
  /// Added for the loading itself: relocated pages, the C library's first arenas.
  static let loadingBytes: UInt64 = 32 << 20
  /// One past the highest descriptor: the plugin's file is opened once more by the dynamic linker.
  static let descriptors: UInt64 = 8

  private let addressSpaceBytes: UInt64

  /// Measures; must come before Landlock closes `/proc`.
  init() {
    var plugin = stat()
    let fileBytes = fstat(Channel.pluginDescriptor, &plugin) == 0 ? UInt64(clamping: plugin.st_size) : 0
    addressSpaceBytes = Limits.mappedBytes() + 2 * fileBytes + Limits.loadingBytes + Limits.memoryBytes
  }

  /// Returns whether all of them hold.
  func apply() -> Bool {
    var holds = true
    for (resource, value) in [
      (RLIMIT_CORE, 0), (RLIMIT_FSIZE, 0), (RLIMIT_NOFILE, Limits.descriptors), (RLIMIT_AS, addressSpaceBytes),
    ] {
      var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
      holds = setrlimit(__rlimit_resource_t(resource.rawValue), &limit) == 0 && holds
    }
    return holds
  }

  /// The first number of /proc/self/statm, in pages. Without it a generous guess: limits must not stop a plugin from
  /// being loaded.
  private static func mappedBytes() -> UInt64 {
    let guess: UInt64 = 256 << 20
    let file = filmgate_open("/proc/self/statm", O_RDONLY | O_CLOEXEC, 0)
    guard file >= 0 else { return guess }
    defer { close(file) }
    var pages: UInt64 = 0
    var buffer = [UInt8](repeating: 0, count: 64)
    let count = buffer.withUnsafeMutableBytes { read(file, $0.baseAddress, $0.count) }
    for byte in buffer.prefix(max(count, 0)) {
      guard byte >= 0x30, byte <= 0x39 else { break }
      pages = pages &* 10 &+ UInt64(byte - 0x30)
    }
    return pages > 0 ? pages &* UInt64(getpagesize()) : guess
  }
}
