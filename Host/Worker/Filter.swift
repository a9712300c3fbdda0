// SPDX-License-Identifier: Apache-2.0
import CLinux
import CSeccomp
import Glibc

/// A list of allowed system calls; any other kills the process, so that a breach cannot pass for an answer.
struct Filter {
  private struct Rule {
    let name: String
    let action: UInt32
    let conditions: [scmp_arg_cmp]

    init(_ name: String, action: UInt32 = SCMP_ACT_ALLOW, when conditions: scmp_arg_cmp...) {
      self.name = name
      self.action = action
      self.conditions = conditions
    }
  }

  private let rules: [Rule]

  /// Installs it for good; filters add up and the strictest wins. Returns false where the kernel cannot.
  func install() -> Bool {
    guard let context = seccomp_init(SCMP_ACT_KILL_PROCESS) else { return false }
    defer { seccomp_release(context) }
    // No-new-privileges is set already, and prctl is not on the list.
    seccomp_attr_set(context, SCMP_FLTATR_CTL_NNP, 0)
    seccomp_attr_set(context, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS)
    // A binary tree instead of a chain.
    seccomp_attr_set(context, SCMP_FLTATR_CTL_OPTIMIZE, 2)
    for rule in rules {
      // A call that this architecture lacks needs no rule.
      let number = seccomp_syscall_resolve_name(rule.name)
      guard number >= 0 else { continue }
      guard
        seccomp_rule_add_array(context, rule.action, number, UInt32(rule.conditions.count), rule.conditions) == 0
      else { return false }
    }
    return seccomp_load(context) == 0
  }

  private static func equal(_ argument: UInt32, _ value: some BinaryInteger) -> scmp_arg_cmp {
    scmp_arg_cmp(arg: argument, op: SCMP_CMP_EQ, datum_a: UInt64(truncatingIfNeeded: value), datum_b: 0)
  }

  /// None of the bits of `mask` is set.
  private static func without(_ argument: UInt32, _ mask: some BinaryInteger) -> scmp_arg_cmp {
    scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: UInt64(truncatingIfNeeded: mask), datum_b: 0)
  }

  /// SCMP_ACT_ERRNO is a function-like macro.
  private static func failing(with error: Int32) -> UInt32 { 0x0005_0000 | UInt32(error) }

  private static var ownProcess: pid_t { getpid() }

  /// What memory, locks, time and the end of a process need, in both stages.
  private static var common: [Rule] {
    [
      "brk", "munmap", "mremap", "madvise", "futex", "exit", "exit_group", "clock_gettime", "getrandom", "rt_sigreturn",
      "rt_sigprocmask", "rt_sigaction", "gettid", "getpid", "sched_yield",
    ].map { Rule($0) } + [
      // So that abort() shows as SIGABRT; to nobody else.
      Rule("tgkill", when: equal(0, ownProcess))
    ]
  }

  /// While the dynamic linker, constructors and `describe` run. Nothing is ever opened for writing. What is opened for
  /// reading is Landlock's business, and where no library is needed, each attempt is looked at first.
  static func loading(watchingOpens isWatching: Bool) -> Filter {
    let reading = without(2, O_ACCMODE | O_CREAT | O_TRUNC)
    let opening =
      isWatching
      ? [
        Rule("openat", when: reading, equal(5, OpenWatch.mark)),
        Rule(
          "openat", action: SCMP_ACT_TRAP, when: reading,
          scmp_arg_cmp(arg: 5, op: SCMP_CMP_NE, datum_a: OpenWatch.mark, datum_b: 0)),
      ] : [Rule("openat", when: reading)]
    return Filter(
      rules: common + opening + [
        Rule("mmap"), Rule("mprotect"),
        Rule("read"), Rule("pread64"), Rule("write"), Rule("close"), Rule("lseek"), Rule("newfstatat"), Rule("fstat"),
        Rule("readlink"), Rule("readlinkat"), Rule("getcwd"), Rule("sched_getaffinity"),
        // Asking for limits, not setting them.
        Rule("prlimit64", when: equal(2, 0)),
        // isatty, and nothing that could make the channel send signals.
        Rule("ioctl", when: equal(1, TCGETS)),
        // The next stage.
        Rule("seccomp"),
      ])
  }

  /// While requests are served.
  static var serving: Filter {
    Filter(
      rules: common + [
        Rule("mmap", when: without(2, PROT_EXEC)),
        Rule("mprotect", when: without(2, PROT_EXEC)),
        Rule("read", when: equal(0, Channel.descriptor)),
        Rule("write", when: equal(0, Channel.descriptor)),
        Rule("write", when: equal(0, 1)),
        Rule("write", when: equal(0, 2)),
        // So that printing is harmless.
        Rule("ioctl", action: failing(with: ENOTTY)),
        Rule("newfstatat", action: failing(with: EACCES)),
        Rule("fstat", action: failing(with: EACCES)),
      ])
  }
}
