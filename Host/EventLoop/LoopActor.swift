// SPDX-License-Identifier: Apache-2.0

/// The event loop's isolation: everything marked with it runs on the process's one loop thread, which starts at the
/// first use. Nothing that can block may run here; `Blocking.run` is for that.
@globalActor public actor LoopActor {
  public static let shared = LoopActor()

  public nonisolated var unownedExecutor: UnownedSerialExecutor {
    LoopExecutor.shared.asUnownedSerialExecutor()
  }

  /// Whether the caller is on the loop thread.
  public static var isCurrent: Bool { LoopExecutor.shared.isOnLoopThread }

  /// Runs `operation` at once, for C callbacks that are known to come on the loop thread; stops the process anywhere
  /// else.
  public static func assumeIsolated<Value>(_ operation: @LoopActor () throws -> Value) rethrows -> Value {
    precondition(isCurrent, "code of the event loop was called on another thread")
    // The isolation is part of the function's type only; the thread was checked above. MainActor does the same.
    return try withoutActuallyEscaping(operation) { escaping in
      try unsafeBitCast(escaping, to: (() throws -> Value).self)()
    }
  }
}
