// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Glibc
import VideoDocuments

/// What SQLite said instead of ok: its result code and text.
struct SQLiteFailure: Error {
  /// The extended result code, see https://www.sqlite.org/rescode.html.
  let code: Int32
  let message: String
  let path: String

  private var primaryCode: Int32 { code & 0xFF }

  /// Less room than SQLite's shared index takes at least.
  private static let fullBytes: UInt = 64 << 10

  private var isDiskFull: Bool {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return false }
    return UInt(status.f_bavail) * UInt(status.f_frsize) < Self.fullBytes
  }

  /// The failure for people. A store that cannot write stops a job before anything is sent.
  var failure: Failure {
    switch primaryCode {
    // A file of SQLite's own that cannot grow ends as an I/O error.
    case SQLITE_FULL,
      SQLITE_IOERR where primaryCode == SQLITE_FULL || isDiskFull:
      return Failure(
        .internal, "The disk that holds the job database \(path) is full.",
        advice: "Free some space, then run the command again.", isRetryable: true)
    case SQLITE_CORRUPT, SQLITE_NOTADB:
      return Failure(
        .internal, "The job database \(path) is damaged (\(message)).",
        advice: "Move it aside and run again; clips that were already bought can still be found at the vendor.",
        isRetryable: false)
    case SQLITE_BUSY, SQLITE_LOCKED:
      return Failure(
        .internal, "Another process has been holding the job database \(path) for too long.",
        advice: "Run the command again.", isRetryable: true)
    case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN, SQLITE_AUTH:
      return Failure(
        .internal, "The job database \(path) cannot be opened for writing (\(message)).",
        advice: "Check that the file and its folder belong to you.", isRetryable: false)
    case SQLITE_IOERR:
      return Failure(
        .internal, "The disk that holds the job database \(path) fails (\(message)).",
        advice: "Check the disk, then run the command again.", isRetryable: true)
    default:
      return Failure(
        .internal, "The job database \(path) fails: \(message) (code \(code)).", isRetryable: false)
    }
  }
}
