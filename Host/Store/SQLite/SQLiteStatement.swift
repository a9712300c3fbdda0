// SPDX-License-Identifier: Apache-2.0

import CSQLite

/// A value to bind.
enum SQLiteValue {
  case null
  case integer(Int64)
  case text(String)

  static func flag(_ flag: Bool) -> SQLiteValue { .integer(flag ? 1 : 0) }

  static func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
}

/// A compiled statement of one connection.
final class SQLiteStatement {
  private let handle: OpaquePointer

  init(_ handle: OpaquePointer) { self.handle = handle }

  func finalize() { sqlite3_finalize(handle) }

  /// Whether it was stepped and not reset since.
  var isBusy: Bool { sqlite3_stmt_busy(handle) != 0 }

  func step() -> Int32 { sqlite3_step(handle) }

  func reset() {
    sqlite3_reset(handle)
    sqlite3_clear_bindings(handle)
  }

  func bind(_ value: SQLiteValue, at index: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(handle, index)
    case .integer(let integer): return sqlite3_bind_int64(handle, index, integer)
    case .text(let text):
      var text = text
      return text.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { characters in
          // -1 stands for SQLITE_TRANSIENT, a macro: SQLite copies the bytes at once.
          sqlite3_bind_text64(
            handle, index, characters.baseAddress, UInt64(characters.count),
            unsafeBitCast(-1, to: sqlite3_destructor_type.self), UInt8(SQLITE_UTF8))
        }
      }
    }
  }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func text(_ column: Int32) -> String {
    guard let bytes = sqlite3_column_text(handle, column) else { return "" }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
  }
}
