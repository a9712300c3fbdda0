// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

private final class ThreadStart {
  let name: StaticString
  let body: @Sendable () -> Void
  init(name: StaticString, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }
}

/// The start routine. It stands alone, so that no isolation is inherited by what C calls on a new thread.
private nonisolated func threadMain(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let argument else { return nil }
  let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
  _ = filmgate_prctl(PR_SET_NAME, UInt(bitPattern: start.name.utf8Start), 0, 0, 0)
  start.body()
  return nil
}

/// Starts a detached thread. Returns 0 or an error number. A name has at most 15 bytes to be seen in full.
nonisolated func startThread(named name: StaticString, _ body: @escaping @Sendable () -> Void) -> Int32 {
  let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  var thread = pthread_t()
  let failure = pthread_create(&thread, &attributes, threadMain, start.toOpaque())
  if failure != 0 { start.release() }
  return failure
}
