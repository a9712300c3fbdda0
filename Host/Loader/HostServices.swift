// SPDX-License-Identifier: Apache-2.0
public import FilmgateABI
import Glibc
import Synchronization

/// What a plugin may ask of the host by name: `log/1`, and nothing else.
public enum HostServices {
  /// Gets the level (0 debug … 3 error) and the text of one line, already cut to `maximumLogBytes`.
  public typealias LogHandler = @Sendable (_ level: Int32, _ text: UnsafeRawBufferPointer) -> Void

  /// Bytes of a log text beyond this are dropped.
  public static let maximumLogBytes = 4096

  /// What a plugin is passed for `host`; it lives as long as the process.
  ///
  /// Sound to share: written once here, and only read by plugins.
  public nonisolated(unsafe) static let interface: UnsafePointer<filmgate_host> = {
    let table = UnsafeMutablePointer<filmgate_host>.allocate(capacity: 1)
    table.initialize(to: filmgate_host(lookup: lookup))
    return UnsafePointer(table)
  }()

  /// Runs `body`; what a plugin logs meanwhile on this thread goes to `handler`.
  public static func logging<Value>(to handler: @escaping LogHandler, _ body: () -> Value) -> Value {
    let thread = UInt(pthread_self())
    handlers.withLock { $0[thread] = handler }
    defer { handlers.withLock { $0[thread] = nil } }
    return body()
  }

  /// Takes what is logged on threads that have no handler of their own. A worker sets it once.
  public static func setDefaultLogHandler(_ handler: @escaping LogHandler) {
    handlers.withLock { $0[0] = handler }
  }

  /// By thread; 0, which is no thread, is the default.
  private static let handlers = Mutex<[UInt: LogHandler]>([:])

  // Sound to share: as above.
  private nonisolated(unsafe) static let log: UnsafePointer<filmgate_log_1> = {
    let table = UnsafeMutablePointer<filmgate_log_1>.allocate(capacity: 1)
    table.initialize(to: filmgate_log_1(write: writeLog))
    return UnsafePointer(table)
  }()

  private static let lookup: @convention(c) (UnsafePointer<filmgate_host>, UnsafePointer<CChar>) -> UnsafeRawPointer? =
    { _, name in
      strcmp(name, "log/1") == 0 ? UnsafeRawPointer(log) : nil
    }

  private static let writeLog: @convention(c) (Int32, UnsafePointer<CChar>?, UInt64) -> Void = { level, text, length in
    guard let text, length > 0 else { return }
    let handler = handlers.withLock { $0[UInt(pthread_self())] ?? $0[0] }
    handler?(level, UnsafeRawBufferPointer(start: text, count: Int(min(length, UInt64(maximumLogBytes)))))
  }
}
