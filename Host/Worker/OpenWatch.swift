// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Looks at each file that is opened while a plugin is loaded. Landlock would deny it in silence; but a plugin that goes
/// for somebody's files is to be found out, not only held off. The filter turns each attempt into a signal, and the
/// handler lets the dynamic linker open the plugin itself, denies what runtimes look for and do without, and ends the
/// process for anything else. A plugin that does away with the handler gains nothing: the call is not made without it.
enum OpenWatch {
  /// Tells the handler's own call from all others. Who reads it in memory still meets Landlock.
  static let mark: UInt64 = {
    var generator = SystemRandomNumberGenerator()
    return generator.next() | 1
  }()

  private static let pluginFile: StaticString = "/proc/self/fd/4"

  /// What dynamic linkers, C libraries and language runtimes ask for at their start, and can do without.
  private static let harmless: [StaticString] = [
    "/proc/self/", "/proc/stat", "/proc/cpuinfo", "/proc/meminfo", "/proc/filesystems", "/proc/mounts", "/proc/sys/",
    "/sys/", "/etc/ld.so.", "/etc/localtime", "/usr/share/", "/lib/", "/lib64/", "/usr/lib/", "/usr/lib64/",
    "/usr/local/lib/", "/dev/null", "/dev/random", "/dev/urandom",
  ]

  /// Installs the handler. Returns false where it cannot, and then nothing may be turned into a signal.
  static func start() -> Bool {
    // Made now, so that the handler makes nothing.
    _ = mark
    _ = harmless
    var action = sigaction()
    action.__sigaction_handler.sa_sigaction = handler
    action.sa_flags = SA_SIGINFO
    return sigaction(SIGSYS, &action, nil) == 0
  }

  // It interrupts the plugin or the dynamic linker at a system call, so it allocates nothing.
  private static let handler:
    @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void = {
      _, _, context in
      guard let context else { return }
      func argument(_ index: Int32) -> UInt64 { filmgate_trapped_register(context, index).pointee }
      let result = filmgate_trapped_register(context, -1)
      let directory = Int32(truncatingIfNeeded: argument(0))
      let flags = Int32(truncatingIfNeeded: argument(2))
      guard let path = UnsafePointer<CChar>(bitPattern: UInt(argument(1))) else {
        result.pointee = UInt64(bitPattern: Int64(-EFAULT))
        return
      }
      if strcmp(path, pointer(pluginFile)) == 0 {
        let opened = filmgate_openat_marked(directory, path, flags, 0, UInt(mark))
        result.pointee = UInt64(bitPattern: Int64(opened >= 0 ? opened : -filmgate_errno()))
        return
      }
      result.pointee = UInt64(bitPattern: Int64(-EACCES))
      guard !isHarmless(path) else { return }
      report(path)
      // Blocked until the handler returns, and then there is no further instruction.
      signal(SIGSYS, SIG_DFL)
      raise(SIGSYS)
    }

  private static func isHarmless(_ path: UnsafePointer<CChar>) -> Bool {
    // Libraries wherever they are looked for: the dynamic linker then says which one it lacks.
    if strstr(path, ".so") != nil { return true }
    for prefix in harmless where strncmp(path, pointer(prefix), prefix.utf8CodeUnitCount) == 0 { return true }
    return false
  }

  private static func report(_ path: UnsafePointer<CChar>) {
    let beginning: StaticString = "tried to open "
    let end: StaticString = " while it was being loaded\n"
    _ = write(2, beginning.utf8Start, beginning.utf8CodeUnitCount)
    _ = write(2, path, strnlen(path, 256))
    _ = write(2, end.utf8Start, end.utf8CodeUnitCount)
  }

  private static func pointer(_ text: StaticString) -> UnsafePointer<CChar> {
    UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
  }
}
