// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// Jobs in one SQLite file, which several processes may share: one writer thread with group commit, one reader thread.
public final class SQLiteStore: Store {
  let writer: DatabaseThread
  let reader: DatabaseThread
  private let reserve: ReserveFile

  private init(writer: DatabaseThread, reader: DatabaseThread, reserve: ReserveFile) {
    self.writer = writer
    self.reader = reader
    self.reserve = reserve
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
      let reader = try await start(named: "filmgate-read", serve: SQLiteStore.serveReads) { () throws(Failure) in
        try SQLiteConnection(path: path, isReadOnly: true)
      }
      return SQLiteStore(writer: writer, reader: reader, reserve: ReserveFile(path: "\(path)-reserve"))
    } catch {
      writer.close {}
      throw error
    }
  }

  /// Without this, a store that is forgotten instead of closed would keep its threads.
  deinit {
    writer.close {}
    reader.close {}
  }

  // On the reader's thread: the writer may be at a transaction that waits for the disk.

  public nonisolated(nonsending) func setRoomAside() async throws(Failure) {
    let reserve = reserve
    try await perform(on: reader) { (connection) throws(Failure) in try reserve.make() }
  }

  public nonisolated(nonsending) func giveRoom() async {
    let reserve = reserve
    try? await perform(on: reader) { (connection) throws(Failure) in reserve.remove() }
  }

  public nonisolated(nonsending) func close() async {
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
    let result: Result<Output, Failure> = await withCheckedContinuation { continuation in
      thread.submit(
        DatabaseThread.Work(
          run: { (connection) throws(Failure) in
            let output = try body(connection)
            return { continuation.resume(returning: .success(output)) }
          },
          fail: { continuation.resume(returning: .failure($0)) }))
    }
    return try result.get()
  }

  public nonisolated(nonsending) func insert(
    _ job: JobRecord, entries: [JobLogEntry]
  ) async throws(Failure) -> Insertion {
    try await perform(on: writer) { (connection) throws(Failure) in
      let insertion = try JobTables.insert(job, entries, connection)
      if insertion == .inserted {
        try CallbackTables.insert(job, connection)
        try CallerTables.charge(nil, job, connection)
      }
      return insertion
    }
  }

  public nonisolated(nonsending) func update<Output: Sendable>(
    _ id: String, _ change: @escaping @Sendable (JobRecord) -> JobChange<Output>
  ) async throws(Failure) -> Output {
    try await perform(on: writer) { (connection) throws(Failure) in
      guard let (number, job) = try JobTables.find(id, connection) else { throw .noSuchJob(id) }
      let change = change(job)
      if var changed = change.job {
        changed.revision = job.revision + 1
        try JobTables.replace(number, with: changed, connection)
        try WebhookTables.notice(job, changed, number: number, connection)
        try CallerTables.charge(job, changed, connection)
      }
      try JobTables.append(change.entries, to: number, connection)
      return change.output
    }
  }

  public nonisolated(nonsending) func job(_ id: String) async throws(Failure) -> JobRecord? {
    try await perform(on: reader) { (connection) throws(Failure) in try JobTables.find(id, connection)?.job }
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
    try await perform(on: writer) { (connection) throws(Failure) in
      guard let (number, job) = try JobTables.find(id, connection) else { return false }
      guard !job.state.isLive else { throw .jobIsLive(id) }
      try connection.run("DELETE FROM jobs WHERE number = ?", [.integer(number)])
      return true
    }
  }
}
