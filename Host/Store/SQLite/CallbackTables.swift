// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// The statements on the tokens of vendors' callbacks.
enum CallbackTables {
  /// Notes the token of a new job.
  static func insert(_ job: JobRecord, _ connection: SQLiteConnection) throws(Failure) {
    guard let token = job.caller?.callbackToken else { return }
    try connection.run(
      "INSERT INTO callback_tokens (selector, job) SELECT ?, number FROM jobs WHERE id = ?",
      [.text(JobCaller.selector(of: token)), .text(job.id)])
  }

  static func find(_ token: String, _ connection: SQLiteConnection, _ hot: HotJobs) throws(Failure) -> JobRecord? {
    var id: String?
    try connection.run(
      "SELECT jobs.id FROM callback_tokens JOIN jobs ON jobs.number = job WHERE selector = ?",
      [.text(JobCaller.selector(of: token))]
    ) { row in id = row.text(0) }
    return try id.flatMap { (id) throws(Failure) in try JobTables.find(id, connection, hot)?.job }
  }
}
