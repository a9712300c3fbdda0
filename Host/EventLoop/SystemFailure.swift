// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A system call that failed: its name and the error number it left.
public struct SystemFailure: Error, Sendable, Hashable {
  /// The C function's name, such as `epoll_ctl`.
  public let call: String
  /// The error number, as in errno(3).
  public let errno: Int32

  public init(call: String, errno: Int32) {
    self.call = call
    self.errno = errno
  }

  /// The failure of `call` as the calling thread's errno has it now; ask at once after the call.
  public static func last(_ call: String) -> SystemFailure {
    SystemFailure(call: call, errno: filmgate_errno())
  }
}

extension SystemFailure: CustomStringConvertible {
  public var description: String { "\(call): \(String(cString: strerror(errno))) (errno \(errno))" }
}
