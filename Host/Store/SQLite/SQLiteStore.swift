// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Synchronization
public import VideoDocuments

/// Jobs in one SQLite file, which several processes may share: one writer thread with group commit, one reader thread,
/// and what was read or written lately in memory.
public final class SQLiteStore: Store {
  let writer: DatabaseThread
  let reader: DatabaseThread
  private let reserve: ReserveFile
  /// When the reserve was last seen, by the monotonic clock; 0: it must be looked for.
  private let reserveSeenNanoseconds = Atomic<UInt64>(0)
  let hot = HotJobs()
  private let revisions: RevisionReader

  private init(writer: DatabaseThread, reader: DatabaseThread, reserve: ReserveFile, revisions: RevisionReader) {
    self.writer = writer
    self.reader = reader
    self.reserve = reserve
    self.revisions = revisions
  }

  /// Opens the database, creating folder (mode 0700) and file (mode 0600) where they are missing.
  public nonisolated(nonsending) static func open(path: String) async throws(Failure) -> SQLiteStore {
    let writer = try await start(named: "filmgate-write", serve: GroupCommit.run) { () throws(Failure) in
      try DatabaseFile.prepare(path)
      let connection = try SQLiteConnection(path: path, isReadOnly: false)
      try SQLiteSchema.prepare(connection)
      return connection
    }
    do throws(Failure) {
      let revisions = RevisionReader()
      let reader = try await start(named: "filmgate-read", serve: SQLiteStore.serveReads) { () throws(Failure) in
        try revisions.open(path: path)
        return try SQLiteConnection(path: path, isReadOnly: true)
      }
      return SQLiteStore(
        writer: writer, reader: reader, reserve: ReserveFile(path: "\(path)-reserve"), revisions: revisions)
    } catch {
      writer.close {}
      throw error
    }
  }

  /// Without this, a store that is forgotten instead of closed would keep its threads.
  deinit {
    revisions.close()
    writer.close {}
    reader.close {}
  }

  // On the reader's thread: the writer may be at a transaction that waits for the disk.

  /// The reserve is looked for so often: another process may have given it up.
  private static let reserveFreshNanoseconds: UInt64 = 1_000_000_000

  public nonisolated(nonsending) func setRoomAside() async throws(Failure) {
    let now = EventLoop.monotonicNanoseconds
    let seen = reserveSeenNanoseconds.load(ordering: .relaxed)
    if seen != 0, now - seen < Self.reserveFreshNanoseconds { return }
    let reserve = reserve
    try await perform(on: reader) { (connection) throws(Failure) in try reserve.make() }
    reserveSeenNanoseconds.store(now, ordering: .relaxed)
  }

  public nonisolated(nonsending) func giveRoom() async {
    reserveSeenNanoseconds.store(0, ordering: .relaxed)
    let reserve = reserve
    try? await perform(on: reader) { (connection) throws(Failure) in reserve.remove() }
  }

  public nonisolated(nonsending) func close() async {
    revisions.close()
    for thread in [reader, writer] {
      await withCheckedContinuation { continuation in thread.close { continuation.resume() } }
    }
  }

  private nonisolated(nonsending) static func start(
    named name: StaticString, serve: @escaping @Sendable ([DatabaseThread.Work], SQLiteConnection) -> Void,
    open: @escaping @Sendable () throws(Failure) -> SQLiteConnection
  ) async throws(Failure) -> DatabaseThread {
    let result: Result<DatabaseThread, Failure> = await withCheckedContinuation { continuation in
      // The thread reports before the initializer returns, or after: whoever comes second resumes the caller.
      let meeting = Meeting(continuation)
      let thread = DatabaseThread(named: name, open: open, opened: { meeting.opened($0) }, serve: serve)
      meeting.made(thread)
    }
    return try result.get()
  }

  private static func serveReads(_ batch: [DatabaseThread.Work], _ connection: SQLiteConnection) {
    for work in batch {
      do throws(Failure) {
        try work.run(connection)()
      } catch {
        work.fail(error)
      }
    }
  }

  nonisolated(nonsending) func perform<Output: Sendable>(
    on thread: DatabaseThread, _ body: @escaping @Sendable (SQLiteConnection) throws(Failure) -> Output
  ) async throws(Failure) -> Output {
    try await write(on: thread) { (connection) throws(Failure) in (try body(connection), nil) }
  }

