// SPDX-License-Identifier: Apache-2.0
import CLinux

/// What a watch waits for, and what its handler is told.
public struct Interest: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// Reading would not block (data, end of file, or a connection to accept).
  public static let readable = Interest(rawValue: 1)
  /// Writing would not block.
  public static let writable = Interest(rawValue: 2)
  /// The peer closed its end, or both. A full hangup is reported to every watch, the half-closed state (the peer
  /// will write no more) only where asked for.
  public static let hangup = Interest(rawValue: 4)
  /// The descriptor is in error; reported to every watch.
  public static let error = Interest(rawValue: 8)

  var epollEvents: UInt32 {
    var events: UInt32 = 0
    if contains(.readable) { events |= EPOLLIN.rawValue }
    if contains(.writable) { events |= EPOLLOUT.rawValue }
    if contains(.hangup) { events |= EPOLLRDHUP.rawValue }
    return events
  }

  init(epollEvents events: UInt32) {
    self = []
    if events & EPOLLIN.rawValue != 0 { insert(.readable) }
    if events & EPOLLOUT.rawValue != 0 { insert(.writable) }
    if events & (EPOLLHUP.rawValue | EPOLLRDHUP.rawValue) != 0 { insert(.hangup) }
    if events & EPOLLERR.rawValue != 0 { insert(.error) }
  }
}
