// SPDX-License-Identifier: Apache-2.0
import EventLoop

/// Connections that wait in the same way, the longest wait first. To join and to leave takes no search.
@LoopActor final class ConnectionLine {
  private(set) var first: HTTPConnection?
  private(set) var count = 0
  private var last: HTTPConnection?

  nonisolated init() {}

  /// Adds a connection that is in no line.
  func join(_ connection: HTTPConnection) {
    connection.line = self
    connection.ahead = last
    if let last { last.behind = connection } else { first = connection }
    last = connection
    count += 1
  }

  /// Takes out a connection of this line.
  func leave(_ connection: HTTPConnection) {
    let (ahead, behind) = (connection.ahead, connection.behind)
    if let ahead { ahead.behind = behind } else { first = behind }
    if let behind { behind.ahead = ahead } else { last = ahead }
    connection.line = nil
    connection.ahead = nil
    connection.behind = nil
    count -= 1
  }
}
