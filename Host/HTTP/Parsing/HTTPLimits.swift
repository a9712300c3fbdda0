// SPDX-License-Identifier: Apache-2.0

/// What a connection may cost. The values are defaults; tests and the configuration set their own.
public struct HTTPLimits: Sendable, Hashable {
  /// The request line with its line end; longer is 414.
  public var requestLineBytes = 8 * 1024
  /// The whole head, request line included; longer is 431. Trailers have the same limit of their own.
  public var headBytes = 16 * 1024
  /// Header fields; more is 431.
  public var fields = 100
  /// A request body, decoded; longer is 413.
  public var bodyBytes: UInt64 = 1024 * 1024 * 1024
  /// All chunk extensions of one body together.
  public var chunkExtensionBytes = 1024
  /// Connections open at once. For the next one another is closed on which nothing is under way, the one that idles
  /// longest first; where there is none, it is answered 503.
  public var connections = 10_000

  /// From a head's first byte to its last; then 408.
  public var headNanoseconds: UInt64 = 10_000_000_000
  /// The least rate of a body while it is waited for, over any stretch of time; slower is 408.
  public var bodyBytesPerSecond: UInt64 = 200
  /// How long a body may come slower than that, or not at all.
  public var bodyGraceNanoseconds: UInt64 = 10_000_000_000
  /// By how much more at most, where it came faster before.
  public var bodyCreditNanoseconds: UInt64 = 20_000_000_000
  /// Where all connections are in use and another one wants in: a client that has neither sent nor taken a byte for this
  /// long loses its own.
  public var stalledNanoseconds: UInt64 = 5_000_000_000
  /// Between requests, and without progress of a write; then the connection is closed.
  public var idleNanoseconds: UInt64 = 60_000_000_000
  /// After an answer that ends the connection: how long the client may take to read it and close.
  public var lingerNanoseconds: UInt64 = 2_000_000_000
  /// How long an answer is still worked on after the client closed its end: it may have left, or only said that it will
  /// send no more.
  public var abandonedNanoseconds: UInt64 = 10_000_000_000
  /// A body the responder left unread is skipped up to this size to keep the connection; beyond it is closed.
  public var skippedBodyBytes: UInt64 = 64 * 1024

  public init() {}
}
