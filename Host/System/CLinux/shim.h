/* SPDX-License-Identifier: Apache-2.0 */
/* What Swift's Glibc module leaves out: system headers it does not list, and variadic or _GNU_SOURCE functions.
   Every shim only forwards to the kernel or libc: no allocation, nothing owned, any thread unless stated. */
#ifndef FILMGATE_CLINUX_SHIM_H
#define FILMGATE_CLINUX_SHIM_H
#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <linux/memfd.h>
#include <malloc.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <termios.h>
#include <ucontext.h>
#include <unistd.h>
/* Returns 0 or -1 with errno. */
static inline int filmgate_prctl(int option, unsigned long a, unsigned long b, unsigned long c, unsigned long d) { return prctl(option, a, b, c, d); }
static inline int filmgate_open(const char *path, int flags, unsigned mode) { return open(path, flags, mode); }
static inline int filmgate_openat(int directory, const char *path, int flags, unsigned mode) { return openat(directory, path, flags, mode); }
static inline int filmgate_fcntl(int descriptor, int command, long argument) { return fcntl(descriptor, command, argument); }
static inline int filmgate_ioctl(int descriptor, unsigned long request, void *argument) { return ioctl(descriptor, request, argument); }
static inline int filmgate_accept4(int descriptor, int flags) { return (int)syscall(SYS_accept4, descriptor, 0, 0, flags); }
static inline int filmgate_pipe2(int descriptors[2], int flags) { return (int)syscall(SYS_pipe2, descriptors, flags); }
static inline int filmgate_close_range(unsigned first, unsigned last, unsigned flags) { return (int)syscall(SYS_close_range, first, last, flags); }
static inline int filmgate_memfd_create(const char *name, unsigned flags) { return (int)syscall(SYS_memfd_create, name, flags); }
static inline int filmgate_gettid(void) { return (int)syscall(SYS_gettid); }
static inline int filmgate_pidfd_open(int process, unsigned flags) { return (int)syscall(SYS_pidfd_open, process, flags); }
static inline int filmgate_landlock_create_ruleset(const void *attributes, size_t size, uint32_t flags) { return (int)syscall(SYS_landlock_create_ruleset, attributes, size, flags); }
static inline int filmgate_landlock_add_rule(int ruleset, int type, const void *attributes, uint32_t flags) { return (int)syscall(SYS_landlock_add_rule, ruleset, type, attributes, flags); }
static inline int filmgate_landlock_restrict_self(int ruleset, uint32_t flags) { return (int)syscall(SYS_landlock_restrict_self, ruleset, flags); }
static inline int filmgate_add_seals(int descriptor, int seals) { return fcntl(descriptor, 1033 /* F_ADD_SEALS */, seals); }
/* O_PATH needs _GNU_SOURCE. */
static inline int filmgate_o_path(void) { return 010000000; }
/* Gives up every capability of the calling process (all threads must be one). Returns 0 or -1 with errno. */
static inline int filmgate_drop_capabilities(void) {
    struct { uint32_t version; int process; } header = {0x20080522 /* _LINUX_CAPABILITY_VERSION_3 */, 0};
    uint32_t none[6] = {0};
    return (int)syscall(SYS_capset, &header, none);
}
/* A register of the system call that a seccomp filter turned into SIGSYS: argument 0…3, or -1 for the result. `context`
   is the third argument of the signal handler; the pointer is valid until the handler returns. */
static inline uint64_t *_Nonnull filmgate_trapped_register(void *_Nonnull context, int which) {
    uint64_t *registers = (uint64_t *)&((ucontext_t *)context)->uc_mcontext;
#if defined(__x86_64__)
    static const int places[] = {13 /* rax */, 8 /* rdi */, 9 /* rsi */, 12 /* rdx */, 2 /* r10 */};
    return &registers[places[which + 1]];
#else
    return &registers[which < 0 ? 1 : 1 + which]; /* fault_address, then x0… */
#endif
}
/* openat with a sixth argument, which the kernel ignores and a filter can see. Returns a descriptor or -1 with errno. */
static inline int filmgate_openat_marked(int directory, const char *path, int flags, unsigned mode, unsigned long mark) { return (int)syscall(SYS_openat, directory, path, flags, mode, 0, mark); }
/* The calling thread's errno as a plain value. */
/* Memory that was freed, and that malloc keeps where a block in use lies behind it. */
static inline size_t filmgate_freed_heap_bytes(void) { return mallinfo2().fordblks; }
static inline void filmgate_trim_heap(void) { malloc_trim(0); }
static inline int filmgate_errno(void) { return errno; }
extern char **environ;
static inline char *_Nullable *_Nullable filmgate_environ(void) { return environ; }
#endif