  /// The same for what leaves a job behind that is hot as soon as it is durable.
  private nonisolated(nonsending) func write<Output: Sendable>(
    on thread: DatabaseThread,
    _ body: @escaping @Sendable (SQLiteConnection) throws(Failure) -> (output: Output, written: HotJobs.Entry?)
  ) async throws(Failure) -> Output {
    let hot = hot
    let result: Result<Output, Failure> = await EventLoop.suspendCaller { resume in
      thread.submit(
        DatabaseThread.Work(
          run: { (connection) throws(Failure) in
            let (output, written) = try body(connection)
            return {
              if let written { hot.put(written) }
              resume(.success(output))
            }
          },
          fail: { resume(.failure($0)) }))
    }
    return try result.get()
  }

  public nonisolated(nonsending) func insert(
    _ job: JobRecord, entries: [JobLogEntry], limits: CallerLimits?
  ) async throws(Failure) -> Insertion {
    try await write(on: writer) { (connection) throws(Failure) in
      let (insertion, number) = try JobTables.insert(job, entries, connection)
      guard let number else { return (insertion, nil) }
      try CallbackTables.insert(job, connection)
      try CallerTables.charge(nil, job, connection)
      // In the transaction that writes the intent: whoever comes second, from whatever process, sees the first.
      if let limits { try CallerTables.check(limits, job, connection) }
      return (insertion, HotJobs.Entry(number: number, job: job))
    }
  }

  public nonisolated(nonsending) func update<Output: Sendable>(
    _ id: String, _ change: @escaping @Sendable (JobRecord) -> JobChange<Output>
  ) async throws(Failure) -> Output {
    let hot = hot
    return try await write(on: writer) { (connection) throws(Failure) in
      guard let before = try JobTables.find(id, connection, hot) else { throw .noSuchJob(id) }
      let (number, job) = (before.number, before.job)
      let change = change(job)
      try JobTables.append(change.entries, to: number, connection)
      if let claim = change.claim { try ClaimTables.take(claim, for: number, connection) }
      guard var changed = change.job else { return (change.output, nil) }
      changed.revision = job.revision + 1
      try JobTables.replace(number, with: changed, connection)
      try WebhookTables.notice(job, changed, number: number, connection)
      try CallerTables.charge(job, changed, connection)
      return (change.output, HotJobs.Entry(number: number, job: changed))
    }
  }

  public nonisolated(nonsending) func job(_ id: String) async throws(Failure) -> JobRecord? {
    // In memory, and at the revision that the database has: no thread need be asked.
    if let known = hot[id], revisions.revision(of: id, at: known.number) == known.job.revision { return known.job }
    let hot = hot
    return try await perform(on: reader) { (connection) throws(Failure) in
      let found = try JobTables.find(id, connection, hot)
      if let found { hot.put(found) }
      return found?.job
    }
  }

  public nonisolated(nonsending) func jobs(_ filter: JobFilter) async throws(Failure) -> [JobRecord] {
    try await perform(on: reader) { (connection) throws(Failure) in try JobTables.list(filter, connection) }
  }

  public nonisolated(nonsending) func count(_ filter: JobFilter) async throws(Failure) -> Int {
    try await perform(on: reader) { (connection) throws(Failure) in try JobTables.count(filter, connection) }
  }

  public nonisolated(nonsending) func liveJobs() async throws(Failure) -> [JobRecord] {
    try await perform(on: reader) { (connection) throws(Failure) in try JobTables.listLive(connection) }
  }

  public nonisolated(nonsending) func liveRevisions() async throws(Failure) -> [String: Int64] {
    try await perform(on: reader) { (connection) throws(Failure) in try JobTables.liveRevisions(connection) }
  }

  public nonisolated(nonsending) func entries(of id: String) async throws(Failure) -> [JobLogEntry] {
    try await perform(on: reader) { (connection) throws(Failure) in try JobTables.entries(of: id, connection) }
  }

  public nonisolated(nonsending) func remove(_ id: String) async throws(Failure) -> Bool {
    let hot = hot
    return try await perform(on: writer) { (connection) throws(Failure) in
      guard let found = try JobTables.find(id, connection, hot) else { return false }
      guard !found.job.state.isLive else { throw .jobIsLive(id) }
      try connection.run("DELETE FROM jobs WHERE number = ?", [.integer(found.number)])
      return true
    }
  }
}
