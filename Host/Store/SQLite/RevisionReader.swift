// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VideoDocuments

/// Says at which revision the database has a job, on whatever thread asks: a connection of its own that never waits for
/// another one. In a write-ahead log, readers do not wait for writers; where something else is in the way there is no
/// answer, and the caller asks the reader's thread instead.
final class RevisionReader: Sendable {
  private let connection = Mutex<SQLiteConnection?>(nil)

  /// Opens the connection. Blocks.
  func open(path: String) throws(Failure) {
    let failure = connection.withLock { connection -> Failure? in
      do throws(Failure) {
        connection = try SQLiteConnection(path: path, isReadOnly: true, busyTimeoutMilliseconds: 0)
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
  }

  func close() {
    connection.withLock { connection in
      connection?.close()
      connection = nil
    }
  }

  /// The revision of the job in that row; nil when there is none, or no answer.
  func revision(of id: String, at number: Int64) -> Int64? {
    connection.withLock { connection in
      try? connection?.integer("SELECT revision FROM jobs WHERE number = ? AND id = ?", [.integer(number), .text(id)])
    }
  }
}
