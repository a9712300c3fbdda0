// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// Writes whatever waits in one transaction: one sync to the disk serves them all.
enum GroupCommit {
  /// Each piece of work has a savepoint of its own, so that one that fails does not undo its neighbours.
  static func run(_ batch: [DatabaseThread.Work], _ connection: SQLiteConnection) {
    var waiting: [(work: DatabaseThread.Work, succeed: @Sendable () -> Void)] = []
    do throws(Failure) {
      try connection.run("BEGIN IMMEDIATE")
    } catch {
      for work in batch { work.fail(error) }
      return
    }
    for (index, work) in batch.enumerated() {
      do throws(Failure) {
        waiting.append((work, try attempt(work, connection)))
      } catch {
        work.fail(error)
        guard connection.isInAutocommit else { continue }
        // SQLite gave the whole transaction up (a full disk, say). The others get one of their own each.
        for other in waiting.map(\.work) + batch[(index + 1)...] { run([other], connection) }
        return
      }
    }
    do throws(Failure) {
      try connection.run("COMMIT")
    } catch {
      if !connection.isInAutocommit { try? connection.execute("ROLLBACK") }
      for entry in waiting { entry.work.fail(error) }
      return
    }
    for entry in waiting { entry.succeed() }
  }

  private static func attempt(
    _ work: DatabaseThread.Work, _ connection: SQLiteConnection
  ) throws(Failure) -> @Sendable () -> Void {
    try connection.run("SAVEPOINT piece")
    do throws(Failure) {
      let succeed = try work.run(connection)
      try connection.run("RELEASE piece")
      return succeed
    } catch {
      if !connection.isInAutocommit {
        try? connection.execute("ROLLBACK TO piece")
        try? connection.execute("RELEASE piece")
      }
      throw error
    }
  }
}
