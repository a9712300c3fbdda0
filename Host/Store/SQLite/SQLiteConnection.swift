// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Glibc
import VideoDocuments

/// One connection to a database file, for the one thread that made it.
final class SQLiteConnection {
  /// How long a call waits for another process's transaction.
  static let busyTimeoutMilliseconds: Int32 = 10_000
  private static let cacheKibibytes = 16_384
  /// Compiled statements that are kept; filters can ask for more different ones.
  private static let maximumStatements = 256

  let path: String
  private let handle: OpaquePointer
  private var statements: [String: SQLiteStatement] = [:]

  /// Opens the file, which must exist. Schema and journal mode are the caller's business.
  init(
    path: String, isReadOnly: Bool, busyTimeoutMilliseconds: Int32 = SQLiteConnection.busyTimeoutMilliseconds
  ) throws(Failure) {
    self.path = path
    var opened: OpaquePointer?
    let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
    let code = sqlite3_open_v2(path, &opened, access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let opened else {
      let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
      sqlite3_close_v2(opened)
      throw SQLiteFailure(code: code, message: message, path: path).failure
    }
    handle = opened
    sqlite3_busy_timeout(opened, busyTimeoutMilliseconds)
    // No memory map: a disk error under one is a signal instead of an answer.
    try execute("PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-\(Self.cacheKibibytes)")
  }

  deinit { close() }

  private var isClosed = false

  /// Finishes the statements and gives the file back; the connection must not be used after.
  func close() {
    guard !isClosed else { return }
    isClosed = true
    for statement in statements.values { statement.finalize() }
    statements = [:]
    sqlite3_close_v2(handle)
  }

  /// Whether no transaction is open: after some failures SQLite has rolled it back by itself.
  var isInAutocommit: Bool { sqlite3_get_autocommit(handle) != 0 }

  /// The row that was inserted last.
  var insertedRow: Int64 { sqlite3_last_insert_rowid(handle) }

  var changedRows: Int { Int(sqlite3_changes(handle)) }

  /// Runs statements that bind and answer nothing.
  func execute(_ sql: String) throws(Failure) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw failure(code) }
  }

  /// Runs one statement; `read` is called for every row.
  func run(
    _ sql: String, _ values: [SQLiteValue] = [], _ read: (SQLiteStatement) throws(Failure) -> Void = { _ in }
  ) throws(Failure) {
    let statement = try prepared(sql)
    defer { statement.reset() }
    for index in values.indices {
      let code = statement.bind(values[index], at: Int32(index + 1))
      guard code == SQLITE_OK else { throw failure(code) }
    }
    while true {
      switch statement.step() {
      case SQLITE_ROW: try read(statement)
      case SQLITE_DONE: return
      case let code: throw failure(code)
      }
    }
  }

  /// The first column of the first row as an integer; nil without rows.
  func integer(_ sql: String, _ values: [SQLiteValue] = []) throws(Failure) -> Int64? {
    var found: Int64?
    try run(sql, values) { row in found = found ?? row.integer(0) }
    return found
  }

  private func prepared(_ sql: String) throws(Failure) -> SQLiteStatement {
    if let statement = statements[sql] { return statement }
    var made: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &made, nil)
    guard code == SQLITE_OK, let made else { throw failure(code) }
    if statements.count >= Self.maximumStatements, let idle = statements.first(where: { !$0.value.isBusy }) {
      idle.value.finalize()
      statements[idle.key] = nil
    }
    let statement = SQLiteStatement(made)
    statements[sql] = statement
    return statement
  }

  private func failure(_ code: Int32) -> Failure {
    SQLiteFailure(code: code, message: String(cString: sqlite3_errmsg(handle)), path: path).failure
  }
}
